/**
 * M5: a fast page fault makes a page writable and then marks it dirty; KVM_GET_DIRTY_LOG takes the bit and then
 * write-protects. In the other order of the fault (mark, then W) GET can take the bit in between and find nothing to
 * protect yet: the page becomes writable with a clear bit. With PML either order will do: the page has W then, but not D,
 * and hardware logs the write that sets D.
 */
import { process, scenarios } from 'mmucheck/language';
import { P3log, SAFETY } from '../../properties/index.js';
import { kvm_vm_ioctl_get_dirty_log } from '../kernel/dirty_log.js';
import { logging, machine, mapped_small } from '../machine.js';
import {
  a_dirty_bit_is_set,
  a_fast_fault_is_about_to_mark_its_page,
  a_page_is_clean_and_writable,
  a_page_is_harvested,
} from './witnesses.js';
import { EVERY_FAULT_IS_FAST, FAULTS_FIND_THEIR_TABLES, unreached } from './unreached.js';

const NEVER = [
  ...FAULTS_FIND_THEIR_TABLES,
  'kvm_tdp_mmu_map > kvm_mmu_hugepage_adjust',
  'tdp_iter_next > tdp_iter_restart',
  'tdp_iter_next > try_step_up',
  'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
  'tdp_mmu_set_spte_atomic > handle_changed_spte',
] as const;
const common = {
  properties: SAFETY,
};
const one_harvester = {
  unreached: unreached(...NEVER, 'tdp_mmu_clear_spte_bits > tdp_mmu_clear_spte_bits_atomic'),
  ...machine(
    { vcpus: 2 },
    [process('cpu0', kvm_vm_ioctl_get_dirty_log)],
    logging(mapped_small({ writable: false })),
  ),
};
/** W is clear only where a huge page was write-protected before it was split. */
const pml = {
  ...machine(
    { pml: 1, trackDirty: true, reschedule: false, followWrites: true },
    [process('cpu0', kvm_vm_ioctl_get_dirty_log)],
    logging(mapped_small({ writable: false, dirty: false })),
  ),
  properties: [...SAFETY, P3log],
};
const two_harvesters = {
  unreached: unreached(...NEVER),
  ...machine(
    { vcpus: 2 },
    [process('cpu0', kvm_vm_ioctl_get_dirty_log), process('cpu1', kvm_vm_ioctl_get_dirty_log)],
    logging(mapped_small({ writable: false })),
  ),
};

/** No bit is lost where two set one each: set_bit() is locked. */
const two_markers = {
  unreached: unreached(...EVERY_FAULT_IS_FAST),
  ...machine(
    { vcpus: 2, guestGfns: 2, flush: 'atomic', reschedule: false },
    [],
    logging(mapped_small({ writable: false })),
  ),
  witnesses: [a_fast_fault_is_about_to_mark_its_page, a_dirty_bit_is_set],
};

export default scenarios({
  'two-markers': {
    ...common,
    ...two_markers,
    title: 'Two fast page faults mark two pages in one word of the bitmap',
    claims: ['M5'],
  },
  'mark-after-w': {
    ...common,
    ...one_harvester,
    title: 'A fast page fault against KVM_GET_DIRTY_LOG, without PML',
    claims: ['M5', 'S000-13(a)'],
    witnesses: [a_fast_fault_is_about_to_mark_its_page, a_dirty_bit_is_set, a_page_is_harvested],
  },
  'mark-before-w': {
    ...common,
    ...one_harvester,
    title: 'A fast page fault that marks its page before it sets W, against KVM_GET_DIRTY_LOG',
    claims: ['M5'],
    variant: ['fast-fault-marks-first'],
    expect: { P3: 'violated' },
    witnesses: [a_dirty_bit_is_set, a_page_is_harvested],
  },
  'protect-before-take': {
    ...common,
    ...one_harvester,
    title: 'KVM_GET_DIRTY_LOG write-protects before it takes the bits',
    claims: ['M5', 'K17'],
    variant: ['get-protects-first'],
    expect: { P3: 'violated' },
    witnesses: [a_fast_fault_is_about_to_mark_its_page, a_dirty_bit_is_set, a_page_is_harvested],
  },
  'two-harvesters': {
    ...common,
    ...two_harvesters,
    title: 'Two fast page faults against two threads that run KVM_GET_DIRTY_LOG',
    claims: ['M5', 'S000-13(a)'],
    witnesses: [a_fast_fault_is_about_to_mark_its_page, a_dirty_bit_is_set, a_page_is_harvested],
  },
  'pml-mark-after-w': {
    ...pml,
    unreached: unreached(
      ...EVERY_FAULT_IS_FAST,
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_clear_spte_bits > tdp_mmu_clear_spte_bits_atomic',
      'vcpu_enter_guest > vmx_update_cpu_dirty_logging',
    ),
    title: 'A fast page fault against KVM_GET_DIRTY_LOG, with PML',
    claims: ['M5'],
    witnesses: [a_fast_fault_is_about_to_mark_its_page, a_page_is_clean_and_writable, a_page_is_harvested],
  },
  'pml-mark-before-w': {
    ...pml,
    unreached: unreached(
      ...EVERY_FAULT_IS_FAST,
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_clear_spte_bits > tdp_mmu_clear_spte_bits_atomic',
      'vcpu_enter_guest > vmx_update_cpu_dirty_logging',
    ),
    title: 'A fast page fault that marks its page before it sets W, with PML',
    claims: ['M5'],
    variant: ['fast-fault-marks-first'],
    witnesses: [a_page_is_clean_and_writable, a_page_is_harvested],
  },
});
