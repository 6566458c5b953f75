/** Dirty tracking of the memslot: virt/kvm/kvm_main.c. */
import type { Op } from 'mmucheck/language';
import { is_drained } from '../hardware/store_buffer.js';
import type { Gfn, Kvm } from '../state.js';

/** mark_page_dirty_in_slot(): set_bit_le() in the bitmap of a slot that logs. One locked step. */
export function* mark_page_dirty_in_slot(kvm: Kvm, gfn: Gfn): Op {
  yield () => is_drained(kvm);
  set_dirty_bit(kvm, gfn);
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
