/**
 * Invalidations by the host's memory management: virt/kvm/kvm_main.c. Unless there are `memslots`, the hva range is the
 * gfn range.
 */
import { assert, current, type Op } from 'mmucheck/language';
import { promise_flushed } from '../hardware/ept.js';
import {
  load_mmu_invalidate_in_progress,
  load_mmu_invalidate_seq,
  store_mmu_invalidate_in_progress,
  store_mmu_invalidate_seq,
} from '../hardware/shared_memory.js';
import { is_drained } from '../hardware/store_buffer.js';
import type { Gfn, GfnEnd, Kvm } from '../state.js';
import { lockdep_assert_held_write } from './lockdep.js';
import { write_lock, write_unlock } from './locks.js';
import {
  end_gfn_in_hva_range,
  first_gfn_in_hva_range,
  type MaybeSlot,
  type MemslotSetId,
  some_slot_in_hva_range,
} from './memslots.js';
import { kvm_flush_remote_tlbs } from './requests.js';
import { kvm_tdp_mmu_unmap_gfn_range } from './tdp_mmu/zap.js';

/** When this returns, nothing in [start, end) is mapped, usable from a TLB, or will be until the matching end. */
export function* kvm_mmu_notifier_invalidate_range_start(
  kvm: Kvm,
  start: Gfn,
  end: GfnEnd,
  may_block: boolean,
): Op {
  if (!(yield* mn_active_invalidate_count_inc(kvm))) return;
  if (kvm.config.destructions > 0)
    assert(kvm.notifier_unregistered === 0, 'P25', 'a notifier runs that has been unregistered');
  if (kvm.config.memslots > 0) {
    yield* handle_hva_range(kvm, start, end, may_block);
    promise_flushed(kvm);
    return;
  }
  yield* write_lock(kvm);
  yield* kvm_mmu_invalidate_begin(kvm, start, end);
  const flush = yield* kvm_tdp_mmu_unmap_gfn_range(kvm, start, end, may_block, false);
  if (flush) yield* kvm_flush_remote_tlbs(kvm);
  yield* write_unlock(kvm);
  promise_flushed(kvm);
}

/**
 * __kvm_handle_hva_range(), where gfns are not hvas: the slots of the set that is active now, one after the other, from
 * the first that has a part of the range. Without any, mmu_lock is not taken.
 */
function* handle_hva_range(kvm: Kvm, start: Gfn, end: GfnEnd, may_block: boolean): Op {
  let locked = false;
  let flush = false;
  yield;
  const set: MemslotSetId = kvm.memslots.active;
  for (let id = 0; id < kvm.config.memslots; id++) {
    const slot: MaybeSlot = kvm.memslots.set[set].slot[id];
    if (slot < 0 || first_gfn_in_hva_range(kvm, slot, start, end) < 0) continue;
    const gfn_start: Gfn = first_gfn_in_hva_range(kvm, slot, start, end);
    const gfn_end: GfnEnd = end_gfn_in_hva_range(kvm, slot, end);
    if (!locked) {
      yield* write_lock(kvm);
      yield* kvm_mmu_invalidate_begin(kvm, gfn_start, gfn_end);
      locked = true;
    } else yield* kvm_mmu_invalidate_range_add(kvm, gfn_start, gfn_end);
    flush = yield* kvm_tdp_mmu_unmap_gfn_range(kvm, gfn_start, gfn_end, may_block, flush);
  }
  if (flush) yield* kvm_flush_remote_tlbs(kvm);
  if (locked) yield* write_unlock(kvm);
}

export function* kvm_mmu_notifier_invalidate_range_end(kvm: Kvm, start: Gfn, end: GfnEnd): Op {
  // Who has begun is waited for before the notifier is unregistered.
  if (kvm.config.destructions > 0 && kvm.notifier_unregistered === 1) return;
  // The same slots as at the start, as long as the set was not replaced in between.
  if (kvm.config.memslots === 0 || (yield* some_slot_is_concerned(kvm, start, end))) {
    yield* write_lock(kvm);
    yield* kvm_mmu_invalidate_end(kvm);
    yield* write_unlock(kvm);
  }
  yield* mn_active_invalidate_count_dec(kvm);
}

function* some_slot_is_concerned(kvm: Kvm, start: Gfn, end: GfnEnd): Op<boolean> {
  yield;
  return some_slot_in_hva_range(kvm, start, end);
}

export function* kvm_mmu_invalidate_begin(kvm: Kvm, start: Gfn, end: GfnEnd): Op {
  lockdep_assert_held_write(kvm);
  yield;
  store_mmu_invalidate_in_progress(kvm, load_mmu_invalidate_in_progress(kvm) + 1);
  if (kvm.config.countInvalidations)
    kvm.ghost.open_invalidations[current()] = kvm.ghost.open_invalidations[current()] + 1;
  yield* kvm_mmu_invalidate_range_add(kvm, start, end);
}

/** Part of kvm_mmu_invalidate_begin() until 6.8. */
export function* kvm_mmu_invalidate_range_add(kvm: Kvm, start: Gfn, end: GfnEnd): Op {
  yield;
  if (kvm.mmu_invalidate_range_end === 0) {
    kvm.mmu_invalidate_range_start = start;
    kvm.mmu_invalidate_range_end = end;
  } else {
    // Several at once are blocked as one range.
    if (start < kvm.mmu_invalidate_range_start) kvm.mmu_invalidate_range_start = start;
    if (end > kvm.mmu_invalidate_range_end) kvm.mmu_invalidate_range_end = end;
  }
}

/** The sequence count first: who still sees the count in progress must not miss it. */
export function* kvm_mmu_invalidate_end(kvm: Kvm): Op {
  lockdep_assert_held_write(kvm);
  yield;
  store_mmu_invalidate_seq(kvm, load_mmu_invalidate_seq(kvm) + 1);
  yield;
  assert(load_mmu_invalidate_in_progress(kvm) > 0, 'P15', 'an invalidation is ended that nobody has begun');
  if (kvm.config.countInvalidations) {
    assert(kvm.ghost.open_invalidations[current()] > 0, 'P15', 'an invalidation of another process is ended');
    kvm.ghost.open_invalidations[current()] = kvm.ghost.open_invalidations[current()] - 1;
  }
  store_mmu_invalidate_in_progress(kvm, load_mmu_invalidate_in_progress(kvm) - 1);
  if (load_mmu_invalidate_in_progress(kvm) === 0) {
    // The range means nothing now; one value for "none" keeps equal states equal.
    kvm.mmu_invalidate_range_start = 0;
    kvm.mmu_invalidate_range_end = 0;
  }
}

/** Ghost of P15: the operation has ended every invalidation that it began. For the ends of operations. */
export function assert_invalidations_balanced(kvm: Kvm): void {
  if (kvm.config.countInvalidations)
    assert(
      kvm.ghost.open_invalidations[current()] === 0,
      'P15',
      'an operation returns and leaves an invalidation open',
    );
}

/** Under mn_invalidate_lock. Returns false if no notifier of this VM is registered any more. */
function* mn_active_invalidate_count_inc(kvm: Kvm): Op<boolean> {
  yield () => is_drained(kvm);
  if (kvm.config.destructions > 0 && kvm.notifier_unregistered === 1) return false;
  kvm.mn_active_invalidate_count = kvm.mn_active_invalidate_count + 1;
  return true;
}

function* mn_active_invalidate_count_dec(kvm: Kvm): Op {
  yield () => is_drained(kvm);
  kvm.mn_active_invalidate_count = kvm.mn_active_invalidate_count - 1;
}
