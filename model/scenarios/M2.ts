/**
 * M2: a split is harmless only until an entry below it changes. Split, then zap the children: without the zap's own
 * flush the stale huge entry goes on granting what the children no longer do.
 */
import { process, scenarios } from 'mmucheck/language';
import { SAFETY } from '../../properties/index.js';
import { machine, mapped_huge } from '../machine.js';
import { split_then_migrate } from './threads.js';
import { a_vcpu_may_use_a_stale_huge_translation, the_host_has_moved_a_page } from './witnesses.js';
import { FAULTS_FIND_THEIR_TABLES, unreached } from './unreached.js';

const common = {
  unreached: unreached(
    ...FAULTS_FIND_THEIR_TABLES,
    'handle_removed_pt > kvm_tdp_mmu_write_spte_atomic',
    'kvm_tdp_mmu_map > tdp_iter_next',
    'kvm_tdp_mmu_page_fault > fast_page_fault',
    'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
    'tdp_mmu_map_handle_target_level > make_spte',
    'tdp_mmu_set_spte > handle_changed_spte',
    'tdp_mmu_split_huge_pages_root > tdp_mmu_iter_cond_resched',
  ),
  ...machine({ vcpus: 2, invalidations: 1, tables: 4 }, [process('cpu0', split_then_migrate)], mapped_huge()),
  properties: SAFETY,
  witnesses: [a_vcpu_may_use_a_stale_huge_translation, the_host_has_moved_a_page],
};

export default scenarios({
  'zap-without-flush': {
    ...common,
    title:
      'After a split the notifier zaps the small pages and skips its flush: the huge entry is still used',
    claims: ['M2', 'S000-8(b)', 'S000-17(a)'],
    variant: ['zap-without-flush'],
    expect: { P1: 'violated', P8: 'violated' },
  },
  'zap-with-flush': {
    ...common,
    title: 'After a split the notifier zaps the small pages and flushes; the split itself still does not',
    claims: ['M2', 'S000-17(b)'],
  },
});
