/**
 * M31: KVM_GET_DIRTY_LOG while a vCPU has left the guest and has not emptied its PML buffer yet. GET kicks and does not
 * wait, and even the wait of a flush ends before the buffer is emptied; what GET does not see then is seen by the next
 * one. So the log form of P3 holds: nothing is lost.
 */
import { process, scenarios } from 'mmucheck/language';
import { P3log, SAFETY } from '../../properties/index.js';
import type { Choices } from '../config.js';
import { kvm_vm_ioctl_get_dirty_log } from '../kernel/dirty_log.js';
import { logging, machine, mapped_small } from '../machine.js';
import { unreached } from './unreached.js';
import {
  a_log_buffer_is_full,
  a_page_is_harvested,
  the_log_is_read_before_a_buffer_is_emptied,
} from './witnesses.js';

const choices: Partial<Choices> = {
  pml: 1,
  trackDirty: true,
  followWrites: true,
  reschedule: false,
  guestGfns: 2,
};
const get = [process('cpu0', kvm_vm_ioctl_get_dirty_log)];
const mapping = logging(mapped_small({ dirty: false }));
const one = {
  ...machine(choices, get, mapping),
  properties: [...SAFETY, P3log],
  witnesses: [a_log_buffer_is_full, a_page_is_harvested, the_log_is_read_before_a_buffer_is_emptied],
};

export default scenarios({
  get: {
    ...one,
    unreached: unreached(
      'tdp_iter_next > tdp_iter_restart',
      'tdp_mmu_clear_spte_bits > tdp_mmu_clear_spte_bits_atomic',
      'vcpu_enter_guest > kvm_mmu_page_fault',
      'vcpu_enter_guest > vmx_update_cpu_dirty_logging',
    ),
    title: 'KVM_GET_DIRTY_LOG against a PML buffer that is emptied late',
    claims: ['M31'],
  },
  'get-two-entries': {
    ...machine({ ...choices, pml: 2 }, get, mapping),
    unreached: unreached(
      'tdp_iter_next > tdp_iter_restart',
      'tdp_mmu_clear_spte_bits > tdp_mmu_clear_spte_bits_atomic',
      'vcpu_enter_guest > kvm_mmu_page_fault',
      'vcpu_enter_guest > vmx_update_cpu_dirty_logging',
    ),
    title: 'KVM_GET_DIRTY_LOG against a PML buffer with two entries',
    claims: ['M31'],
    properties: [...SAFETY, P3log],
    witnesses: [a_log_buffer_is_full, a_page_is_harvested],
  },
  'fast-reentry': {
    ...machine({ ...choices, fastReentry: true }, get, mapping),
    unreached: unreached(
      'tdp_iter_next > tdp_iter_restart',
      'tdp_mmu_clear_spte_bits > tdp_mmu_clear_spte_bits_atomic',
      'vcpu_enter_guest > kvm_mmu_page_fault',
      'vcpu_enter_guest > vmx_update_cpu_dirty_logging',
    ),
    title: 'KVM_GET_DIRTY_LOG against a vCPU whose timer exits empty no buffer',
    claims: ['M31'],
    properties: [...SAFETY, P3log],
    witnesses: [a_log_buffer_is_full, a_page_is_harvested, the_log_is_read_before_a_buffer_is_emptied],
  },
  'without-flush': {
    ...one,
    unreached: unreached(
      'kvm_vcpu_flush_tlb_all',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_mmu_clear_spte_bits > tdp_mmu_clear_spte_bits_atomic',
      'vcpu_enter_guest > kvm_mmu_page_fault',
      'vcpu_enter_guest > vmx_update_cpu_dirty_logging',
    ),
    title: 'KVM_GET_DIRTY_LOG without a flush, by D: what stale dirty translations write is lost',
    claims: ['M31'],
    variant: ['get-without-flush'],
    expect: { P3: 'violated', P3log: 'violated', P8: 'violated' },
  },
  'drained-backwards': {
    ...one,
    unreached: unreached(
      'tdp_iter_next > tdp_iter_restart',
      'tdp_mmu_clear_spte_bits > tdp_mmu_clear_spte_bits_atomic',
      'vcpu_enter_guest > kvm_mmu_page_fault',
      'vcpu_enter_guest > vmx_update_cpu_dirty_logging',
    ),
    title: 'The PML buffer is given back before its entries are marked',
    claims: ['M31'],
    variant: ['pml-drained-backwards'],
    expect: { P3log: 'violated' },
  },
});
