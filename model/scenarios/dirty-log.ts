/**
 * Dirty logging in every mode: by PML, by W with A/D bits or without, for L2, with manual protection and with
 * everything set at first; switched off and on again; and with KVM itself writing. With each the mistake that it is
 * there to avoid.
 */
import { process, scenarios } from 'mmucheck/language';
import { P21, P3log, SAFETY } from '../../properties/index.js';
import { T17 } from '../../properties/t17-vcpus-enter.js';
import { T5 } from '../../properties/t5-requests-are-served.js';
import { operation_does } from '../../properties/t13-operations-do-their-work.js';
import { T9 } from '../../properties/t9-memslots-settle.js';
import { V6_9 } from '../config.js';
import { clear_whole_dirty_log, disable_dirty_logging } from '../kernel/clear_dirty_log.js';
import { kvm_set_memory_region, kvm_vm_ioctl_get_dirty_log } from '../kernel/dirty_log.js';
import { logging, machine, mapped_huge, mapped_small } from '../machine.js';
import { enable_disable_enable, enable_then_clear, enable_then_get } from './threads.js';
import { EVERY_FAULT_IS_FAST, NO_TABLE_IS_UNLINKED, unreached } from './unreached.js';
import {
  a_dirty_bit_is_set,
  a_fast_fault_is_about_to_mark_its_page,
  a_huge_page_cannot_be_made_writable_again,
  a_page_is_clean_and_writable,
  a_page_is_harvested,
  the_dirty_bitmap_is_freed,
  every_huge_page_is_split,
  every_vcpu_logs_modifications,
  no_vcpu_logs_modifications,
  tracking_has_begun,
} from './witnesses.js';

/** What several of these do not execute, each for the reason in unreached.ts. */
const NOWHERE = [
  'tdp_iter_next > tdp_iter_restart',
  'tdp_mmu_clear_spte_bits > tdp_mmu_clear_spte_bits_atomic',
  'tdp_mmu_set_spte_atomic > handle_changed_spte',
  'tdp_mmu_split_huge_pages_root > tdp_iter_next',
  'tdp_mmu_split_huge_pages_root > tdp_mmu_alloc_sp_for_split',
  'tdp_mmu_split_huge_pages_root > tdp_mmu_split_huge_page',
] as const;

const LOG = [...SAFETY, P3log];
const by_w = { followWrites: true, reschedule: false };
const by_d = { ...by_w, pml: 1, trackDirty: true };

const emulation = {
  ...machine(
    { ...by_w, emulatedWrites: true, srcu: true },
    [process('cpu0', enable_then_get)],
    mapped_small(),
  ),
  properties: LOG,
  witnesses: [a_fast_fault_is_about_to_mark_its_page, a_page_is_harvested],
};
const all_set_two_pages = {
  ...machine(
    {
      ...by_w,
      manualProtect: true,
      initiallyAllSet: true,
      eagerPageSplit: false,
      hugePages: 2,
      tables: 5,
      wordBits: 4,
      guestGfns: 3,
      flush: 'atomic',
    },
    [process('cpu0', enable_then_clear)],
    mapped_huge(),
  ),
  properties: LOG,
  witnesses: [a_huge_page_cannot_be_made_writable_again, a_page_is_harvested],
};
const for_l2 = {
  properties: LOG,
  witnesses: [a_page_is_harvested, tracking_has_begun],
};

const freed = { srcu: true, bitmapLifetime: true, flush: 'atomic' } as const;
const stop = process('cpu0', disable_dirty_logging);

