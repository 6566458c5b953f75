/**
 * M7: a slow fault resolves a frame, the host takes the frame away, the fault installs it. The test under mmu_lock
 * for an invalidation in progress, and for one that ended since the sample, is what prevents it.
 */
import { process, scenarios } from 'mmucheck/language';
import { P16, SAFETY } from '../../properties/index.js';
import type { Config } from '../config.js';
import { migrate_pages } from '../host.js';
import { NONPRESENT_SPTE } from '../kernel/spte.js';
import { host_huge, machine, mapped_huge, unmapped } from '../machine.js';
import { type Kvm, ROOT } from '../state.js';
import {
  a_moved_page_is_mapped_again,
  an_invalidation_is_open,
  the_host_has_moved_a_page,
} from './witnesses.js';
import { FAULTS_FIND_THEIR_TABLES, NO_TABLE_IS_UNLINKED, unreached } from './unreached.js';

const small = machine(
  { vcpus: 2, tables: 4, invalidations: 1, reschedule: false },
  [process('cpu0', migrate_pages, 0, 1)],
  unmapped,
);
const huge = machine(
  { vcpus: 2, tables: 4, invalidations: 1, reschedule: false },
  [process('cpu0', migrate_pages, 0, 2)],
  host_huge,
);
/** The first 2M range is mapped, the second is a hole: after a yield between them nothing is left to zap. */
function first_range_mapped(kvm: Kvm, config: Config): void {
  mapped_huge()(kvm, config);
  kvm.pt[ROOT].spte[1] = NONPRESENT_SPTE;
}

const yielding = machine(
  { hugePages: 2, guestGfns: 4, tables: 4, invalidations: 1 },
  [process('cpu0', migrate_pages, 0, 4)],
  first_range_mapped,
);
const common = {
  properties: [...SAFETY, P16],
  witnesses: [an_invalidation_is_open, the_host_has_moved_a_page, a_moved_page_is_mapped_again],
};

export default scenarios({
  'stale-test': {
    ...small,
    ...common,
    title: 'A slow fault against a notifier that moves its page',
    claims: ['M7'],
    unreached: unreached(
      ...NO_TABLE_IS_UNLINKED,
      'kvm_tdp_mmu_map > tdp_mmu_split_huge_page',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_map_handle_target_level > make_spte',
    ),
  },
  'stale-test-huge': {
    ...huge,
    ...common,
    title: 'A slow fault against a notifier that moves a range which the host maps huge',
    claims: ['M7', 'S000-5(a)'],
    unreached: unreached(
      ...NO_TABLE_IS_UNLINKED,
      ...FAULTS_FIND_THEIR_TABLES,
      'kvm_tdp_mmu_map > tdp_iter_next',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'tdp_iter_next > try_step_side',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_map_handle_target_level > make_spte',
      'try_step_down > tdp_iter_refresh_sptep',
    ),
  },
  'zap-yields': {
    ...yielding,
    ...common,
    title:
      'The zap drops mmu_lock in its middle: what it has zapped is flushed before, and faults stay out of the range',
    claims: ['M7'],
    unreached: unreached(
      ...NO_TABLE_IS_UNLINKED,
      ...FAULTS_FIND_THEIR_TABLES,
      'kvm_tdp_mmu_map > tdp_iter_next',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_map_handle_target_level > make_spte',
      'try_step_down > tdp_iter_refresh_sptep',
    ),
  },
  'zap-yields-without-flush': {
    ...yielding,
    ...common,
    title: 'The zap drops mmu_lock in its middle without a flush and forgets that one is due',
    claims: ['M7'],
    unreached: unreached(
      ...NO_TABLE_IS_UNLINKED,
      ...FAULTS_FIND_THEIR_TABLES,
      'kvm_tdp_mmu_map > tdp_iter_next',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_map_handle_target_level > make_spte',
      'try_step_down > tdp_iter_refresh_sptep',
    ),
    variant: ['zap-yields-without-flush'],
    expect: { P1: 'violated', P8: 'violated' },
  },
  'no-stale-test': {
    ...small,
    ...common,
    title: 'A slow fault that does not test for invalidations',
    claims: ['M7'],
    unreached: unreached(
      ...NO_TABLE_IS_UNLINKED,
      'kvm_tdp_mmu_map > tdp_mmu_split_huge_page',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_map_handle_target_level > make_spte',
    ),
    variant: ['no-stale-test'],
    expect: { P1: 'violated', P5: 'violated', P16: 'violated' },
  },
  'no-sequence-test': {
    ...small,
    ...common,
    title: 'A slow fault that tests for an open invalidation, but not for one that ended since it sampled',
    claims: ['M7'],
    unreached: unreached(
      ...NO_TABLE_IS_UNLINKED,
      'kvm_tdp_mmu_map > tdp_mmu_split_huge_page',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_map_handle_target_level > make_spte',
    ),
    variant: ['no-sequence-test'],
    expect: { P1: 'violated', P5: 'violated', P16: 'violated' },
  },
});
