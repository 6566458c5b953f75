/**
 * The dirty ring as userspace and KVM_RESET_DIRTY_RINGS see it: virt/kvm/{dirty_ring.c,kvm_main.c}. Userspace takes
 * the entries out and hands them back; RESET frees them and has the pages logged again. Userspace copies a page only
 * after its own RESET that followed the entry.
 *
 * On its first round the kernel also resets a mask of no pages (until 6.16); that touches no entry and is left out.
 */
import { assert, current, type Op, type Range } from 'mmucheck/language';
import { promise_flushed } from '../hardware/ept.js';
import type { Gfn, Kvm, VcpuId } from '../state.js';
import { next_index } from './dirty_ring.js';
import { mutex_lock, mutex_unlock, write_lock, write_unlock } from './locks.js';
import { kvm_arch_mmu_enable_log_dirty_pt_masked } from './log_dirty.js';
import { kvm_flush_remote_tlbs } from './requests.js';

/** Userspace: takes every entry that is there, and hands it back. */
export function* collect_dirty_rings(kvm: Kvm): Op {
  for (let v = 0; v < kvm.config.ringVcpus; v++) while (yield* collect_dirty_gfn(kvm, v));
}

function* collect_dirty_gfn(kvm: Kvm, vcpu: VcpuId): Op<boolean> {
  yield;
  const slot = kvm.dirty.ring[vcpu].fetch_index % kvm.config.dirtyRing;
  if (kvm.dirty.ring[vcpu].flags[slot] !== 'DIRTY') return false;
  // The entry is userspace's until its flag says otherwise, so reading it is no step of its own.
  kvm.dirty.collected[current()] = kvm.dirty.collected[current()] | (1 << kvm.dirty.ring[vcpu].offset[slot]);
  kvm.dirty.ring[vcpu].flags[slot] = 'RESET';
  kvm.dirty.ring[vcpu].fetch_index = next_index(kvm, kvm.dirty.ring[vcpu].fetch_index);
  return true;
}

/** One round of a userspace thread. */
export function* harvest_dirty_rings(kvm: Kvm): Op {
  yield* collect_dirty_rings(kvm);
  yield* kvm_vm_ioctl_reset_dirty_pages(kvm);
}

/** KVM_RESET_DIRTY_RINGS. One flush for all, after slots_lock. */
export function* kvm_vm_ioctl_reset_dirty_pages(kvm: Kvm): Op {
  let reset: Range<0, 'gfnMask'> = 0;
  yield* mutex_lock(kvm.slots_lock);
  for (let v = 0; v < kvm.config.ringVcpus; v++) reset = reset | (yield* kvm_dirty_ring_reset(kvm, v));
  yield* mutex_unlock(kvm.slots_lock);
  if (reset !== 0) yield* kvm_flush_remote_tlbs(kvm);
  // It returns. The thread copies the pages that it has collected after this, so their windows end here.
  for (let gfn = 0; gfn < kvm.config.gfns; gfn++)
    if ((kvm.dirty.collected[current()] & (1 << gfn)) !== 0) {
      kvm.ghost.harvesting[gfn] = false;
      if (kvm.config.followWrites) kvm.ghost.written[gfn] = false;
    }
  forget_collected(kvm);
  promise_flushed(kvm);
}

/** What the thread has collected: forgotten, equal states are equal, and the log form of P3 judges the next round. */
function forget_collected(kvm: Kvm): void {
  kvm.dirty.collected[current()] = 0;
}

/** Frees what userspace has handed back, and protects the pages, as many at a time as fit into a word. Returns which. */
function* kvm_dirty_ring_reset(kvm: Kvm, vcpu: VcpuId): Op<number> {
  let reset: Range<0, 'gfnMask'> = 0;
  let cur_offset: Gfn = 0;
  let mask: Range<0, 'wordMask'> = 0;
  while (yield* kvm_dirty_gfn_harvested(kvm, vcpu)) {
    const next_offset: Gfn =
      kvm.dirty.ring[vcpu].offset[kvm.dirty.ring[vcpu].reset_index % kvm.config.dirtyRing];
    yield* kvm_dirty_gfn_set_invalid(kvm, vcpu);
    yield* advance_reset_index(kvm, vcpu);
    reset = reset | (1 << next_offset);
    const delta = next_offset - cur_offset;
    if (mask !== 0 && delta >= 0 && delta < kvm.config.wordBits) mask = mask | (1 << delta);
    else if (mask !== 0 && delta < 0 && ((mask << -delta) & ~kvm.config.wordMask) === 0) {
      cur_offset = next_offset;
      mask = (mask << -delta) | 1;
    } else {
      if (mask !== 0) yield* kvm_reset_dirty_gfn(kvm, cur_offset, mask);
      cur_offset = next_offset;
      mask = 1;
    }
  }
  if (mask !== 0) yield* kvm_reset_dirty_gfn(kvm, cur_offset, mask);
  return reset;
}

function* kvm_dirty_gfn_harvested(kvm: Kvm, vcpu: VcpuId): Op<boolean> {
  yield;
  return kvm.dirty.ring[vcpu].flags[kvm.dirty.ring[vcpu].reset_index % kvm.config.dirtyRing] === 'RESET';
}

/** Before the index, which lets the vCPU use the entry again. */
function* kvm_dirty_gfn_set_invalid(kvm: Kvm, vcpu: VcpuId): Op {
  yield;
  const slot = kvm.dirty.ring[vcpu].reset_index % kvm.config.dirtyRing;
  assert(
    kvm.dirty.ring[vcpu].flags[slot] === 'RESET',
    'P24',
    'an entry is freed that userspace has not handed back',
  );
  kvm.dirty.ring[vcpu].flags[slot] = 'INVALID';
  kvm.ghost.harvesting[kvm.dirty.ring[vcpu].offset[slot]] = true;
}

function* advance_reset_index(kvm: Kvm, vcpu: VcpuId): Op {
  yield;
  forget_entry(kvm, vcpu);
  kvm.dirty.ring[vcpu].reset_index = next_index(kvm, kvm.dirty.ring[vcpu].reset_index);
}

/** What it says is not read again; forgotten, equal states are equal. */
function forget_entry(kvm: Kvm, vcpu: VcpuId): void {
  kvm.dirty.ring[vcpu].offset[kvm.dirty.ring[vcpu].reset_index % kvm.config.dirtyRing] = 0;
}

function* kvm_reset_dirty_gfn(kvm: Kvm, offset: Gfn, mask: number): Op {
  yield* write_lock(kvm);
  yield* kvm_arch_mmu_enable_log_dirty_pt_masked(kvm, offset, mask);
  yield* write_unlock(kvm);
}
