/**
 * What stands beside the claims: two invalidations at once, a bitmap of two words, entries in which hardware sets D, a
 * write-locked split against a zap, interrupts, failing allocations. None of these says anything new about the kernel;
 * each notices a mistake that no other scenario does.
 */
import { type Op, process, scenarios } from 'mmucheck/language';
import { SAFETY } from '../../properties/index.js';
import { migrate_pages } from '../host.js';
import { enable_dirty_logging, kvm_vm_ioctl_get_dirty_log } from '../kernel/dirty_log.js';
import {
  kvm_mmu_notifier_invalidate_range_end,
  kvm_mmu_notifier_invalidate_range_start,
} from '../kernel/mmu_notifier.js';
import { host_huge, logging, logging_begins, machine, mapped_huge, mapped_small } from '../machine.js';
import type { Kvm } from '../state.js';
import { split_exclusively } from './hypothetical.js';
import {
  EVERY_FAULT_IS_FAST,
  FAULTS_FIND_THEIR_TABLES,
  NO_TABLE_IS_UNLINKED,
  unreached,
} from './unreached.js';
import {
  a_page_is_harvested,
  a_page_is_write_protected,
  an_invalidation_is_open,
  every_huge_page_is_split,
  the_host_has_moved_a_page,
  tracking_has_begun,
  two_invalidations_are_open,
} from './witnesses.js';

/** An invalidation of the second 2M range after which the host changes nothing. */
export function* invalidate_only(kvm: Kvm): Op {
  yield* kvm_mmu_notifier_invalidate_range_start(kvm, 2, 4, true);
  yield* kvm_mmu_notifier_invalidate_range_end(kvm, 2, 4);
}

const common = { claims: [], properties: SAFETY };
const HUGE_ONLY = [
  ...NO_TABLE_IS_UNLINKED,
  ...FAULTS_FIND_THEIR_TABLES,
  'kvm_tdp_mmu_page_fault > fast_page_fault',
  'try_step_down > tdp_iter_refresh_sptep',
  'tdp_iter_next > try_step_up',
  'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
  'kvm_tdp_mmu_map > tdp_iter_next',
  'tdp_mmu_map_handle_target_level > make_spte',
  'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
] as const;
const FAST_ONLY = [...EVERY_FAULT_IS_FAST] as const;

