/**
 * M27: guest_memfd gives pages back while a vCPU resolves one of them, before, inside or after the window. The fault
 * takes none of the file's locks: the range and the sequence count reject what it has found.
 */
import { process, scenarios } from 'mmucheck/language';
import { P15, P16, P17, SAFETY } from '../../properties/index.js';
import { T1 } from '../../properties/t1-faults-end.js';
import { operations_end } from '../../properties/t4-operations-end.js';
import { type Config, V6_16 } from '../config.js';
import { walk, walk_is_huge } from '../hardware/translation.js';
import { kvm_gmem_punch_hole } from '../kernel/private_punch_hole.js';
import { machine } from '../machine.js';
import type { Kvm } from '../state.js';
import { an_invalidation_is_open } from './witnesses.js';
import { unreached } from './unreached.js';

/** What most of these do not execute, each for the reason in unreached.ts. */
const NOWHERE = [
  'fast_page_fault > fast_pf_fix_direct_spte',
  'fast_page_fault > kvm_tdp_mmu_read_spte',
  'kvm_faultin_pfn > hva_to_pfn',
  'kvm_tdp_mmu_map > kvm_mmu_hugepage_adjust',
  'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
  'tdp_iter_next > tdp_iter_restart',
  'tdp_iter_next > try_step_side',
  'tdp_mmu_map_handle_target_level > make_spte',
  'tdp_mmu_set_spte > handle_changed_spte',
] as const;

/** Everything is private and nothing is mapped. */
function all_private(kvm: Kvm, config: Config): void {
  for (let gfn = 0; gfn < config.gfns; gfn++) kvm.private_memory.attributes[gfn] = true;
}

function huge_folios(kvm: Kvm, config: Config): void {
  all_private(kvm, config);
  for (let h = 0; h < config.hugePages; h++) kvm.private_memory.gmem_huge[h] = true;
}

export function a_folio_is_freed(kvm: Kvm): boolean {
  return kvm.private_memory.gmem_pfn[kvm.config.lastGfn] === kvm.config.lastGfn;
}

export function a_new_folio_is_mapped(kvm: Kvm): boolean {
  const leaf = walk(kvm, kvm.config.lastGfn);
  return leaf.kind === 'LEAF' && leaf.pfn === kvm.config.lastGfn;
}

export function a_folio_is_mapped_huge(kvm: Kvm): boolean {
  return walk_is_huge(kvm, 0) && walk(kvm, 0).kind === 'LEAF';
}

const choices = {
  kernel: V6_16,
  memoryAttributes: true,
  countInvalidations: true,
  reschedule: false,
  tables: 4,
  guestGfns: 2,
  invalidations: 1,
  vcpus: 2,
  flush: 'atomic',
} as const;
const properties = [...SAFETY, P15, P16, P17];
const witnesses = [an_invalidation_is_open, a_folio_is_freed, a_new_folio_is_mapped];
const small = {
  ...machine(choices, [process('cpu0', kvm_gmem_punch_hole, 1, 2)], all_private),
  properties,
  witnesses,
};
const alone = {
  ...machine({ ...choices, vcpus: 1 }, [process('cpu0', kvm_gmem_punch_hole, 1, 2)], all_private),
  properties: [...properties, T1, operations_end(['cpu0'])],
  witnesses,
};
const huge_witnesses = [...witnesses, a_folio_is_mapped_huge];

export default scenarios({
  'punch-hole': {
    ...small,
    title: 'A hole in a file of 4K folios, against faults',
    claims: ['M27'],
    unreached: unreached(
      ...NOWHERE,
      'kvm_tdp_mmu_map > tdp_mmu_split_huge_page',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
    ),
  },
  'punch-hole-alone': {
    ...alone,
    title: 'The same against one vCPU: the hole is made, and its faults come to an end',
    claims: ['M27', 'T1'],
    unreached: unreached(
      ...NOWHERE,
      'kvm_tdp_mmu_map > tdp_mmu_split_huge_page',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
    ),
  },
  'punch-hole-no-stale-test': {
    ...small,
    title: 'Faults do not ask about invalidations',
    claims: ['M27'],
    unreached: unreached(
      ...NOWHERE,
      'kvm_tdp_mmu_map > tdp_mmu_split_huge_page',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
    ),
    variant: ['no-stale-test'],
    expect: { P1: 'violated', P16: 'violated' },
  },
  'punch-hole-no-sequence-test': {
    ...small,
    title: 'Faults ask for invalidations that are open, not for those that are over',
    claims: ['M27'],
    unreached: unreached(
      ...NOWHERE,
      'kvm_tdp_mmu_map > tdp_mmu_split_huge_page',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
    ),
    variant: ['no-sequence-test'],
    expect: { P1: 'violated', P16: 'violated' },
  },
  'huge-folio': {
    ...machine(choices, [process('cpu0', kvm_gmem_punch_hole, 0, 2)], huge_folios),
    title: 'A hole as large as its huge folio',
    claims: ['M27', 'S000-5(d)'],
    unreached: unreached(
      ...NOWHERE,
      'kvm_tdp_mmu_map > tdp_mmu_split_huge_page',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
    ),
    properties,
    witnesses: huge_witnesses,
  },
  'half-a-huge-folio': {
    ...machine(choices, [process('cpu0', kvm_gmem_punch_hole, 1, 2)], huge_folios),
    title:
      'A hole in one half of a huge folio: a fault on the other half maps both (proposals with huge folios)',
    claims: ['S000-5(b)', 'S000-5(g)'],
    unreached: unreached(
      ...NOWHERE,
      'handle_removed_pt > kvm_tdp_mmu_write_spte_atomic',
      'tdp_iter_next > try_step_up',
    ),
    properties,
    witnesses: huge_witnesses,
    expect: { P1: 'violated', P16: 'violated' },
  },
});
