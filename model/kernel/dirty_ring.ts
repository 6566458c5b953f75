/**
 * The dirty ring as vCPUs see it: virt/kvm/dirty_ring.c. Each pushes the gfns that it dirties into a ring of its own,
 * and leaves the guest for userspace when the ring is nearly full. The other side is dirty_ring_reset.ts.
 */
import { assert, current, type Op, type Range, rest, type Vector } from 'mmucheck/language';
import { is_drained } from '../hardware/store_buffer.js';
import type { Gfn, Kvm, VcpuId } from '../state.js';

/** struct kvm_dirty_ring, and how far userspace has read it. */
export interface DirtyRing {
  dirty_index: Range<0, 'lastRingIndex'>;
  reset_index: Range<0, 'lastRingIndex'>;
  fetch_index: Range<0, 'lastRingIndex'>;
  /** dirty_gfns[]. */
  offset: Vector<Gfn, 'dirtyRing'>;
  flags: Vector<'INVALID' | 'DIRTY' | 'RESET', 'dirtyRing'>;
}

/** Indexes run free in the kernel; here they count modulo twice the size, which tells full from empty. */
export function next_index(kvm: Kvm, index: number): number {
  return (index + 1) % kvm.config.ringIndexes;
}

function kvm_dirty_ring_used(kvm: Kvm, vcpu: VcpuId): number {
  const ring = kvm.dirty.ring[vcpu];
  return (ring.dirty_index + kvm.config.ringIndexes - ring.reset_index) % kvm.config.ringIndexes;
}

/** The entries that are kept back are those that one exit may push after the first: the PML buffer. */
export function kvm_dirty_ring_soft_full(kvm: Kvm, vcpu: VcpuId): boolean {
  return kvm_dirty_ring_used(kvm, vcpu) >= kvm.config.dirtyRing - kvm.config.pml;
}

/** Whether an entry with the gfn is in some ring: published, or in userspace's hands. */
export function ring_holds(kvm: Kvm, gfn: Gfn): boolean {
  for (let v = 0; v < kvm.config.ringVcpus; v++)
    for (let i = 0; i < kvm.config.dirtyRing; i++)
      if (kvm.dirty.ring[v].flags[i] !== 'INVALID' && kvm.dirty.ring[v].offset[i] === gfn) return true;
  return false;
}

/** Into the ring of kvm_get_running_vcpu(). */
export function* kvm_dirty_ring_push(kvm: Kvm, gfn: Gfn): Op {
  const vcpu = current() - kvm.config.hostThreads;
  yield* fill_entry(kvm, vcpu, gfn);
  yield* kvm_dirty_gfn_set_dirtied(kvm, vcpu);
  if (kvm_dirty_ring_soft_full(kvm, vcpu)) yield* request_soft_full(kvm, vcpu);
}

function* fill_entry(kvm: Kvm, vcpu: VcpuId, gfn: Gfn): Op {
  yield;
  assert(
    kvm_dirty_ring_used(kvm, vcpu) < kvm.config.dirtyRing,
    'P3',
    'an entry is pushed into a full dirty ring',
  );
  kvm.dirty.ring[vcpu].offset[kvm.dirty.ring[vcpu].dirty_index % kvm.config.dirtyRing] = gfn;
}

/** Data before flag; only the vCPU itself reads dirty_index. */
function* kvm_dirty_gfn_set_dirtied(kvm: Kvm, vcpu: VcpuId): Op {
  yield;
  kvm.dirty.ring[vcpu].flags[kvm.dirty.ring[vcpu].dirty_index % kvm.config.dirtyRing] = 'DIRTY';
  kvm.dirty.ring[vcpu].dirty_index = next_index(kvm, kvm.dirty.ring[vcpu].dirty_index);
}

function* request_soft_full(kvm: Kvm, vcpu: VcpuId): Op {
  yield () => is_drained(kvm);
  kvm.dirty.request_dirty_ring_soft_full[vcpu] = true;
}

/**
 * Whether the vCPU must not enter the guest: KVM_EXIT_DIRTY_RING_FULL. Userspace runs it again when there is room, or earlier: the
 * request stays set, and turns it back until there is.
 */
export function* kvm_dirty_ring_check_request(kvm: Kvm, vcpu: VcpuId): Op<boolean> {
  yield;
  if (!kvm.dirty.request_dirty_ring_soft_full[vcpu]) return false;
  kvm.dirty.request_dirty_ring_soft_full[vcpu] = false;
  yield;
  if (!kvm_dirty_ring_soft_full(kvm, vcpu)) return false;
  yield* request_soft_full(kvm, vcpu);
  yield rest(() => kvm_dirty_ring_soft_full(kvm, vcpu));
  return true;
}
