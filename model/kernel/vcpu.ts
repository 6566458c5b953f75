/** The vCPU thread: KVM_RUN, from request to VM entry to exit handler. arch/x86/kvm/x86.c and vmx.c. */
import { assume, choose, chooseBelow, type Op, rest } from 'mmucheck/language';
import { type ExitReason, run_guest } from '../hardware/guest.js';
import { has_processor } from '../hardware/processor.js';
import { invept_global, tlb_enter_guest } from '../hardware/tlb.js';
import { load_mode, store_mode } from '../hardware/shared_memory.js';
import { is_drained, smp_mb } from '../hardware/store_buffer.js';
import { run_guest_per_level } from '../hardware/walker.js';
import type { Kvm, VcpuId } from '../state.js';
import { type Fault, NO_FAULT } from './fault.js';
import { kvm_dirty_ring_check_request } from './dirty_ring.js';
import { kvm_vcpu_write_guest_page } from './emulate.js';
import { kvm_vcpu_srcu_read_lock, kvm_vcpu_srcu_read_unlock, local_irq_enable } from './locks.js';
import { handle_ept_misconfig, kvm_mmu_page_fault } from './mmu.js';
import {
  kvm_check_request_free_obsolete_roots,
  kvm_mmu_free_obsolete_roots,
  kvm_mmu_reload,
} from './mmu_root.js';
import { nested_vmx_transition } from './nested.js';
import {
  kvm_check_request_update_cpu_dirty_logging,
  vmx_flush_pml_buffer,
  vmx_update_cpu_dirty_logging,
} from './pml.js';
import { kvm_arch_vcpu_pre_fault_memory } from './prefault.js';

/** A vCPU that runs for ever. */
export function* vcpu_run(kvm: Kvm, vcpu: VcpuId): Op {
  const fault: Fault = { ...NO_FAULT };
  while (true) {
    if (kvm.config.prefault) yield* between_runs(kvm, vcpu, fault);
    yield* vcpu_enter_guest(kvm, vcpu, fault);
  }
}

/** Userspace may ask the vCPU's thread for a prefault, between two KVM_RUNs. */
function* between_runs(kvm: Kvm, vcpu: VcpuId, fault: Fault): Op {
  yield;
  if (choose(false, true))
    yield* kvm_arch_vcpu_pre_fault_memory(kvm, vcpu, fault, chooseBelow(kvm.config.guestGfns));
}

/** One round: requests, entry, guest, exit, exit handler. */
export function* vcpu_enter_guest(kvm: Kvm, vcpu: VcpuId, fault: Fault): Op {
  if (kvm.config.dirtyRing > 0 && (yield* kvm_dirty_ring_check_request(kvm, vcpu))) return;
  if (kvm.config.roots > 1 && (yield* kvm_check_request_free_obsolete_roots(kvm, vcpu)))
    yield* kvm_mmu_free_obsolete_roots(kvm, vcpu);
  if (kvm.config.flush === 'protocol') {
    if (yield* kvm_check_request(kvm, vcpu)) yield* kvm_vcpu_flush_tlb_all(kvm, vcpu);
    if (kvm.config.pml > 0 && (yield* kvm_check_request_update_cpu_dirty_logging(kvm, vcpu)))
      yield* vmx_update_cpu_dirty_logging(kvm, vcpu);
  }
  if (kvm.config.roots > 1) yield* kvm_mmu_reload(kvm, vcpu);
  if (kvm.config.flush === 'protocol') {
    yield* vcpu_irq_disable(kvm, vcpu);
    yield* set_mode_in_guest(kvm, vcpu);
    yield* smp_mb__after_srcu_read_unlock(kvm);
  }
  if (kvm.config.srcu) yield* kvm_vcpu_srcu_read_unlock(kvm, vcpu);
  if (kvm.config.flush === 'protocol') {
    if (yield* kvm_vcpu_exit_request(kvm, vcpu)) {
      yield* set_mode_outside_guest(kvm, vcpu);
      yield* local_irq_enable(kvm.vcpus[vcpu]);
      if (kvm.config.srcu) yield* kvm_vcpu_srcu_read_lock(kvm, vcpu);
      return;
    }
  }
  if (kvm.config.roots > 1 && kvm.config.flush === 'atomic') {
    if (!(yield* enter_unless_asked_to_reload(kvm, vcpu))) {
      if (kvm.config.srcu) yield* kvm_vcpu_srcu_read_lock(kvm, vcpu);
      return;
    }
  } else yield* vmx_vcpu_enter(kvm, vcpu);
  let exit =
    kvm.config.walk === 'atomic'
      ? yield* run_guest(kvm, vcpu, fault)
      : yield* run_guest_per_level(kvm, vcpu, fault);
  if (kvm.config.fastReentry) exit = yield* reenter_guest(kvm, vcpu, fault, exit);
  if (kvm.config.flush === 'protocol') {
    yield* set_mode_outside_guest(kvm, vcpu);
    yield* local_irq_enable(kvm.vcpus[vcpu]);
  }
  if (kvm.config.srcu) yield* kvm_vcpu_srcu_read_lock(kvm, vcpu);
  if (kvm.config.pml > 0 && !kvm.config.wrprotOnly) yield* vmx_flush_pml_buffer(kvm, vcpu);
  if (kvm.config.emulatedWrites && exit === 'IO_INSTRUCTION')
    yield* kvm_vcpu_write_guest_page(kvm, vcpu, fault.gfn);
  if (kvm.config.nested && exit === 'NESTED_TRANSITION') yield* nested_vmx_transition(kvm, vcpu);
  if (exit === 'EPT_VIOLATION') yield* kvm_mmu_page_fault(kvm, vcpu, fault);
  if (kvm.config.mmioGenerations > 0 && exit === 'EPT_MISCONFIG')
    yield* handle_ept_misconfig(kvm, vcpu, fault);
}

