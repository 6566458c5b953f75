/**
 * P6 with D bits that hardware sets: whoever replaces a leaf must learn whether it became dirty, so leafs in which a
 * processor may set D are exchanged, not stored over. With processors that set D without looking at W again, D may
 * appear in a leaf that KVM takes to be stable, and is lost: tolerated, since PML has logged it.
 */
import { process, scenarios } from 'mmucheck/language';
import { P3log, P6bits, SAFETY } from '../../properties/index.js';
import { type Config, V6_15 } from '../config.js';
import { migrate_pages } from '../host.js';
import { clear_whole_dirty_log } from '../kernel/clear_dirty_log.js';
import { kvm_vm_ioctl_get_dirty_log } from '../kernel/dirty_log.js';
import { logging, machine, mapped_huge, mapped_small } from '../machine.js';
import type { Kvm } from '../state.js';
import { enable_then_get } from './threads.js';
import {
  EVERY_FAULT_IS_FAST,
  FAULTS_FIND_THEIR_TABLES,
  NO_TABLE_IS_UNLINKED,
  unreached,
} from './unreached.js';
import {
  a_page_is_clean_and_writable,
  a_page_is_dirtied_without_w,
  a_page_is_harvested,
  the_host_has_moved_a_page,
  tracking_has_begun,
} from './witnesses.js';

const LOG = [...SAFETY, P3log];
const by_d = { pml: 1, trackDirty: true, reschedule: false, followWrites: true };
const zap = { ...by_d, invalidations: 1, followWrites: false };
const clean = logging(mapped_small({ dirty: false }));
const migrate = [process('cpu0', migrate_pages, 0, 2)];

/** As KVM_DIRTY_LOG_INITIALLY_SET leaves it. */
function every_bit_is_set(kvm: Kvm, config: Config): void {
  mapped_huge({ dirty: false })(kvm, config);
  for (let word = 0; word < config.words; word++) kvm.memslot.dirty_bitmap[word] = config.wordMask;
}

const legacy_zap = {
  ...machine(
    {
      ...zap,
      legacyDirty: true,
      manualProtect: true,
      initiallyAllSet: true,
      eagerPageSplit: false,
      flush: 'atomic',
    },
    [process('cpu0', clear_whole_dirty_log), process('cpu1', migrate_pages, 0, 2)],
    logging(every_bit_is_set),
  ),
  properties: SAFETY,
  witnesses: [a_page_is_dirtied_without_w, the_host_has_moved_a_page],
};

export default scenarios({
  'zap-exchanges': {
    ...machine(zap, migrate, clean),
    unreached: unreached(
      ...NO_TABLE_IS_UNLINKED,
      ...FAULTS_FIND_THEIR_TABLES,
      'kvm_tdp_mmu_map > kvm_mmu_hugepage_adjust',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'vcpu_enter_guest > vmx_update_cpu_dirty_logging',
    ),
    title: 'The notifier zaps clean leafs while a vCPU sets D in them',
    claims: ['P6'],
    properties: SAFETY,
    witnesses: [a_page_is_clean_and_writable, the_host_has_moved_a_page],
  },
  'zap-exchanges-6.15': {
    ...machine({ ...zap, kernel: V6_15 }, migrate, clean),
    unreached: unreached(
      ...NO_TABLE_IS_UNLINKED,
      ...FAULTS_FIND_THEIR_TABLES,
      'kvm_tdp_mmu_map > kvm_mmu_hugepage_adjust',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'vcpu_enter_guest > vmx_update_cpu_dirty_logging',
    ),
    title: 'The same by the rules of 6.15, where A is no reason for an exchange',
    claims: ['P6'],
    properties: SAFETY,
    witnesses: [a_page_is_clean_and_writable, the_host_has_moved_a_page],
  },
  'zap-stores': {
    ...machine(zap, migrate, clean),
    unreached: unreached(
      ...NO_TABLE_IS_UNLINKED,
      ...FAULTS_FIND_THEIR_TABLES,
      'kvm_tdp_mmu_map > kvm_mmu_hugepage_adjust',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'vcpu_enter_guest > vmx_update_cpu_dirty_logging',
    ),
    title: 'The notifier stores over clean leafs',
    claims: ['P6', 'K13'],
    variant: ['volatile-sptes-stored-plainly'],
    properties: SAFETY,
    expect: { P6: 'violated' },
    witnesses: [a_page_is_clean_and_writable],
  },
  'legacy-enable': {
    ...machine(
      { ...by_d, legacyDirty: true, eagerPageSplit: false },
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
    title: 'PML is switched on, on a processor that sets D without looking at W again',
    claims: ['O17'],
    properties: LOG,
    witnesses: [a_page_is_dirtied_without_w, a_page_is_harvested, tracking_has_begun],
  },
  'legacy-by-w': {
    ...machine(
      { reschedule: false, trackDirty: true, legacyDirty: true, followWrites: true },
      [process('cpu0', enable_then_get)],
      mapped_small({ dirty: false }),
    ),
    unreached: unreached(
      ...EVERY_FAULT_IS_FAST,
      'tdp_iter_next > tdp_iter_restart',
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
      'tdp_mmu_split_huge_pages_root > tdp_iter_next',
      'tdp_mmu_split_huge_pages_root > tdp_mmu_alloc_sp_for_split',
      'tdp_mmu_split_huge_pages_root > tdp_mmu_split_huge_page',
    ),
    title: 'Dirty logging by W, on a processor that sets D without looking at W again',
    claims: ['O17'],
    properties: LOG,
    witnesses: [a_page_is_dirtied_without_w, a_page_is_harvested, tracking_has_begun],
  },
  'legacy-zap': {
    ...legacy_zap,
    unreached: unreached(
      ...NO_TABLE_IS_UNLINKED,
      'fast_page_fault > fast_pf_fix_direct_spte',
      'kvm_tdp_mmu_map > kvm_mmu_hugepage_adjust',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_mmu_clear_spte_bits > tdp_mmu_clear_spte_bits_atomic',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'write_protect_gfn > tdp_iter_next',
    ),
    title:
      'A huge page without W and MMU-writable gets D through a stale translation, and is zapped by a plain store',
    claims: ['P6'],
  },
  'legacy-zap-counted': {
    ...legacy_zap,
    unreached: unreached(
      ...NO_TABLE_IS_UNLINKED,
      'fast_page_fault > fast_pf_fix_direct_spte',
      'kvm_tdp_mmu_map > kvm_mmu_hugepage_adjust',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_mmu_clear_spte_bits > tdp_mmu_clear_spte_bits_atomic',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'write_protect_gfn > tdp_iter_next',
    ),
    title: 'The same, and the lost D counts',
    claims: ['P6'],
    variant: ['lost-dirty-without-w-counts'],
    expect: { P6: 'violated' },
  },
  'w-is-taken-alone': {
    ...machine(
      { trackDirty: true, reschedule: false, flush: 'atomic' },
      [process('cpu0', kvm_vm_ioctl_get_dirty_log)],
      logging(mapped_small({ writable: false, dirty: false })),
    ),
    title: 'KVM_GET_DIRTY_LOG takes W from a leaf while a vCPU sets D in it, and D stays',
    claims: ['P6'],
    properties: [...SAFETY, P6bits],
    witnesses: [a_page_is_dirtied_without_w, a_page_is_harvested],
    unreached: unreached(
      ...EVERY_FAULT_IS_FAST,
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_up',
    ),
  },
});
