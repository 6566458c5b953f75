/**
 * S000-17: the flush because of the split and the flush because of the zap, each taken out of a hole that is split before it is zapped. M13/hole-by-walk
 * has only that of the zap, as later versions of the series, and M13/hole-by-walk-v2 both.
 */
import { process, scenarios } from 'mmucheck/language';
import { P10, P15, P16, SAFETY } from '../../properties/index.js';
import type { Choices } from '../config.js';
import { kvm_gmem_punch_hole } from '../kernel/guest_memfd.js';
import { machine, mapped_huge } from '../machine.js';
import { FAULTS_FIND_THEIR_TABLES, NO_TABLE_IS_UNLINKED, unreached } from './unreached.js';
import { a_precise_zap_runs, a_small_page_is_mapped } from './witnesses.js';

const choices = {
  flush: 'atomic',
  invalidations: 1,
  preciseZaps: true,
  countInvalidations: true,
  tables: 4,
  guestGfns: 2,
  boundarySplit: 'walk',
} as const satisfies Partial<Choices>;
const hole = {
  ...machine(choices, [process('cpu0', kvm_gmem_punch_hole, 1, 2, true)], mapped_huge()),
  properties: [...SAFETY, P10, P15, P16],
  witnesses: [a_precise_zap_runs, a_small_page_is_mapped],
};

export default scenarios({
  'split-flush-only': {
    ...hole,
    title: 'The split flushes what it has split, and the zap does not flush',
    claims: ['S000-17(a)'],
    variant: ['boundary-walk-flushes', 'gmem-zap-without-flush'],
    expect: { P1: 'violated', P8: 'violated' },
    unreached: unreached(
      ...NO_TABLE_IS_UNLINKED,
      ...FAULTS_FIND_THEIR_TABLES,
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_iter_next > try_step_side',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_map_handle_target_level > make_spte',
      'tdp_mmu_split_huge_pages_root > tdp_mmu_iter_cond_resched',
      'tdp_mmu_zap_leafs > tdp_mmu_iter_cond_resched',
    ),
  },
  'zap-flush-only': {
    ...hole,
    title: 'The zap flushes, and the split does not',
    claims: ['S000-17(b)', 'S000-15(a)'],
    unreached: unreached(
      ...NO_TABLE_IS_UNLINKED,
      ...FAULTS_FIND_THEIR_TABLES,
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_iter_next > try_step_side',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_map_handle_target_level > make_spte',
      'tdp_mmu_split_huge_pages_root > tdp_mmu_iter_cond_resched',
      'tdp_mmu_zap_leafs > tdp_mmu_iter_cond_resched',
    ),
  },
  'no-flush': {
    ...hole,
    title: 'Neither flushes',
    claims: ['S000-17(a)'],
    variant: ['gmem-zap-without-flush'],
    expect: { P1: 'violated', P8: 'violated' },
    unreached: unreached(
      ...NO_TABLE_IS_UNLINKED,
      ...FAULTS_FIND_THEIR_TABLES,
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_iter_next > try_step_side',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_map_handle_target_level > make_spte',
      'tdp_mmu_split_huge_pages_root > tdp_mmu_iter_cond_resched',
      'tdp_mmu_zap_leafs > tdp_mmu_iter_cond_resched',
    ),
  },
});