export default scenarios({
  'bitmap-freed': {
    ...machine(
      { ...by_w, ...freed, emulatedWrites: true },
      [stop, process('cpu1', kvm_vm_ioctl_get_dirty_log)],
      logging(mapped_small({ writable: false })),
    ),
    title:
      'Logging is switched off and the bitmap freed, while faults, KVM itself and KVM_GET_DIRTY_LOG use it',
    properties: [...LOG, P21, T9],
    witnesses: [the_dirty_bitmap_is_freed, a_fast_fault_is_about_to_mark_its_page, a_page_is_harvested],
    unreached: unreached(
      ...EVERY_FAULT_IS_FAST,
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_clear_spte_bits > tdp_mmu_clear_spte_bits_atomic',
    ),
    claims: ['O17', 'T9'],
  },
  'off-and-on-by-two': {
    ...machine(
      { ...by_w, ...freed },
      [stop, process('cpu1', kvm_set_memory_region)],
      logging(mapped_small({ writable: false })),
    ),
    title: 'One thread switches logging off while another one switches it on: slots_lock keeps them apart',
    properties: [...LOG, P21, T9],
    witnesses: [the_dirty_bitmap_is_freed, a_fast_fault_is_about_to_mark_its_page],
    unreached: unreached(
      ...EVERY_FAULT_IS_FAST,
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
      'tdp_mmu_split_huge_pages_root > tdp_iter_next',
      'tdp_mmu_split_huge_pages_root > tdp_mmu_alloc_sp_for_split',
      'tdp_mmu_split_huge_pages_root > tdp_mmu_split_huge_page',
    ),
    claims: ['O17'],
  },
  'bitmap-freed-pml': {
    ...machine(
      { ...by_d, ...freed, spontaneousExits: true },
      [stop],
      logging(mapped_small({ dirty: false })),
    ),
    title: 'The same while a vCPU empties its PML buffer into it',
    properties: [...LOG, P21, T9, operation_does('cpu0', 'PML is off', no_vcpu_logs_modifications)],
    witnesses: [the_dirty_bitmap_is_freed, every_vcpu_logs_modifications],
    unreached: unreached('vcpu_enter_guest > kvm_mmu_page_fault'),
    claims: ['O17'],
  },
  'pml-enable-then-get': {
    ...machine({ ...by_d, srcu: true }, [process('cpu0', enable_then_get)], mapped_huge()),
    unreached: unreached(
      'tdp_mmu_clear_spte_bits > tdp_mmu_clear_spte_bits_atomic',
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
      'vcpu_enter_guest > kvm_mmu_page_fault',
      'wrprot_gfn_range > tdp_iter_next',
      'wrprot_gfn_range > tdp_mmu_set_spte_atomic',
    ),
    title: 'PML is switched on over a huge page, and the log is read',
    claims: ['O17', 'O18'],
    properties: [...LOG, T5, T17],
    witnesses: [every_vcpu_logs_modifications, a_page_is_clean_and_writable, a_page_is_harvested],
  },
  'pml-enable-then-get-without-eager-split': {
    ...machine(
      { ...by_d, srcu: true, eagerPageSplit: false },
      [process('cpu0', enable_then_get)],
      mapped_huge(),
    ),
    unreached: unreached(
      'fast_page_fault > fast_pf_fix_direct_spte',
      'kvm_tdp_mmu_map > kvm_mmu_hugepage_adjust',
      'kvm_tdp_mmu_map > tdp_mmu_link_sp',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_clear_spte_bits > tdp_mmu_clear_spte_bits_atomic',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
      'wrprot_gfn_range > tdp_iter_next',
    ),
    title: 'The same, with the huge page write-protected and split by a fault',
    claims: ['O17', 'O18'],
    properties: LOG,
    witnesses: [every_huge_page_is_split, a_page_is_clean_and_writable, a_page_is_harvested],
  },
  'pml-enable-without-flush': {
    ...machine({ ...by_d }, [process('cpu0', kvm_set_memory_region)], mapped_small()),
    unreached: unreached(
      'kvm_vcpu_flush_tlb_all',
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
      'tdp_mmu_split_huge_pages_root > tdp_iter_next',
      'tdp_mmu_split_huge_pages_root > tdp_mmu_alloc_sp_for_split',
      'tdp_mmu_split_huge_pages_root > tdp_mmu_split_huge_page',
      'vcpu_enter_guest > kvm_mmu_page_fault',
      'vcpu_enter_guest > vmx_flush_pml_buffer',
      'wrprot_gfn_range > tdp_iter_next',
      'wrprot_gfn_range > tdp_mmu_set_spte_atomic',
    ),
    title: 'PML is switched on, D is cleared, and nobody flushes',
    claims: ['O17'],
    variant: ['enable-without-flush'],
    properties: LOG,
    expect: { P3: 'violated', P3log: 'violated', P8: 'violated' },
    witnesses: [every_vcpu_logs_modifications, a_page_is_clean_and_writable],
  },
  'pml-off-and-on': {
    ...machine({ ...by_d, srcu: true }, [process('cpu0', enable_disable_enable)], mapped_small()),
    unreached: unreached(
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
      'tdp_mmu_split_huge_pages_root > tdp_iter_next',
      'tdp_mmu_split_huge_pages_root > tdp_mmu_alloc_sp_for_split',
      'tdp_mmu_split_huge_pages_root > tdp_mmu_split_huge_page',
      'vcpu_enter_guest > kvm_mmu_page_fault',
      'wrprot_gfn_range > tdp_iter_next',
      'wrprot_gfn_range > tdp_mmu_set_spte_atomic',
    ),
    title: 'The last slot stops to log and starts again: PML off, D set unlogged, PML on, D cleared',
    claims: ['O17'],
    properties: LOG,
    witnesses: [every_vcpu_logs_modifications, a_page_is_clean_and_writable],
  },
  'l2-6.6': {
    ...machine({ ...by_d, wrprotOnly: true }, [process('cpu0', enable_then_get)], mapped_small()),
    ...for_l2,
    unreached: unreached(
      'kvm_get_dirty_log_protect > kvm_arch_mmu_enable_log_dirty_pt_masked',
      'kvm_vm_ioctl_get_dirty_log > kvm_flush_remote_tlbs_memslot',
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
      'tdp_mmu_split_huge_pages_root > tdp_iter_next',
      'tdp_mmu_split_huge_pages_root > tdp_mmu_alloc_sp_for_split',
      'tdp_mmu_split_huge_pages_root > tdp_mmu_split_huge_page',
      'vcpu_enter_guest > kvm_mmu_page_fault',
      'wrprot_gfn_range > tdp_iter_next',
      'wrprot_gfn_range > tdp_mmu_set_spte_atomic',
    ),
    title: 'A vCPU runs L2, where PML is off, and 6.6 clears D although W has to tell',
    claims: ['O17', 'O18', 'fix:2673dfb591a3'],
    expect: { P3: 'violated', P3log: 'violated' },
    witnesses: [tracking_has_begun],
  },
  'l2-6.9': {
    ...machine(
      { ...by_d, wrprotOnly: true, kernel: V6_9 },
      [process('cpu0', enable_then_get)],
      mapped_small(),
    ),
    ...for_l2,
    unreached: unreached(
      ...NOWHERE,
      ...EVERY_FAULT_IS_FAST,
      'wrprot_gfn_range > tdp_iter_next',
      'wrprot_gfn_range > tdp_mmu_set_spte_atomic',
    ),
    title: 'A vCPU runs L2, where PML is off, and W is cleared (6.9)',
    claims: ['O17', 'O18', 'fix:2673dfb591a3'],
  },
  'without-ad-bits': {
    ...machine({ ...by_w, adBits: false, srcu: true }, [process('cpu0', enable_then_get)], mapped_small()),
    unreached: unreached(...NOWHERE, ...EVERY_FAULT_IS_FAST),
    title: 'Dirty logging without A/D bits',
    claims: ['O17', 'O18'],
    properties: LOG,
    witnesses: [a_fast_fault_is_about_to_mark_its_page, a_page_is_harvested],
  },
  'own-write': {
    ...emulation,
    unreached: unreached(...NOWHERE, ...EVERY_FAULT_IS_FAST),
    title: 'KVM itself writes to a page, and marks it afterwards',
    claims: ['O18'],
  },
  'own-write-marked-first': {
    ...emulation,
    unreached: unreached(...NOWHERE, ...EVERY_FAULT_IS_FAST),
    title: 'KVM itself writes to a page that it has marked before',
    claims: ['O18'],
    variant: ['emulation-marks-first'],
    expect: { P3log: 'violated' },
    witnesses: [a_page_is_harvested],
  },
  'own-write-without-srcu': {
    ...emulation,
    unreached: unreached(...NOWHERE, ...EVERY_FAULT_IS_FAST),
    title: 'KVM itself writes to a page whose slot begins to log, and nobody waits for SRCU',
    claims: ['O17'],
    variant: ['enable-without-srcu'],
    expect: { P3log: 'violated' },
  },
  'manual-protect-pml': {
    ...machine(
      { ...by_d, manualProtect: true },
      [process('cpu0', clear_whole_dirty_log)],
      logging(mapped_small({ dirty: false })),
    ),
    unreached: unreached(
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_clear_spte_bits > tdp_mmu_clear_spte_bits_atomic',
      'vcpu_enter_guest > kvm_mmu_page_fault',
      'vcpu_enter_guest > vmx_update_cpu_dirty_logging',
    ),
    title: 'Manual protection, by PML',
    claims: ['M32'],
    properties: LOG,
    witnesses: [a_dirty_bit_is_set, a_page_is_harvested],
  },
  'all-set': {
    ...machine(
      { ...by_w, manualProtect: true, initiallyAllSet: true, eagerPageSplit: false },
      [process('cpu0', enable_then_clear)],
      mapped_huge(),
    ),
    unreached: unreached(
      ...NO_TABLE_IS_UNLINKED,
      'clear_dirty_pt_masked > tdp_mmu_clear_spte_bits',
      'fast_page_fault > fast_pf_fix_direct_spte',
      'kvm_tdp_mmu_map > kvm_mmu_hugepage_adjust',
      'kvm_tdp_mmu_map > tdp_mmu_link_sp',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_side',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'write_protect_gfn > tdp_iter_next',
    ),
    title: 'Everything is set at first: KVM_CLEAR_DIRTY_LOG protects the huge page',
    claims: ['O18', 'S000-13(a)'],
    properties: LOG,
    witnesses: [a_huge_page_cannot_be_made_writable_again, a_page_is_harvested],
  },
  'all-set-unprotected': {
    ...machine(
      { ...by_w, manualProtect: true, initiallyAllSet: true, eagerPageSplit: false },
      [process('cpu0', enable_then_clear)],
      mapped_huge(),
    ),
    unreached: unreached(
      'clear_dirty_pt_masked > tdp_mmu_clear_spte_bits',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_side',
      'tdp_iter_next > try_step_up',
      'try_step_down > tdp_iter_refresh_sptep',
      'vcpu_enter_guest > kvm_mmu_page_fault',
    ),
    title:
      'Everything is set at first: KVM_CLEAR_DIRTY_LOG leaves the huge page alone, and its writes are never seen',
    claims: ['O18'],
    properties: LOG,
    witnesses: [a_page_is_harvested],
    variant: ['clear-leaves-huge-pages'],
    expect: { P3: 'violated', P3log: 'violated' },
  },
  'all-set-eager-split': {
    ...machine(
      { ...by_w, manualProtect: true, initiallyAllSet: true, srcu: true },
      [process('cpu0', enable_then_clear)],
      mapped_huge(),
    ),
    unreached: unreached(
      ...EVERY_FAULT_IS_FAST,
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_mmu_clear_spte_bits > tdp_mmu_clear_spte_bits_atomic',
      'tdp_mmu_set_spte > handle_changed_spte',
      'write_protect_gfn > tdp_iter_next',
      'write_protect_gfn > tdp_mmu_iter_set_spte',
    ),
    title: 'Everything is set at first: KVM_CLEAR_DIRTY_LOG splits the huge page',
    claims: ['O18', 'S000-2(a)', 'S000-13(a)'],
    properties: LOG,
    witnesses: [every_huge_page_is_split, a_page_is_harvested],
  },
  'all-set-pml': {
    ...machine(
      { ...by_d, manualProtect: true, initiallyAllSet: true, eagerPageSplit: false },
      [process('cpu0', enable_then_clear)],
      mapped_huge(),
    ),
    unreached: unreached(
      ...NO_TABLE_IS_UNLINKED,
      'clear_dirty_pt_masked > tdp_mmu_clear_spte_bits',
      'fast_page_fault > fast_pf_fix_direct_spte',
      'kvm_tdp_mmu_map > kvm_mmu_hugepage_adjust',
      'kvm_tdp_mmu_map > tdp_mmu_link_sp',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_side',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'vcpu_enter_guest > vmx_flush_pml_buffer',
      'write_protect_gfn > tdp_iter_next',
    ),
    title: 'Everything is set at first, by PML',
    claims: ['O18'],
    properties: LOG,
    witnesses: [a_huge_page_cannot_be_made_writable_again, a_page_is_harvested],
  },
  'all-set-two-pages': {
    ...all_set_two_pages,
    unreached: unreached(
      ...NO_TABLE_IS_UNLINKED,
      'clear_dirty_pt_masked > tdp_mmu_clear_spte_bits',
      'fast_page_fault > fast_pf_fix_direct_spte',
      'kvm_tdp_mmu_map > kvm_mmu_hugepage_adjust',
      'kvm_tdp_mmu_map > tdp_mmu_link_sp',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
    ),
    title: 'Everything is set at first: a word of the bitmap covers two huge pages',
    claims: ['O18'],
  },
  'all-set-head-only': {
    ...all_set_two_pages,
    unreached: unreached(
      ...NO_TABLE_IS_UNLINKED,
      'clear_dirty_pt_masked > tdp_mmu_clear_spte_bits',
      'fast_page_fault > fast_pf_fix_direct_spte',
      'kvm_tdp_mmu_map > kvm_mmu_hugepage_adjust',
      'kvm_tdp_mmu_map > tdp_mmu_link_sp',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
    ),
    title: 'A word of the bitmap covers two huge pages, and only the first is protected',
    claims: ['O18'],
    variant: ['clear-protects-head-only'],
    expect: { P3: 'violated', P3log: 'violated' },
  },
});
