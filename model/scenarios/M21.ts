/**
 * M21: gfns become private or shared while vCPUs fault on them and on their neighbours. A fault looks at one gfn, and
 * may map the huge page around it: what must not happen is that this covers a gfn on the other side of an edge.
 */
import { type Op, process, scenarios } from 'mmucheck/language';
import { P15, P16, P17, P17set, SAFETY } from '../../properties/index.js';
import { T1 } from '../../properties/t1-faults-end.js';
import { T10 } from '../../properties/t10-huge-pages-come-back.js';
import { type Config, V6_16 } from '../config.js';
import { walk, walk_is_huge } from '../hardware/translation.js';
import { kvm_vm_set_mem_attributes } from '../kernel/mem_attributes.js';
import { machine, mapped_giga, mapped_huge } from '../machine.js';
import type { Kvm } from '../state.js';
import { an_invalidation_is_open } from './witnesses.js';
import { FAULTS_FIND_THEIR_TABLES, NO_TABLE_IS_UNLINKED, unreached } from './unreached.js';

/** What most of these do not execute, each for the reason in unreached.ts. */
const NOWHERE = [
  'fast_page_fault > fast_pf_fix_direct_spte',
  'fast_page_fault > kvm_tdp_mmu_read_spte',
  'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
  'tdp_mmu_map_handle_target_level > make_spte',
  'tdp_mmu_set_spte > handle_changed_spte',
] as const;

/** One gfn of a huge page becomes private, and shared again. */
export function* one_gfn_there_and_back(kvm: Kvm): Op {
  yield* kvm_vm_set_mem_attributes(kvm, 1, 2, true);
  yield* kvm_vm_set_mem_attributes(kvm, 1, 2, false);
}

/** One gfn becomes private, and then everything shared again. */
export function* one_gfn_then_all_back(kvm: Kvm): Op {
  yield* kvm_vm_set_mem_attributes(kvm, 1, 2, true);
  yield* kvm_vm_set_mem_attributes(kvm, 0, kvm.config.gfns, false);
}

/** A whole huge page becomes private, with folios of the same size behind it. */
export function* huge_page_there_and_back(kvm: Kvm): Op {
  yield* kvm_vm_set_mem_attributes(kvm, 0, 2, true);
  yield* kvm_vm_set_mem_attributes(kvm, 0, 2, false);
}

function huge_folios(kvm: Kvm, config: Config): void {
  mapped_huge()(kvm, config);
  for (let h = 0; h < config.hugePages; h++) kvm.private_memory.gmem_huge[h] = true;
}

export function a_gfn_is_private(kvm: Kvm): boolean {
  for (let gfn = 0; gfn < kvm.config.attributeGfns; gfn++)
    if (kvm.private_memory.attributes[gfn]) return true;
  return false;
}

export function a_private_gfn_is_mapped(kvm: Kvm): boolean {
  for (let gfn = 0; gfn < kvm.config.attributeGfns; gfn++)
    if (kvm.private_memory.attributes[gfn] && walk(kvm, gfn).kind === 'LEAF') return true;
  return false;
}

export function a_private_gfn_is_mapped_huge(kvm: Kvm): boolean {
  return kvm.private_memory.attributes[0] && walk(kvm, 0).kind === 'LEAF' && walk_is_huge(kvm, 0);
}

export function a_shared_neighbour_is_mapped(kvm: Kvm): boolean {
  return (
    !kvm.private_memory.attributes[0] && kvm.private_memory.attributes[1] && walk(kvm, 0).kind === 'LEAF'
  );
}

const choices = {
  kernel: V6_16,
  memoryAttributes: true,
  countInvalidations: true,
  reschedule: false,
  tables: 4,
  guestGfns: 2,
} as const;
const properties = [...SAFETY, P15, P16, P17, P17set];
const edge = {
  ...machine(
    { ...choices, vcpus: 2, invalidations: 2, flush: 'atomic' },
    [process('cpu0', one_gfn_there_and_back)],
    mapped_huge(),
  ),
  properties,
  witnesses: [an_invalidation_is_open, a_private_gfn_is_mapped, a_shared_neighbour_is_mapped],
};

