/**
 * Clearing D, or W where W tells, over a whole slot, while faults split what the walk is looking at. The exchange fails
 * then, and what is there now is a table: it must be left alone (bug K15). Only W makes a difference, as a table entry
 * has that bit and never D.
 */
import { process, scenarios } from 'mmucheck/language';
import { SAFETY } from '../../properties/index.js';
import { V6_9 } from '../config.js';
import { kvm_set_memory_region } from '../kernel/dirty_log.js';
import { machine, mapped_huge, mapped_small } from '../machine.js';
import { unreached } from './unreached.js';
import { every_huge_page_is_split, tracking_has_begun } from './witnesses.js';

const choices = {
  pml: 1,
  trackDirty: true,
  nxHugePages: true,
  trackExec: true,
  guestFetches: true,
  guestWrites: false,
  eagerPageSplit: false,
  srcu: true,
  reschedule: false,
  flush: 'atomic',
} as const;
const by_w = {
  ...machine(
    { ...choices, wrprotOnly: true, kernel: V6_9 },
    [process('cpu0', kvm_set_memory_region)],
    mapped_huge(),
  ),
  properties: SAFETY,
  witnesses: [every_huge_page_is_split, tracking_has_begun],
};
const by_d = {
  ...machine(choices, [process('cpu0', kvm_set_memory_region)], mapped_huge()),
  properties: SAFETY,
  witnesses: [every_huge_page_is_split, tracking_has_begun],
};

export default scenarios({
  'by-w': {
    ...by_w,
    unreached: unreached(
      'kvm_tdp_mmu_map > disallowed_hugepage_adjust',
      'kvm_tdp_mmu_map > tdp_mmu_link_sp',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
      'wrprot_gfn_range > tdp_iter_next',
      'wrprot_gfn_range > tdp_mmu_set_spte_atomic',
    ),
    title: 'An exec fault splits the huge page whose W is being cleared',
    claims: ['K15'],
  },
  'by-w-tested-once': {
    ...by_w,
    unreached: unreached(
      'kvm_tdp_mmu_map > disallowed_hugepage_adjust',
      'kvm_tdp_mmu_map > tdp_mmu_link_sp',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
      'wrprot_gfn_range > tdp_iter_next',
      'wrprot_gfn_range > tdp_mmu_set_spte_atomic',
    ),
    title: 'The table that an exec fault has put in its place is taken for the huge page, and loses W',
    claims: ['K15'],
    variant: ['clear-dirty-tests-once'],
    expect: { P5: 'violated' },
  },
  'by-d-tested-once': {
    ...by_d,
    unreached: unreached(
      'kvm_tdp_mmu_map > disallowed_hugepage_adjust',
      'kvm_tdp_mmu_map > tdp_mmu_link_sp',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
      'vcpu_enter_guest > vmx_flush_pml_buffer',
      'wrprot_gfn_range > tdp_iter_next',
    ),
    title: 'The same where D tells: a table entry has no D to lose',
    claims: ['K15'],
    variant: ['clear-dirty-tests-once'],
  },
  'by-d-used-meanwhile': {
    ...machine(
      {
        pml: 1,
        trackDirty: true,
        srcu: true,
        flush: 'atomic',
        guestReads: true,
      },
      [process('cpu0', kvm_set_memory_region)],
      mapped_small({ accessed: false }),
    ),
    properties: SAFETY,
    witnesses: [tracking_has_begun],
    title: 'A page is used while its D is being cleared: the exchange fails because of A, and is tried again',
    claims: ['K15'],
    unreached: unreached(
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
      'tdp_mmu_split_huge_pages_root > tdp_iter_next',
      'tdp_mmu_split_huge_pages_root > tdp_mmu_alloc_sp_for_split',
      'tdp_mmu_split_huge_pages_root > tdp_mmu_iter_cond_resched',
      'tdp_mmu_split_huge_pages_root > tdp_mmu_split_huge_page',
      'vcpu_enter_guest > kvm_mmu_page_fault',
      'vcpu_enter_guest > kvm_vcpu_srcu_read_lock',
      'vcpu_enter_guest > vmx_flush_pml_buffer',
      'wrprot_gfn_range > tdp_iter_next',
      'wrprot_gfn_range > tdp_mmu_iter_cond_resched',
      'wrprot_gfn_range > tdp_mmu_set_spte_atomic',
    ),
  },
});