/**
 * While an exit is handled with interrupts off (EXIT_FASTPATH_REENTER_GUEST): the mode stays, no request is served and
 * no buffer emptied; only the test of the entry comes again. Level A.
 */
function* reenter_guest(kvm: Kvm, vcpu: VcpuId, fault: Fault, first: ExitReason): Op<ExitReason> {
  let exit: ExitReason = first;
  while (exit === 'PREEMPTION_TIMER') {
    if (yield* kvm_vcpu_exit_request(kvm, vcpu)) return exit;
    yield* vmx_vcpu_enter(kvm, vcpu);
    exit = yield* run_guest(kvm, vcpu, fault);
  }
  return exit;
}

/**
 * local_irq_disable(), on the processor that the scheduler has given to the thread. Waiting for one that another vCPU
 * uses is no deadlock: the timer ends its turn.
 */
function* vcpu_irq_disable(kvm: Kvm, vcpu: VcpuId): Op {
  if (kvm.config.pcpus === 0) yield;
  else yield rest(() => !has_processor(kvm, vcpu));
  assume(has_processor(kvm, vcpu));
  kvm.vcpus[vcpu].irqs_enabled = false;
}

/** Test and clear. Only the vCPU itself clears, and one set in between would be answered by the same flush. */
export function* kvm_check_request(kvm: Kvm, vcpu: VcpuId): Op<boolean> {
  yield () => !kvm.vcpus[vcpu].request_tlb_flush || is_drained(kvm);
  const requested = kvm.vcpus[vcpu].request_tlb_flush;
  kvm.vcpus[vcpu].request_tlb_flush = false;
  return requested;
}

export function* kvm_vcpu_flush_tlb_all(kvm: Kvm, vcpu: VcpuId): Op {
  yield () => is_drained(kvm);
  invept_global(kvm, vcpu);
}

/** smp_store_release(&vcpu->mode, IN_GUEST_MODE), ordered before what follows by the barrier of the SRCU unlock. */
export function* set_mode_in_guest(kvm: Kvm, vcpu: VcpuId): Op {
  yield;
  store_mode(kvm, vcpu, 'IN_GUEST_MODE');
}

export function* set_mode_outside_guest(kvm: Kvm, vcpu: VcpuId): Op {
  yield;
  store_mode(kvm, vcpu, 'OUTSIDE_GUEST_MODE');
}

/** Keeps the mode in front of the test for requests and of every walk of the guest. */
export function* smp_mb__after_srcu_read_unlock(kvm: Kvm): Op {
  yield* smp_mb(kvm);
}

/** Whether somebody kicked this vCPU or asked something of it since it set its mode. */
export function* kvm_vcpu_exit_request(kvm: Kvm, vcpu: VcpuId): Op<boolean> {
  yield;
  return load_mode(kvm, vcpu) === 'EXITING_GUEST_MODE' || kvm_request_pending(kvm, vcpu);
}

function kvm_request_pending(kvm: Kvm, vcpu: VcpuId): boolean {
  if (kvm.config.roots > 1 && kvm.roots.request_free_obsolete_roots[vcpu]) return true;
  if (kvm.config.pml > 0 && kvm.dirty.request_update_cpu_dirty_logging[vcpu]) return true;
  if (kvm.config.dirtyRing > 0 && kvm.dirty.request_dirty_ring_soft_full[vcpu]) return true;
  return kvm.vcpus[vcpu].request_tlb_flush;
}

/** Where the protocol of requests is not modelled: its last test and the entry are one step. */
function* enter_unless_asked_to_reload(kvm: Kvm, vcpu: VcpuId): Op<boolean> {
  yield;
  if (kvm.roots.request_free_obsolete_roots[vcpu]) return false;
  kvm.vcpus[vcpu].in_guest = true;
  tlb_enter_guest(kvm, vcpu);
  return true;
}

/** VM entry: from here the processor walks and caches. */
export function* vmx_vcpu_enter(kvm: Kvm, vcpu: VcpuId): Op {
  yield;
  kvm.vcpus[vcpu].in_guest = true;
  tlb_enter_guest(kvm, vcpu);
}
