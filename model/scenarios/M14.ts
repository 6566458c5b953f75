/**
 * M14: a hole in a part of a huge page, and faults on the other part. A table at the end of the hole keeps huge pages out only if faults
 * never replace it by one, and only while it is there: nothing keeps them out of a range that is not mapped yet, except a
 * range of invalidation that is rounded out.
 */
import { process, scenarios } from 'mmucheck/language';
import { P10, P15, P16, SAFETY } from '../../properties/index.js';
import type { Choices } from '../config.js';
import { kvm_gmem_punch_hole } from '../kernel/guest_memfd.js';
import { host_huge, machine, mapped_huge } from '../machine.js';
import { FAULTS_FIND_THEIR_TABLES, NO_TABLE_IS_UNLINKED, unreached } from './unreached.js';
import {
  a_hole_is_punched,
  a_page_is_mapped_at_2M,
  a_precise_zap_runs,
  a_small_page_is_mapped,
} from './witnesses.js';

const choices = {
  flush: 'atomic',
  invalidations: 1,
  preciseZaps: true,
  countInvalidations: true,
  tables: 4,
  boundarySplit: 'walk',
} as const satisfies Partial<Choices>;
const read_only = { writable: false, mmu_writable: false, host_writable: false, dirty: false };
const hole = (rounded: boolean) => [process('cpu0', kvm_gmem_punch_hole, 1, 2, rounded)];
const checked = {
  properties: [...SAFETY, P10, P15, P16],
  witnesses: [a_precise_zap_runs, a_hole_is_punched, a_small_page_is_mapped],
};

export default scenarios({
  'merging-forbidden': {
    ...checked,
    ...machine({ ...choices, noMerging: true }, hole(false), mapped_huge(read_only)),
    title:
      'Faults are kept out of the hole only, and leave tables alone: that of the split stays until the zap',
    unreached: unreached(
      ...NO_TABLE_IS_UNLINKED,
      ...FAULTS_FIND_THEIR_TABLES,
      'fast_page_fault > fast_pf_fix_direct_spte',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_iter_next > try_step_side',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_map_handle_target_level > make_spte',
      'tdp_mmu_split_huge_pages_root > tdp_mmu_iter_cond_resched',
      'tdp_mmu_zap_leafs > tdp_mmu_iter_cond_resched',
    ),
    claims: ['M14', 'S000-5(f)'],
  },
  'merging-forbidden-unmapped': {
    ...checked,
    ...machine({ ...choices, noMerging: true }, hole(false), host_huge),
    title:
      'The same where nothing is mapped: a fault beside the hole maps a huge page, which replaces no table',
    unreached: unreached(
      ...NO_TABLE_IS_UNLINKED,
      'kvm_tdp_mmu_map > disallowed_hugepage_adjust',
      'kvm_tdp_mmu_map > tdp_mmu_split_huge_page',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_iter_next > try_step_side',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_map_handle_target_level > make_spte',
      'tdp_mmu_split_huge_pages_root > tdp_mmu_iter_cond_resched',
      'tdp_mmu_zap_leafs > tdp_mmu_iter_cond_resched',
    ),
    claims: ['M14', 'S000-5(g)'],
    expect: { P1: 'violated', P10: 'violated', P16: 'violated' },
  },
  'rounded-unmapped': {
    ...checked,
    ...machine(choices, hole(true), host_huge),
    title: 'Nothing is mapped, and faults are kept out of the huge page that the hole is in',
    unreached: unreached(
      ...NO_TABLE_IS_UNLINKED,
      'kvm_tdp_mmu_map > tdp_mmu_split_huge_page',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_iter_next > try_step_side',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_map_handle_target_level > make_spte',
      'tdp_mmu_split_huge_pages_root > tdp_mmu_iter_cond_resched',
      'tdp_mmu_zap_leafs > tdp_mmu_iter_cond_resched',
    ),
    claims: ['M14', 'S000-5(c)'],
    witnesses: [a_precise_zap_runs, a_hole_is_punched, a_small_page_is_mapped, a_page_is_mapped_at_2M],
  },
});