export default scenarios({
  'two-invalidations': {
    ...machine(
      { invalidations: 2, reschedule: false, flush: 'atomic' },
      [process('cpu0', migrate_pages, 0, 2), process('cpu1', migrate_pages, 0, 2)],
      mapped_huge(),
    ),
    ...common,
    title:
      'Two invalidations of one range: the second finds nothing to zap and relies on the flush of the first',
    witnesses: [two_invalidations_are_open, the_host_has_moved_a_page],
    unreached: unreached(...HUGE_ONLY, 'tdp_iter_next > try_step_side'),
  },
  'two-invalidations-yield': {
    ...machine(
      { hugePages: 2, invalidations: 2, flush: 'atomic', tables: 2 },
      [process('cpu0', migrate_pages, 0, 4), process('cpu1', migrate_pages, 0, 2)],
      mapped_huge(),
    ),
    ...common,
    title:
      'An invalidation drops mmu_lock in the middle of its zap, and another one relies on what it has flushed',
    witnesses: [two_invalidations_are_open, the_host_has_moved_a_page],
    unreached: unreached(...HUGE_ONLY),
  },
  'yield-then-other-zap': {
    ...machine(
      { hugePages: 2, invalidations: 2, flush: 'atomic', tables: 2 },
      [process('cpu0', migrate_pages, 0, 4), process('cpu1', migrate_pages, 2, 4)],
      mapped_huge(),
    ),
    ...common,
    title:
      'A zap drops mmu_lock at an entry that another invalidation clears meanwhile: its snapshot is void',
    witnesses: [two_invalidations_are_open, the_host_has_moved_a_page],
    unreached: unreached(...HUGE_ONLY),
  },
  'two-ranges': {
    ...machine(
      { hugePages: 2, invalidations: 2, reschedule: false, flush: 'atomic', tables: 2 },
      [process('cpu0', migrate_pages, 0, 2), process('cpu1', invalidate_only)],
      host_huge,
    ),
    ...common,
    title: 'A second invalidation of another range opens while the first is open: faults stay out of both',
    witnesses: [two_invalidations_are_open, the_host_has_moved_a_page],
    unreached: unreached(...HUGE_ONLY),
  },
  'two-words': {
    ...machine(
      { wordBits: 1, flush: 'atomic' },
      [process('cpu0', kvm_vm_ioctl_get_dirty_log)],
      logging(mapped_small({ writable: false })),
    ),
    ...common,
    title: 'KVM_GET_DIRTY_LOG on a bitmap of two words, of which only the first has bits',
    witnesses: [a_page_is_harvested],
    unreached: unreached(
      ...FAST_ONLY,
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_clear_spte_bits > tdp_mmu_clear_spte_bits_atomic',
    ),
  },
  'get-clean': {
    ...machine(
      { flush: 'atomic', trackDirty: true },
      [process('cpu0', kvm_vm_ioctl_get_dirty_log)],
      logging(mapped_small({ writable: false, dirty: false })),
    ),
    ...common,
    title: 'KVM_GET_DIRTY_LOG clears W in entries in which hardware sets D meanwhile',
    witnesses: [a_page_is_harvested],
    unreached: unreached(...FAST_ONLY, 'tdp_iter_next > tdp_iter_restart', 'tdp_iter_next > try_step_up'),
  },
  'enable-clean': {
    ...machine(
      { flush: 'atomic', reschedule: false, trackDirty: true },
      [process('cpu0', enable_dirty_logging)],
      logging_begins(mapped_small({ dirty: false })),
    ),
    ...common,
    title: 'Enabling dirty logging write-protects pages in which hardware sets D meanwhile',
    witnesses: [a_page_is_write_protected, tracking_has_begun],
    unreached: unreached(
      ...FAST_ONLY,
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
      'tdp_mmu_split_huge_pages_root > tdp_iter_next',
      'tdp_mmu_split_huge_pages_root > tdp_mmu_alloc_sp_for_split',
      'tdp_mmu_split_huge_pages_root > tdp_mmu_split_huge_page',
    ),
  },
  'exclusive-split-against-notifier': {
    ...machine(
      { invalidations: 1, flush: 'atomic' },
      [process('cpu0', split_exclusively), process('cpu1', migrate_pages, 0, 2)],
      mapped_huge(),
    ),
    ...common,
    title: 'The write-lock split drops mmu_lock for its allocation while a notifier zaps the page',
    witnesses: [every_huge_page_is_split, an_invalidation_is_open, the_host_has_moved_a_page],
    unreached: unreached(
      ...FAULTS_FIND_THEIR_TABLES,
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_mmu_set_spte > handle_changed_spte',
      'handle_removed_pt > kvm_tdp_mmu_write_spte_atomic',
      'kvm_tdp_mmu_map > tdp_iter_next',
      'tdp_mmu_map_handle_target_level > make_spte',
      'tdp_mmu_split_huge_pages_root > tdp_mmu_iter_cond_resched',
    ),
  },
  interrupts: {
    ...machine(
      { invalidations: 1, reschedule: false, spontaneousExits: true },
      [process('cpu0', migrate_pages, 0, 2)],
      mapped_small(),
    ),
    ...common,
    title: 'A notifier flushes while the vCPU exits and enters the guest at any time by itself',
    witnesses: [an_invalidation_is_open, the_host_has_moved_a_page],
    unreached: unreached(
      ...NO_TABLE_IS_UNLINKED,
      ...FAULTS_FIND_THEIR_TABLES,
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_map_handle_target_level > make_spte',
    ),
  },
  'split-without-memory': {
    ...machine(
      { hugePages: 2, guestGfns: 4, tables: 4, allocationFails: true, flush: 'atomic' },
      [process('cpu0', enable_dirty_logging)],
      logging_begins(mapped_huge()),
    ),
    ...common,
    title:
      'The eager split fails to allocate in its middle; what stays huge is write-protected and split by faults',
    witnesses: [every_huge_page_is_split, tracking_has_begun],
    unreached: unreached(
      'kvm_tdp_mmu_map > kvm_mmu_hugepage_adjust',
      'kvm_tdp_mmu_map > tdp_mmu_link_sp',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
    ),
  },
});
