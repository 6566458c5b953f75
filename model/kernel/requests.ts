/**
 * Requests, kicks and remote TLB flushes: virt/kvm/kvm_main.c and kernel/smp.c, and the IPI as hardware delivers it.
 *
 * Left out: vcpu->cpu, because every vCPU of this configuration is pinned to a processor of its own (then a sender
 * never finds its own processor in the mask: while it runs here, its vCPU is not in the guest).
 * Two senders share one pending bit per target. A sender whose target has acknowledged may so wait for a second
 * sender's IPI as well; its waking could have been scheduled before that IPI was sent, so no order of effects is lost.
 */
import { assume, type Op, type Range, rest } from 'mmucheck/language';
import { invept_global, tlb_enter_guest } from '../hardware/tlb.js';
import type { Kvm, Vcpu, VcpuId, VcpuMode } from '../state.js';

/** kvm_flush_remote_tlbs(), also the ranged and memslot flavours: VMX flushes everything in each of them. */
export function* kvm_flush_remote_tlbs(kvm: Kvm): Op {
  if (kvm.config.flush === 'atomic') yield* flush_all_at_once(kvm);
  else yield* kvm_make_all_cpus_request(kvm);
}

/**
 * What the protocol below guarantees when it returns, as one step: every vCPU has left the guest and has dropped
 * its translations. A vCPU in the guest is taken to have entered again. The scenarios of the protocol itself show
 * that it implements this.
 */
function* flush_all_at_once(kvm: Kvm): Op {
  yield;
  for (let v = 0; v < kvm.config.vcpus; v++) vcpu_flush_tlb(kvm, v);
}

/** INVEPT on the vCPU's processor; one that is in the guest by then caches anew. */
export function vcpu_flush_tlb(kvm: Kvm, vcpu: VcpuId): void {
  invept_global(kvm, vcpu);
  if (kvm.vcpus[vcpu].in_guest) tlb_enter_guest(kvm, vcpu);
}

/** kvm_make_all_cpus_request(KVM_REQ_TLB_FLUSH), a request that waits (KVM_REQUEST_WAIT). */
export function* kvm_make_all_cpus_request(kvm: Kvm): Op {
  // The cpumask of processors that need an IPI.
  let cpus: Range<0, 'vcpuMask'> = 0;
  for (let v = 0; v < kvm.config.vcpus; v++) {
    yield* kvm_make_request(kvm.vcpus[v]);
    const mode = yield* kvm_vcpu_exiting_guest_mode(kvm.vcpus[v]);
    if (mode !== 'OUTSIDE_GUEST_MODE') cpus = cpus | (1 << v);
  }
  yield* smp_call_function_many(kvm, cpus);
}

/** set_bit() in vcpu->requests: locked. */
export function* kvm_make_request(vcpu: Vcpu): Op {
  yield;
  vcpu.request_tlb_flush = true;
}

/** cmpxchg(&vcpu->mode, IN_GUEST_MODE, EXITING_GUEST_MODE): locked, returns what was there. */
export function* kvm_vcpu_exiting_guest_mode(vcpu: Vcpu): Op<VcpuMode> {
  yield;
  const mode = vcpu.mode;
  if (mode === 'IN_GUEST_MODE') vcpu.mode = 'EXITING_GUEST_MODE';
  return mode;
}

/** Sends an IPI to every processor in the mask, then waits until each has run the (empty) handler. */
export function* smp_call_function_many(kvm: Kvm, cpus: number): Op {
  for (let v = 0; v < kvm.config.vcpus; v++) {
    if ((cpus & (1 << v)) !== 0) {
      yield;
      kvm.vcpus[v].ipi = true;
    }
  }
  for (let v = 0; v < kvm.config.vcpus; v++) {
    if ((cpus & (1 << v)) !== 0) yield () => !kvm.vcpus[v].ipi;
  }
}

/**
 * The processor's side: outside the guest, with interrupts on, a pending IPI runs its handler and is acknowledged.
 * (In the guest it forces a VM exit first: hardware/guest.ts.)
 */
export function* ipi_handler(kvm: Kvm, vcpu: VcpuId): Op {
  while (true) {
    yield rest(() => !kvm.vcpus[vcpu].ipi);
    assume(kvm.vcpus[vcpu].ipi && kvm.vcpus[vcpu].irqs_enabled && !kvm.vcpus[vcpu].in_guest);
    kvm.vcpus[vcpu].ipi = false;
  }
}
