/**
 * Requests, kicks and remote TLB flushes: virt/kvm/kvm_main.c and kernel/smp.c, and the IPI as hardware delivers it.
 *
 * Left out: vcpu->cpu, because every vCPU of this configuration is pinned to a processor of its own (then a sender
 * never finds its own processor in the mask: while it runs here, its vCPU is not in the guest).
 * Two senders share one pending bit per target. A sender whose target has acknowledged may so wait for a second
 * sender's IPI as well; its waking could have been scheduled before that IPI was sent, so no order of effects is lost.
 */
import { assume, type Op, type Range, rest } from 'mmucheck/language';
import { invept_global, invept_range, tlb_enter_guest } from '../hardware/tlb.js';
import { load_csd, store_csd_unlock } from '../hardware/shared_memory.js';
import { is_drained, this_processor } from '../hardware/store_buffer.js';
import type { Gfn, GfnEnd, Kvm, Level, VcpuId, VcpuMode } from '../state.js';
import { gfn_round_for_level, KVM_PAGES_PER_HPAGE } from './spte.js';

/** Everything that any vCPU has cached. */
export function* kvm_flush_remote_tlbs(kvm: Kvm): Op {
  if (kvm.config.flush === 'atomic') yield* flush_all_at_once(kvm);
  else yield* kvm_make_all_cpus_request(kvm, 'TLB_FLUSH');
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

/**
 * kvm_flush_remote_tlbs_range() and its callers for one entry or a memslot. VMX flushes everything in each of them; the hypervisor
 * below KVM, if there is one, may take the range literally.
 */
export function* kvm_flush_remote_tlbs_range(kvm: Kvm, start: Gfn, end: GfnEnd): Op {
  if (!kvm.config.rangedFlush) {
    yield* kvm_flush_remote_tlbs(kvm);
    return;
  }
  yield;
  for (let v = 0; v < kvm.config.vcpus; v++) vcpu_flush_tlb_range(kvm, v, start, end);
}

/** For the page that an entry of `level` maps. */
export function* kvm_flush_remote_tlbs_gfn(kvm: Kvm, gfn: Gfn, level: Level): Op {
  const base = gfn_round_for_level(kvm, gfn, level);
  yield* kvm_flush_remote_tlbs_range(kvm, base, base + KVM_PAGES_PER_HPAGE(kvm, level));
}

/** KVM_REQ_MMU_FREE_OBSOLETE_ROOTS for every vCPU: when it returns, none runs on a root that was invalid before. */
export function* kvm_reload_all_roots(kvm: Kvm): Op {
  if (kvm.config.flush === 'atomic') yield* free_obsolete_roots_at_once(kvm);
  else yield* kvm_make_all_cpus_request(kvm, 'MMU_FREE_OBSOLETE_ROOTS');
}

/**
 * What the protocol guarantees, in two steps: those in the guest are made to leave, and have left. An entry that has
 * begun finds the request where it ends (vcpu_enter_guest).
 */
function* free_obsolete_roots_at_once(kvm: Kvm): Op {
  yield;
  for (let v = 0; v < kvm.config.vcpus; v++) {
    kvm.roots.request_free_obsolete_roots[v] = true;
    kvm.vcpus[v].ipi = kvm.vcpus[v].in_guest;
  }
  yield () => every_vcpu_has_left(kvm);
}

function every_vcpu_has_left(kvm: Kvm): boolean {
  for (let v = 0; v < kvm.config.vcpus; v++) if (kvm.vcpus[v].ipi && kvm.vcpus[v].in_guest) return false;
  return true;
}

/** INVEPT on the vCPU's processor; one that is in the guest by then caches anew. */
export function vcpu_flush_tlb(kvm: Kvm, vcpu: VcpuId): void {
  invept_global(kvm, vcpu);
  if (kvm.vcpus[vcpu].in_guest) tlb_enter_guest(kvm, vcpu);
}

/** The same by the hypervisor below KVM, of a range. */
function vcpu_flush_tlb_range(kvm: Kvm, vcpu: VcpuId, start: Gfn, end: GfnEnd): void {
  invept_range(kvm, vcpu, start, end);
  if (kvm.vcpus[vcpu].in_guest) tlb_enter_guest(kvm, vcpu);
}

/** KVM_REQ_*: those here are served in vcpu_enter_guest(), and wait (KVM_REQUEST_WAIT). */
export type VcpuRequest = 'TLB_FLUSH' | 'UPDATE_CPU_DIRTY_LOGGING' | 'MMU_FREE_OBSOLETE_ROOTS';

/** When it returns, every vCPU has left the guest since, and will not enter again without having served the request. */
export function* kvm_make_all_cpus_request(kvm: Kvm, request: VcpuRequest): Op {
  // The cpumask of processors that need an IPI.
  let cpus: Range<0, 'vcpuMask'> = 0;
  for (let v = 0; v < kvm.config.vcpus; v++) {
    yield* kvm_make_request(kvm, v, request);
    const mode = yield* kvm_vcpu_exiting_guest_mode(kvm, v);
    if (mode !== 'OUTSIDE_GUEST_MODE') cpus = cpus | (1 << v);
  }
  yield* smp_call_function_many(kvm, cpus);
}

/** set_bit() in vcpu->requests: locked. */
export function* kvm_make_request(kvm: Kvm, vcpu: VcpuId, request: VcpuRequest): Op {
  yield () => is_drained(kvm);
  if (request === 'TLB_FLUSH') kvm.vcpus[vcpu].request_tlb_flush = true;
  else if (request === 'UPDATE_CPU_DIRTY_LOGGING') kvm.dirty.request_update_cpu_dirty_logging[vcpu] = true;
  else kvm.roots.request_free_obsolete_roots[vcpu] = true;
}

/** cmpxchg(&vcpu->mode, IN_GUEST_MODE, EXITING_GUEST_MODE): locked, returns what was there. */
export function* kvm_vcpu_exiting_guest_mode(kvm: Kvm, vcpu: VcpuId): Op<VcpuMode> {
  yield () => is_drained(kvm);
  const mode = kvm.vcpus[vcpu].mode;
  if (mode === 'IN_GUEST_MODE') kvm.vcpus[vcpu].mode = 'EXITING_GUEST_MODE';
  return mode;
}

/** Has a vCPU leave the guest if it is there. Asks nothing of it, and does not wait. */
export function* kvm_vcpu_kick(kvm: Kvm, vcpu: VcpuId): Op {
  if ((yield* kvm_vcpu_exiting_guest_mode(kvm, vcpu)) === 'IN_GUEST_MODE')
    yield* smp_send_reschedule(kvm, vcpu);
}

function* smp_send_reschedule(kvm: Kvm, vcpu: VcpuId): Op {
  yield () => is_drained(kvm);
  kvm.vcpus[vcpu].ipi = true;
}

/** Sends an IPI to every processor in the mask, then waits until each has run the (empty) handler. */
export function* smp_call_function_many(kvm: Kvm, cpus: number): Op {
  for (let v = 0; v < kvm.config.vcpus; v++) {
    if ((cpus & (1 << v)) !== 0) {
      yield () => is_drained(kvm);
      kvm.vcpus[v].ipi = true;
      if (kvm.config.storeBuffers > 0) kvm.csd[csd_of(kvm, this_processor(kvm), v)] = true;
    }
  }
  for (let v = 0; v < kvm.config.vcpus; v++) {
    if ((cpus & (1 << v)) !== 0) yield () => has_acknowledged(kvm, v);
  }
}

/**
 * Sequentially consistent, the pending IPI says it all. With store buffers the interrupt is gone when it is taken, and
 * the sender sees the acknowledgement, a plain store of the target, when it gets to memory.
 */
function has_acknowledged(kvm: Kvm, vcpu: number): boolean {
  if (kvm.config.storeBuffers > 0) return !kvm.csd[csd_of(kvm, this_processor(kvm), vcpu)];
  return !kvm.vcpus[vcpu].ipi;
}

function csd_of(kvm: Kvm, sender: number, target: number): number {
  return sender * kvm.config.vcpus + target;
}

/**
 * The processor's side: outside the guest, with interrupts on, a pending IPI runs its handler and is acknowledged.
 * (In the guest it forces a VM exit first: hardware/guest.ts.)
 */
export function* ipi_handler(kvm: Kvm, vcpu: VcpuId): Op {
  while (true) {
    yield rest(() => !kvm.vcpus[vcpu].ipi);
    assume(kvm.vcpus[vcpu].ipi && kvm.vcpus[vcpu].irqs_enabled && !kvm.vcpus[vcpu].in_guest);
    if (kvm.config.storeBuffers > 0) acknowledge_calls(kvm, vcpu);
    kvm.vcpus[vcpu].ipi = false;
  }
}

/** flush_smp_call_function_queue(): one store for every sender that waits. */
function acknowledge_calls(kvm: Kvm, vcpu: VcpuId): void {
  for (let sender = 0; sender < kvm.config.processors; sender++)
    if (load_csd(kvm, csd_of(kvm, sender, vcpu))) store_csd_unlock(kvm, csd_of(kvm, sender, vcpu));
}
