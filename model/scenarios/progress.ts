/**
 * Progress: nobody retries for ever, waits for ever or leaves an entry frozen, if the scheduler is fair to everybody who must go on.
 */
import { process, scenarios } from 'mmucheck/language';
import { SAFETY } from '../../properties/index.js';
import { T1 } from '../../properties/t1-faults-end.js';
import { T2 } from '../../properties/t2-frozen-is-temporary.js';
import { operations_end } from '../../properties/t4-operations-end.js';
import { migrate_pages } from '../host.js';
import { machine, mapped_huge } from '../machine.js';
import { unreached } from './unreached.js';
import {
  a_moved_page_is_mapped_again,
  an_invalidation_is_open,
  the_host_has_moved_a_page,
} from './witnesses.js';

export default scenarios({
  'zap-yields': {
    ...machine(
      { hugePages: 2, guestGfns: 1, tables: 4, invalidations: 1 },
      [process('cpu0', migrate_pages, 0, 4)],
      mapped_huge(),
    ),
    title: 'A zap that yields ends, and so do the faults of a vCPU meanwhile',
    claims: ['T1', 'T2', 'T4'],
    properties: [...SAFETY, T1, T2, operations_end('cpu0')],
    witnesses: [an_invalidation_is_open, the_host_has_moved_a_page, a_moved_page_is_mapped_again],
    unreached: unreached(
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'try_step_down > tdp_iter_refresh_sptep',
      'tdp_iter_next > try_step_up',
      'kvm_tdp_mmu_map > tdp_iter_next',
      'kvm_tdp_mmu_map > tdp_mmu_split_huge_page',
      'kvm_tdp_mmu_map > tdp_mmu_link_sp',
      'tdp_mmu_map_handle_target_level > make_spte',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
      'tdp_mmu_set_spte > handle_changed_spte',
    ),
  },
});
