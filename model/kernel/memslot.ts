/** Dirty tracking of the memslot: virt/kvm/kvm_main.c. */
import { assert, type Op } from 'mmucheck/language';
import { is_drained } from '../hardware/store_buffer.js';
import type { Gfn, Kvm } from '../state.js';
import { kvm_dirty_ring_push, ring_holds } from './dirty_ring.js';
import { lockdep_assert_in_srcu } from './lockdep.js';

/** mark_page_dirty_in_slot() for a slot that logs: set_bit_le() in the bitmap, one locked step, or an entry in a ring. */
export function* mark_page_dirty_in_slot(kvm: Kvm, gfn: Gfn): Op {
  if (kvm.config.dirtyRing > 0) {
    yield* kvm_dirty_ring_push(kvm, gfn);
    return;
  }
  yield () => is_drained(kvm);
  set_dirty_bit(kvm, gfn);
  assert_dirty_bitmap_exists(kvm);
}

/** The slot is looked up under SRCU, and decides whether the page is marked. */
export function* lookup_slot_logs(kvm: Kvm): Op<boolean> {
  yield;
  lockdep_assert_in_srcu(kvm);
  return kvm.memslot.dirty_logging;
}

/**
 * By the slot as it is now. Looking it up and setting the bit are one step, unless the bitmap may be freed: SRCU keeps a
 * slot that stops logging and its bitmap, but nobody reads that any more.
 */
export function* kvm_vcpu_mark_page_dirty(kvm: Kvm, gfn: Gfn): Op {
  lockdep_assert_in_srcu(kvm);
  if (kvm.config.dirtyRing > 0) {
    yield* kvm_dirty_ring_push(kvm, gfn);
    return;
  }
  if (kvm.config.bitmapLifetime) {
    if (yield* lookup_slot_logs(kvm)) yield* mark_page_dirty_in_slot(kvm, gfn);
    return;
  }
  yield () => is_drained(kvm);
  if (kvm.memslot.dirty_logging) set_dirty_bit(kvm, gfn);
}

/** The gfn is in the bitmap, or in some vCPU's ring. */
export function is_in_dirty_log(kvm: Kvm, gfn: Gfn): boolean {
  return kvm.config.dirtyRing > 0 ? ring_holds(kvm, gfn) : test_dirty_bit(kvm, gfn);
}

/** In the bitmap of a slot that nobody can see yet. */
export function set_every_dirty_bit(kvm: Kvm): void {
  for (let gfn = 0; gfn < kvm.config.gfns; gfn++) set_dirty_bit(kvm, gfn);
}

export function set_dirty_bit(kvm: Kvm, gfn: Gfn): void {
  const bits = kvm.config.wordBits;
  const word = (gfn - (gfn % bits)) / bits;
  kvm.memslot.dirty_bitmap[word] = kvm.memslot.dirty_bitmap[word] | (1 << (gfn % bits));
}

export function test_dirty_bit(kvm: Kvm, gfn: Gfn): boolean {
  const bits = kvm.config.wordBits;
  return (kvm.memslot.dirty_bitmap[(gfn - (gfn % bits)) / bits] & (1 << (gfn % bits))) !== 0;
}

/** kvm_alloc_dirty_bitmap(), by an ioctl that switches logging on, before anybody can see it. */
export function kvm_alloc_dirty_bitmap(kvm: Kvm): void {
  if (kvm.config.bitmapLifetime) kvm.memslot.bitmap_exists[0] = true;
}

/** By an ioctl that has switched logging off, when nobody uses the old flags any more. */
export function* kvm_destroy_dirty_bitmap(kvm: Kvm): Op {
  yield;
  kvm.memslot.bitmap_exists[0] = false;
  forget_dirty_bitmap(kvm);
}

/** What it says is nobody's any more, and a new one is empty. */
export function forget_dirty_bitmap(kvm: Kvm): void {
  for (let word = 0; word < kvm.config.words; word++) kvm.memslot.dirty_bitmap[word] = 0;
}

/** P21, wherever somebody uses the bitmap. */
export function assert_dirty_bitmap_exists(kvm: Kvm): void {
  if (kvm.config.bitmapLifetime)
    assert(kvm.memslot.bitmap_exists[0], 'P21', 'a dirty bitmap is used that has been freed');
}
