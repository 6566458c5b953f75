/**
 * S001-5 and M36: a conversion of a part of a huge page zaps the whole of it unless it is split at the ends of the part, so holes are not the
 * only users of that split; and what becomes of an error of the split. The direct root stands in for one on which a zap loses content.
 */
import { process, scenarios } from 'mmucheck/language';
import { P10, P15, P16, P17, SAFETY } from '../../properties/index.js';
import { type Choices, V6_16 } from '../config.js';
import { kvm_vm_set_mem_attributes } from '../kernel/mem_attributes.js';
import { machine, mapped_huge } from '../machine.js';
import { a_gfn_is_private, a_private_gfn_is_mapped } from './M21.js';
import { FAULTS_FIND_THEIR_TABLES, NO_TABLE_IS_UNLINKED, unreached } from './unreached.js';
import { a_precise_zap_runs, a_small_page_is_mapped, an_invalidation_is_open } from './witnesses.js';

/** What most of these do not execute, each for the reason in unreached.ts. */
const NOWHERE = [
  ...NO_TABLE_IS_UNLINKED,
  ...FAULTS_FIND_THEIR_TABLES,
  'fast_page_fault > fast_pf_fix_direct_spte',
  'fast_page_fault > kvm_tdp_mmu_read_spte',
  'kvm_faultin_pfn > hva_to_pfn',
  'kvm_tdp_mmu_map > kvm_mmu_hugepage_adjust',
  'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
  'tdp_iter_next > try_step_side',
  'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
  'tdp_mmu_map_handle_target_level > make_spte',
] as const;

const choices = {
  kernel: V6_16,
  memoryAttributes: true,
  countInvalidations: true,
  preciseZaps: true,
  reschedule: false,
  invalidations: 1,
  tables: 4,
  guestGfns: 2,
  flush: 'atomic',
} as const satisfies Partial<Choices>;
const convert = [process('cpu0', kvm_vm_set_mem_attributes, 1, 2, true)];
const checked = {
  properties: [...SAFETY, P10, P15, P16, P17],
  witnesses: [an_invalidation_is_open, a_precise_zap_runs, a_private_gfn_is_mapped, a_small_page_is_mapped],
};
const failing = machine({ ...choices, boundarySplit: 'walk', allocationFails: true }, convert, mapped_huge());

export default scenarios({
  'conversion-without-split': {
    ...checked,
    ...machine(choices, convert, mapped_huge()),
    title: 'One gfn of a huge page becomes private, and the zap takes its neighbour away with it',
    claims: ['S001-5(a)'],
    expect: { P10: 'violated' },
    unreached: unreached(
      ...NO_TABLE_IS_UNLINKED,
      'fast_page_fault > fast_pf_fix_direct_spte',
      'fast_page_fault > kvm_tdp_mmu_read_spte',
      'kvm_tdp_mmu_map > kvm_mmu_hugepage_adjust',
      'kvm_tdp_mmu_map > tdp_mmu_split_huge_page',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_side',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_map_handle_target_level > make_spte',
    ),
  },
  'conversion-with-split': {
    ...checked,
    ...machine({ ...choices, boundarySplit: 'walk' }, convert, mapped_huge()),
    title: 'The huge page is split before; a fault on the neighbour is kept out until the gfn is private',
    claims: ['S001-5(b)'],
    unreached: unreached(...NOWHERE),
  },
  'conversion-with-two-splits': {
    ...checked,
    ...machine(
      { ...choices, hugePages: 2, boundarySplit: 'walk' },
      [process('cpu0', kvm_vm_set_mem_attributes, 1, 3, true)],
      mapped_huge({ writable: false, mmu_writable: false }),
    ),
    title:
      'A huge page is split at either end: while mmu_lock is dropped to allocate for the second, the first is kept from coming back',
    claims: ['S001-5(b)'],
    unreached: unreached(
      ...NO_TABLE_IS_UNLINKED,
      ...FAULTS_FIND_THEIR_TABLES,
      'fast_page_fault > fast_pf_fix_direct_spte',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_map_handle_target_level > make_spte',
    ),
  },
  'split-fails': {
    ...checked,
    ...failing,
    title: 'The split fails: the ioctl gives up, and ends its invalidation',
    claims: ['M36'],
    witnesses: [...checked.witnesses, a_gfn_is_private],
    unreached: unreached(...NOWHERE),
  },
  'split-error-without-end': {
    ...checked,
    ...failing,
    title:
      'The error is returned at once, and the invalidation never ended: faults on the gfn retry for ever',
    claims: ['M36', 'P15'],
    variant: ['attributes-error-without-end'],
    expect: { P15: 'violated' },
    unreached: unreached(...NOWHERE),
  },
  'split-error-is-success': {
    ...checked,
    ...failing,
    title:
      'The error is taken for "flush, and go on": nothing is zapped, and the gfn becomes private under its old mapping',
    claims: ['M36'],
    variant: ['attributes-take-error-for-success'],
    expect: { P1: 'violated', P17: 'violated' },
    unreached: unreached(...NOWHERE),
  },
});
