/**
 * What the ioctls that read the dirty log owe to userspace, whoever calls them how often: what is still in PML buffers gets to the log although
 * the guest does nothing more, what nobody writes leaves it, and of two threads that clear the same pages neither returns before they are
 * protected.
 */
import { process, scenarios } from 'mmucheck/language';
import { P3log, SAFETY } from '../../properties/index.js';
import { T17 } from '../../properties/t17-vcpus-enter.js';
import { buffers_are_emptied } from '../../properties/t11-buffers-are-emptied.js';
import { unwritten_pages_leave_the_log } from '../../properties/t12-unwritten-pages-leave-the-log.js';
import { operations_end } from '../../properties/t4-operations-end.js';
import { T5 } from '../../properties/t5-requests-are-served.js';
import type { Config } from '../config.js';
import {
  clear_whole_dirty_log,
  kvm_vm_ioctl_clear_dirty_log,
  kvm_vm_ioctl_show_dirty_log,
} from '../kernel/clear_dirty_log.js';
import { kvm_vm_ioctl_get_dirty_log } from '../kernel/dirty_log.js';
import { logging, machine, mapped_small } from '../machine.js';
import type { Kvm } from '../state.js';
import { a_page_is_harvested } from './witnesses.js';
import { EVERY_FAULT_IS_FAST, unreached } from './unreached.js';

const by_d = { pml: 2, trackDirty: true, reschedule: false, guestGfns: 1 } as const;
const clean = logging(mapped_small({ dirty: false }));
const synced = {
  properties: [...SAFETY, operations_end(['cpu0']), T5, T17, buffers_are_emptied('cpu0')],
  claims: ['O18', 'T11'],
};

/** Userspace has seen every bit set, some time ago. */
function clean_and_seen(kvm: Kvm, config: Config): void {
  clean(kvm, config);
  for (let word = 0; word < config.words; word++) kvm.dirty.user_bitmap[word] = config.wordMask;
}

/** The guest has written every page, and will not write again. */
function every_bit_is_set(kvm: Kvm, config: Config): void {
  logging(mapped_small())(kvm, config);
  for (let word = 0; word < config.words; word++) kvm.memslot.dirty_bitmap[word] = config.wordMask;
}

const unwritten = {
  claims: ['O18', 'T12'],
  properties: [...SAFETY, operations_end(['cpu0']), T5, T17, unwritten_pages_leave_the_log('cpu0')],
  witnesses: [a_page_is_harvested],
};

export default scenarios({
  'get-syncs': {
    ...machine(by_d, [process('cpu0', kvm_vm_ioctl_get_dirty_log)], clean),
    ...synced,
    title: 'KVM_GET_DIRTY_LOG has a guest exit that would stay for ever, and its PML buffer is emptied',
    witnesses: [a_page_is_harvested],
    unreached: unreached(
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_clear_spte_bits > tdp_mmu_clear_spte_bits_atomic',
      'vcpu_enter_guest > kvm_mmu_page_fault',
      'vcpu_enter_guest > vmx_update_cpu_dirty_logging',
    ),
  },
  'get-without-sync': {
    ...machine(by_d, [process('cpu0', kvm_vm_ioctl_get_dirty_log)], clean),
    ...synced,
    title:
      'KVM_GET_DIRTY_LOG kicks nobody: a guest that has nothing to exit for keeps its last writes in its buffer',
    variant: ['sync-without-kick'],
    expect: { T11: 'violated' },
    witnesses: [],
    unreached: unreached(
      'ipi_handler',
      'kvm_get_dirty_log_protect > kvm_arch_mmu_enable_log_dirty_pt_masked',
      'kvm_vcpu_flush_tlb_all',
      'kvm_vm_ioctl_get_dirty_log > kvm_flush_remote_tlbs_memslot',
      'vcpu_enter_guest > kvm_mmu_page_fault',
      'vcpu_enter_guest > local_irq_enable',
      'vcpu_enter_guest > set_mode_outside_guest',
      'vcpu_enter_guest > vmx_flush_pml_buffer',
      'vcpu_enter_guest > vmx_update_cpu_dirty_logging',
    ),
  },
  'show-syncs': {
    ...machine({ ...by_d, manualProtect: true }, [process('cpu0', kvm_vm_ioctl_show_dirty_log)], clean),
    ...synced,
    title: 'The same with manual protection, where it only shows the bitmap',
    witnesses: [],
    unreached: unreached(
      'kvm_vcpu_flush_tlb_all',
      'vcpu_enter_guest > kvm_mmu_page_fault',
      'vcpu_enter_guest > vmx_update_cpu_dirty_logging',
    ),
  },
  'clear-syncs': {
    ...machine(
      { ...by_d, manualProtect: true },
      [process('cpu0', kvm_vm_ioctl_clear_dirty_log)],
      clean_and_seen,
    ),
    ...synced,
    title: 'KVM_CLEAR_DIRTY_LOG does so, too',
    witnesses: [a_page_is_harvested],
    unreached: unreached(
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_clear_spte_bits > tdp_mmu_clear_spte_bits_atomic',
      'vcpu_enter_guest > kvm_mmu_page_fault',
      'vcpu_enter_guest > vmx_update_cpu_dirty_logging',
    ),
  },
  'unwritten-get': {
    ...machine(
      { guestReads: true, guestWrites: false, reschedule: false },
      [process('cpu0', kvm_vm_ioctl_get_dirty_log)],
      every_bit_is_set,
    ),
    ...unwritten,
    title: 'KVM_GET_DIRTY_LOG takes the bits that it reports',
    unreached: unreached(
      'tdp_iter_next > tdp_iter_restart',
      'tdp_mmu_clear_spte_bits > tdp_mmu_clear_spte_bits_atomic',
      'vcpu_enter_guest > kvm_mmu_page_fault',
    ),
  },
  'unwritten-clear': {
    ...machine(
      { guestReads: true, guestWrites: false, reschedule: false, manualProtect: true },
      [process('cpu0', clear_whole_dirty_log)],
      every_bit_is_set,
    ),
    ...unwritten,
    title: 'KVM_CLEAR_DIRTY_LOG takes the bits that it is given',
    unreached: unreached(
      'tdp_iter_next > tdp_iter_restart',
      'tdp_mmu_clear_spte_bits > tdp_mmu_clear_spte_bits_atomic',
      'vcpu_enter_guest > kvm_mmu_page_fault',
    ),
  },
  'two-clear': {
    ...machine(
      { manualProtect: true, reschedule: false, followWrites: true, flush: 'atomic' },
      [process('cpu0', clear_whole_dirty_log), process('cpu1', clear_whole_dirty_log)],
      logging(mapped_small({ writable: false })),
    ),
    title: 'Two threads clear the same page: who finds the bit taken returns after the flush of who took it',
    claims: ['O18', 'M32'],
    properties: [...SAFETY, P3log, operations_end(['cpu0', 'cpu1'])],
    witnesses: [a_page_is_harvested],
    unreached: unreached(
      ...EVERY_FAULT_IS_FAST,
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_clear_spte_bits > tdp_mmu_clear_spte_bits_atomic',
    ),
  },
});