export default scenarios({
  'guarded-edges': {
    ...edge,
    title: 'One gfn of a huge page changes; the huge page around it is blocked with it',
    claims: ['M21', 'S000-5(c)', 'S000-5(e)'],
    unreached: unreached(
      ...NOWHERE,
      'handle_removed_pt > kvm_tdp_mmu_write_spte_atomic',
      'kvm_tdp_mmu_map > tdp_mmu_split_huge_page',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_side',
    ),
  },
  'unguarded-edges': {
    ...edge,
    title: 'Only the gfns that change are blocked: before 9129633d568e',
    claims: ['M21', 'K28'],
    unreached: unreached(
      ...NOWHERE,
      'handle_removed_pt > kvm_tdp_mmu_write_spte_atomic',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_side',
    ),
    variant: ['attributes-without-edges'],
    expect: { P17: 'violated', P1: 'violated', P16: 'violated' },
  },
  'mixed-not-noted': {
    ...edge,
    title: 'Nobody notes that the huge page has gfns of both kinds now',
    claims: ['P17'],
    unreached: unreached(
      ...NOWHERE,
      'handle_removed_pt > kvm_tdp_mmu_write_spte_atomic',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_side',
    ),
    variant: ['attributes-without-mixed'],
    expect: { P17: 'violated', P1: 'violated', P16: 'violated' },
  },
  'huge-there-and-back': {
    ...machine(
      { ...choices, invalidations: 2, allocationFails: true },
      [process('cpu0', huge_page_there_and_back)],
      huge_folios,
    ),
    title: 'A whole huge page changes, with huge folios and the whole protocol of a flush',
    claims: ['O24'],
    unreached: unreached(
      ...NOWHERE,
      ...FAULTS_FIND_THEIR_TABLES,
      'kvm_tdp_mmu_map > tdp_iter_next',
      'tdp_iter_next > try_step_side',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
      'try_step_down > tdp_iter_refresh_sptep',
    ),
    properties,
    witnesses: [an_invalidation_is_open, a_private_gfn_is_mapped_huge],
  },
  'guarded-edges-1g': {
    ...machine(
      { ...choices, levels: 3, hugePages: 2, tables: 5, guestGfns: 4, invalidations: 1, flush: 'atomic' },
      [process('cpu0', kvm_vm_set_mem_attributes, 1, 2, true)],
      mapped_giga(),
    ),
    title:
      'One gfn of a 1G page changes: the 2M page and the 1G page around it are blocked, the other 2M page is not',
    claims: ['M21'],
    unreached: unreached(
      ...NOWHERE,
      'kvm_tdp_mmu_map > tdp_mmu_split_huge_page',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_side',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
    ),
    properties,
    witnesses: [an_invalidation_is_open, a_private_gfn_is_mapped, a_shared_neighbour_is_mapped],
  },
  'huge-again-1g': {
    ...machine(
      { ...choices, levels: 3, hugePages: 2, tables: 5, invalidations: 2, flush: 'atomic' },
      [process('cpu0', one_gfn_then_all_back)],
      mapped_giga(),
    ),
    title: 'One gfn of a 1G page changes, and then all of it back: the 1G page is mapped again',
    claims: ['T10', 'O24'],
    unreached: unreached(
      'fast_page_fault > fast_pf_fix_direct_spte',
      'fast_page_fault > kvm_tdp_mmu_read_spte',
      'handle_removed_pt > kvm_tdp_mmu_write_spte_atomic',
      'kvm_tdp_mmu_map > tdp_mmu_split_huge_page',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_mmu_map_handle_target_level > make_spte',
      'tdp_mmu_set_spte > handle_changed_spte',
    ),
    properties: [...properties, T1, T10],
    witnesses: [an_invalidation_is_open, a_private_gfn_is_mapped, a_shared_neighbour_is_mapped],
  },
  'guarded-tail': {
    ...machine(
      { ...choices, hugePages: 2, guestGfns: 4, invalidations: 1, flush: 'atomic' },
      [process('cpu0', kvm_vm_set_mem_attributes, 0, 3, true)],
      mapped_huge(),
    ),
    title: 'The range that changes ends inside a huge page, which is blocked with it',
    claims: ['M21'],
    unreached: unreached(
      ...NO_TABLE_IS_UNLINKED,
      'fast_page_fault > fast_pf_fix_direct_spte',
      'fast_page_fault > kvm_tdp_mmu_read_spte',
      'kvm_tdp_mmu_map > kvm_mmu_hugepage_adjust',
      'kvm_tdp_mmu_map > tdp_mmu_split_huge_page',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_map_handle_target_level > make_spte',
    ),
    properties: [...properties, T1],
    witnesses: [an_invalidation_is_open, a_private_gfn_is_mapped],
  },
  'two-ioctls': {
    ...machine(
      { ...choices, invalidations: 2, flush: 'atomic' },
      [
        process('cpu0', kvm_vm_set_mem_attributes, 0, 1, true),
        process('cpu1', kvm_vm_set_mem_attributes, 1, 2, true),
      ],
      huge_folios,
    ),
    title: 'Two ioctls make the two halves of a huge page private',
    claims: ['O24'],
    unreached: unreached(
      ...NOWHERE,
      'handle_removed_pt > kvm_tdp_mmu_write_spte_atomic',
      'kvm_tdp_mmu_map > kvm_mmu_hugepage_adjust',
      'kvm_tdp_mmu_map > tdp_mmu_split_huge_page',
      'tdp_iter_next > tdp_iter_restart',
    ),
    properties,
    witnesses: [an_invalidation_is_open, a_shared_neighbour_is_mapped, a_private_gfn_is_mapped_huge],
  },
});
