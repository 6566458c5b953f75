/**
 * M13: splitting at the ends of a range before a zap that must not touch anything outside it. The walk over the range
 * with a filter and the computation of head and tail leave the same leafs, for every range and every mixture of sizes;
 * and what can go wrong in either. Then both in a hole that is punched while the guest faults beside it: mmu_lock is
 * dropped between the splits, and between them and the zap, so something must keep huge pages from coming back.
 */
import { process, scenarios } from 'mmucheck/language';
import { P10, P15, P16, SAFETY } from '../../properties/index.js';
import { kvm_gmem_punch_hole } from '../kernel/guest_memfd.js';
import { machine, mapped_giga, mapped_huge } from '../machine.js';
import { AS_SPECIFIED, split_at_any_boundaries } from './boundaries.js';
import {
  a_hole_is_punched,
  a_page_is_mapped_at_2M,
  a_precise_zap_runs,
  a_small_page_is_mapped,
} from './witnesses.js';
import { NO_TABLE_IS_UNLINKED, unreached } from './unreached.js';

/** What several of these do not execute, each for the reason in unreached.ts. */
const NOWHERE = [
  'fast_page_fault > fast_pf_fix_direct_spte',
  'kvm_tdp_mmu_map > tdp_mmu_split_huge_page',
  'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
  'tdp_mmu_map_handle_target_level > make_spte',
  'tdp_mmu_set_spte > handle_changed_spte',
  'tdp_mmu_split_huge_pages_root > tdp_mmu_iter_cond_resched',
] as const;

const ALL = {
  levels: 3,
  hugePages: 4,
  tables: 7,
  flush: 'atomic',
  guestWrites: false,
  preciseZaps: true,
} as const;
const any = process('cpu0', split_at_any_boundaries);

const by_walk = {
  ...machine({ ...ALL, boundarySplit: 'walk' }, [any]),
  properties: [...SAFETY, P10, AS_SPECIFIED],
  witnesses: [a_page_is_mapped_at_2M, a_precise_zap_runs],
};
const by_head_and_tail = {
  ...machine({ ...ALL, boundarySplit: 'head-tail' }, [any]),
  properties: [...SAFETY, P10, AS_SPECIFIED],
  witnesses: [a_page_is_mapped_at_2M, a_precise_zap_runs],
};

/** The guest writes to the page before the hole, which the host had mapped read-only when it was mapped. */
const read_only = { writable: false, mmu_writable: false, host_writable: false, dirty: false };
const HOLE = { flush: 'atomic', invalidations: 1, preciseZaps: true, countInvalidations: true } as const;
const ONE_END = { ...HOLE, hugePages: 1, tables: 4 } as const;
const TWO_ENDS = { ...HOLE, hugePages: 2, tables: 6 } as const;
const exact = process('cpu0', kvm_gmem_punch_hole, 1, 2, false);
const rounded = process('cpu0', kvm_gmem_punch_hole, 1, 2, true);
const exact_two_ends = process('cpu0', kvm_gmem_punch_hole, 1, 3, false);
const rounded_two_ends = process('cpu0', kvm_gmem_punch_hole, 1, 3, true);

const hole = {
  properties: [...SAFETY, P10, P15, P16],
  witnesses: [a_precise_zap_runs, a_hole_is_punched, a_small_page_is_mapped],
};

export default scenarios({
  walk: {
    ...by_walk,
    title: 'The walk with a filter splits exactly what crosses an end, for all ranges over two 1G pages',
    claims: ['M13', 'S001-7(f)'],
    unreached: unreached(
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_mmu_set_spte > handle_changed_spte',
      'vcpu_enter_guest > run_guest',
    ),
  },
  'head-and-tail': {
    ...by_head_and_tail,
    title: 'Head and tail are computed, and split exactly the same leafs',
    claims: ['M13', 'S001-7(f)'],
    unreached: unreached(
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_mmu_set_spte > handle_changed_spte',
      'tdp_mmu_split_huge_pages_root > tdp_mmu_iter_cond_resched',
      'vcpu_enter_guest > run_guest',
    ),
  },
  'walk-end-inclusive': {
    ...by_walk,
    title: 'The filter of the walk takes the end of the range for its last page',
    claims: ['P10'],
    unreached: unreached(
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_mmu_set_spte > handle_changed_spte',
      'vcpu_enter_guest > run_guest',
    ),
    variant: ['boundary-walk-end-inclusive'],
    expect: { P10: 'violated', 'S001-7': 'violated' },
  },
  'aligned-to-2M': {
    ...by_head_and_tail,
    title: 'Head and tail are tested for 2M pages only, where 1G pages are mapped',
    claims: ['S001-7(a)'],
    unreached: unreached(
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_mmu_set_spte > handle_changed_spte',
      'tdp_mmu_split_huge_pages_root > tdp_mmu_iter_cond_resched',
      'vcpu_enter_guest > run_guest',
    ),
    variant: ['boundary-tests-2M-only'],
    expect: { P10: 'violated', 'S001-7': 'violated' },
  },
  'end-too-early': {
    ...by_head_and_tail,
    title: 'The tail is split before the last page of the range',
    claims: ['S001-7(b)'],
    unreached: unreached(
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_mmu_set_spte > handle_changed_spte',
      'tdp_mmu_split_huge_pages_root > tdp_mmu_iter_cond_resched',
      'vcpu_enter_guest > run_guest',
    ),
    variant: ['boundary-end-too-early'],
    expect: { P10: 'violated', 'S001-7': 'violated' },
  },
  'end-too-late': {
    ...by_head_and_tail,
    title: 'The tail is split behind the end as well: more than need be, and nothing is lost',
    claims: ['S001-7(b)'],
    unreached: unreached(
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_mmu_set_spte > handle_changed_spte',
      'tdp_mmu_split_huge_pages_root > tdp_mmu_iter_cond_resched',
      'vcpu_enter_guest > run_guest',
    ),
    variant: ['boundary-end-too-late'],
    expect: { 'S001-7': 'violated' },
  },
  'stale-iterator': {
    ...by_head_and_tail,
    title: 'Head and tail lie in one huge page, and the tail is split with the iterator of the head',
    claims: ['S001-7(c)'],
    unreached: unreached(
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_mmu_set_spte > handle_changed_spte',
      'tdp_mmu_split_huge_pages_root > tdp_mmu_iter_cond_resched',
      'vcpu_enter_guest > run_guest',
    ),
    variant: ['boundary-stale-iterator'],
    expect: { P6: 'violated' },
  },
  'always-to-4K': {
    ...by_head_and_tail,
    title: 'Every end is split down to 4K: more than need be, and nothing is lost',
    claims: ['S001-7(d)'],
    unreached: unreached(
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_mmu_set_spte > handle_changed_spte',
      'vcpu_enter_guest > run_guest',
    ),
    variant: ['boundary-always-to-4K'],
    expect: { 'S001-7': 'violated' },
  },
  'hole-by-walk': {
    ...hole,
    ...machine({ ...ONE_END, boundarySplit: 'walk' }, [rounded], mapped_huge(read_only)),
    title: 'A hole in a huge page, split by the walk, while faults are kept out of the whole page',
    claims: ['S000-5(c)'],
    unreached: unreached(
      ...NOWHERE,
      'kvm_tdp_mmu_map > tdp_mmu_link_sp',
      'tdp_iter_next > try_step_side',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
      'tdp_mmu_zap_leafs > tdp_mmu_iter_cond_resched',
    ),
  },
  'hole-by-walk-v2': {
    ...hole,
    ...machine({ ...ONE_END, boundarySplit: 'walk' }, [rounded], mapped_huge(read_only)),
    title: 'The same with the flushes of version 2: no property tells it from the one without',
    claims: ['S000-17(b)', 'S000-15(a)'],
    unreached: unreached(
      ...NOWHERE,
      'kvm_tdp_mmu_map > tdp_mmu_link_sp',
      'tdp_iter_next > try_step_side',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
      'tdp_mmu_zap_leafs > tdp_mmu_iter_cond_resched',
    ),
    variant: ['boundary-walk-flushes'],
  },
  'hole-by-head-and-tail': {
    ...hole,
    ...machine({ ...TWO_ENDS, boundarySplit: 'head-tail' }, [rounded_two_ends], mapped_huge(read_only)),
    title: 'A hole over two huge pages, split at head and tail, while faults are kept out of both',
    claims: ['S000-5(c)'],
    unreached: unreached(
      ...NOWHERE,
      'kvm_tdp_mmu_map > tdp_mmu_link_sp',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
    ),
  },
  'hole-in-1G': {
    ...hole,
    ...machine(
      { ...HOLE, levels: 3, hugePages: 2, tables: 6, boundarySplit: 'head-tail' },
      [rounded_two_ends],
      mapped_giga(read_only),
    ),
    title: 'A hole in a 1G page, split at head and tail, while faults are kept out of the whole page',
    claims: ['S000-5(c)'],
    unreached: unreached(
      ...NOWHERE,
      'kvm_tdp_mmu_map > tdp_mmu_link_sp',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
    ),
  },
  'hole-without-split': {
    ...hole,
    ...machine({ ...ONE_END }, [rounded], mapped_huge(read_only)),
    title: 'A hole in a huge page that is not split before',
    claims: ['P10'],
    unreached: unreached(
      ...NO_TABLE_IS_UNLINKED,
      'fast_page_fault > fast_pf_fix_direct_spte',
      'fast_page_fault > kvm_tdp_mmu_read_spte',
      'kvm_tdp_mmu_map > tdp_mmu_split_huge_page',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_side',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_map_handle_target_level > make_spte',
      'tdp_mmu_zap_leafs > tdp_mmu_iter_cond_resched',
    ),
    expect: { P10: 'violated' },
  },
  'exact-hole': {
    ...hole,
    ...machine({ ...ONE_END, boundarySplit: 'walk' }, [exact], mapped_huge(read_only)),
    title:
      'Faults are kept out of the hole only: one beside it brings the huge page back before the zap, or after it',
    claims: ['M14', 'S000-5(b)', 'S001-7(e)'],
    unreached: unreached(
      'fast_page_fault > fast_pf_fix_direct_spte',
      'handle_removed_pt > kvm_tdp_mmu_write_spte_atomic',
      'kvm_tdp_mmu_map > tdp_mmu_split_huge_page',
      'tdp_iter_next > try_step_side',
      'tdp_mmu_map_handle_target_level > make_spte',
      'tdp_mmu_set_spte > handle_changed_spte',
      'tdp_mmu_split_huge_pages_root > tdp_mmu_iter_cond_resched',
      'tdp_mmu_zap_leafs > tdp_mmu_iter_cond_resched',
    ),
    expect: { P1: 'violated', P10: 'violated', P16: 'violated' },
  },
  'one-lock-hold': {
    ...hole,
    ...machine({ ...ONE_END, boundarySplit: 'head-tail' }, [exact], mapped_huge(read_only)),
    title: 'One end, and mmu_lock is kept from the split to the zap: no huge page comes back in between',
    claims: ['S001-7(g)'],
    unreached: unreached(
      ...NOWHERE,
      'handle_removed_pt > kvm_tdp_mmu_write_spte_atomic',
      'kvm_tdp_mmu_map > tdp_mmu_link_sp',
      'tdp_iter_next > try_step_side',
      'tdp_mmu_zap_leafs > tdp_mmu_iter_cond_resched',
    ),
    variant: ['gmem-keeps-lock-after-split'],
    properties: [P10],
  },
  'one-lock-hold-two-ends': {
    ...hole,
    ...machine({ ...TWO_ENDS, boundarySplit: 'head-tail' }, [exact_two_ends], mapped_huge(read_only)),
    title: 'Two ends: the split of the tail drops mmu_lock to allocate, and the head comes back',
    claims: ['S001-7(e)'],
    variant: ['gmem-keeps-lock-after-split'],
    properties: [P10],
    expect: { P10: 'violated' },
  },
  'split-fails': {
    ...hole,
    ...machine(
      { ...TWO_ENDS, boundarySplit: 'head-tail', allocationFails: true },
      [rounded_two_ends],
      mapped_huge(read_only),
    ),
    title: 'The split fails at either end: the hole is given up, and the invalidation ended',
    claims: ['M36', 'P10', 'P15'],
    unreached: unreached(
      ...NOWHERE,
      'handle_removed_pt > kvm_tdp_mmu_write_spte_atomic',
      'kvm_tdp_mmu_map > tdp_mmu_link_sp',
    ),
  },
  'split-error-ignored': {
    ...hole,
    ...machine(
      { ...TWO_ENDS, boundarySplit: 'head-tail', allocationFails: true },
      [rounded_two_ends],
      mapped_huge(read_only),
    ),
    title: 'The split fails, and the zap follows all the same',
    claims: ['M36', 'P10'],
    unreached: unreached(
      ...NOWHERE,
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
    ),
    variant: ['gmem-ignores-split-error'],
    expect: { P10: 'violated' },
  },
});
