/**
 * Dirty logging: enabling it on the memslot (arch/x86/kvm/x86.c, virt/kvm/kvm_main.c) and KVM_GET_DIRTY_LOG without
 * manual protection. With that, and with the ring, see clear_dirty_log.ts and dirty_ring_reset.ts.
 */
import type { Op, Range } from 'mmucheck/language';
import { promise_flushed } from '../hardware/ept.js';
import { store_slot_dirty_logging } from '../hardware/shared_memory.js';
import { is_drained } from '../hardware/store_buffer.js';
import { type Kvm, type Level, PG_LEVEL_2M, PG_LEVEL_4K } from '../state.js';
import { lockdep_assert_held_slots_lock } from './lockdep.js';
import {
  mutex_lock,
  mutex_unlock,
  read_lock,
  read_unlock,
  synchronize_srcu,
  write_lock,
  write_unlock,
} from './locks.js';
import { kvm_arch_mmu_enable_log_dirty_pt_masked } from './log_dirty.js';
import { assert_dirty_bitmap_exists, kvm_alloc_dirty_bitmap, set_every_dirty_bit } from './memslot.js';
import { count_logging_slots, kvm_arch_sync_dirty_log, kvm_mmu_update_cpu_dirty_logging } from './pml.js';
import { kvm_flush_remote_tlbs } from './requests.js';
import { kvm_tdp_mmu_clear_dirty_slot } from './tdp_mmu/clear_dirty.js';
import { kvm_tdp_mmu_wrprot_slot } from './tdp_mmu/dirty.js';
import { kvm_tdp_mmu_try_split_huge_pages } from './tdp_mmu/split.js';

/** KVM_SET_USER_MEMORY_REGION with KVM_MEM_LOG_DIRTY_PAGES on a slot that did not have it. */
export function* kvm_set_memory_region(kvm: Kvm): Op {
  yield* mutex_lock(kvm.slots_lock);
  yield* kvm_swap_active_memslots(kvm);
  if (kvm.config.pml > 0) yield* count_logging_slots(kvm, 1);
  yield* kvm_mmu_slot_apply_flags(kvm);
  yield* mutex_unlock(kvm.slots_lock);
  start_dirty_page_tracking(kvm);
}

/**
 * The same without the flags: split, write-protect, flush, start tracking, as two CPUs would do it that both found
 * logging switched on (the table of thread S000-12). Today's ioctl returns early when the flags do not change.
 */
export function* enable_dirty_logging(kvm: Kvm): Op {
  yield* mutex_lock(kvm.slots_lock);
  yield* kvm_mmu_slot_apply_flags(kvm);
  yield* mutex_unlock(kvm.slots_lock);
  start_dirty_page_tracking(kvm);
}

/** Activates the slot with its new flags and waits until no fault uses the old ones. */
export function* kvm_swap_active_memslots(kvm: Kvm): Op {
  // No invalidation may see one set of slots at its start and another at its end.
  yield () => kvm.mn_active_invalidate_count === 0;
  kvm_alloc_dirty_bitmap(kvm);
  if (kvm.config.initiallyAllSet) set_every_dirty_bit(kvm);
  store_slot_dirty_logging(kvm);
  if (kvm.config.srcu) yield* synchronize_srcu(kvm);
}

/** kvm_mmu_slot_apply_flags(), from here on with logging switched on. */
export function* kvm_mmu_slot_apply_flags(kvm: Kvm): Op {
  if (kvm.config.pml > 0) yield* kvm_mmu_update_cpu_dirty_logging(kvm, true);
  // Every page is taken to be dirty: nothing has to be recorded before KVM_CLEAR_DIRTY_LOG.
  if (kvm.config.initiallyAllSet) return;
  if (kvm.config.eagerPageSplit) yield* kvm_mmu_slot_try_split_huge_pages(kvm, PG_LEVEL_4K);
  if (kvm.config.pml > 0) yield* kvm_mmu_slot_leaf_clear_dirty(kvm);
  yield* kvm_mmu_slot_remove_write_access(kvm, kvm.config.pml > 0 ? PG_LEVEL_2M : PG_LEVEL_4K);
  // Whatever the two walks changed: others may have changed the same before, and may not have flushed yet.
  yield* kvm_flush_remote_tlbs_memslot(kvm);
}

export function* kvm_mmu_slot_try_split_huge_pages(kvm: Kvm, target_level: Level): Op {
  yield* read_lock(kvm);
  yield* kvm_tdp_mmu_try_split_huge_pages(kvm, 0, kvm.config.gfns, target_level, true);
  yield* read_unlock(kvm);
}

/** Returns whether an entry was changed. */
export function* kvm_mmu_slot_remove_write_access(kvm: Kvm, start_level: Level): Op<boolean> {
  yield* read_lock(kvm);
  const flush = yield* kvm_tdp_mmu_wrprot_slot(kvm, start_level);
  yield* read_unlock(kvm);
  return flush;
}

/** Clears D of all leafs. The caller flushes. */
export function* kvm_mmu_slot_leaf_clear_dirty(kvm: Kvm): Op {
  yield* read_lock(kvm);
  yield* kvm_tdp_mmu_clear_dirty_slot(kvm);
  yield* read_unlock(kvm);
}

export function* kvm_flush_remote_tlbs_memslot(kvm: Kvm): Op {
  lockdep_assert_held_slots_lock(kvm);
  yield* kvm_flush_remote_tlbs(kvm);
}

/** The ioctl has returned: userspace relies on every write being recorded from here on (P3), and P8 binds. */
export function start_dirty_page_tracking(kvm: Kvm): void {
  kvm.ghost.tracking = true;
  promise_flushed(kvm);
}

/** Userspace is about to switch logging off, and relies on no record any more. */
export function stop_dirty_page_tracking(kvm: Kvm): void {
  kvm.ghost.tracking = false;
  for (let gfn = 0; gfn < kvm.config.followedGfns; gfn++) {
    kvm.ghost.written[gfn] = false;
    kvm.ghost.unseen[gfn] = false;
  }
}

/** KVM_GET_DIRTY_LOG: takes the bits, write-protects, flushes, and then reports. */
export function* kvm_vm_ioctl_get_dirty_log(kvm: Kvm): Op {
  yield* mutex_lock(kvm.slots_lock);
  const flush = yield* kvm_get_dirty_log_protect(kvm);
  if (flush) yield* kvm_flush_remote_tlbs_memslot(kvm);
  report_dirty_log(kvm);
  yield* mutex_unlock(kvm.slots_lock);
}

export function* kvm_get_dirty_log_protect(kvm: Kvm): Op<boolean> {
  let flush = false;
  // There is no bitmap: ENOENT.
  if (kvm.config.bitmapLifetime && !kvm.memslot.dirty_logging) return flush;
  yield* kvm_arch_sync_dirty_log(kvm);
  yield* write_lock(kvm);
  for (let word = 0; word < kvm.config.words; word++) {
    const mask: Range<0, 'wordMask'> = yield* take_dirty_word(kvm, word);
    if (mask !== 0) {
      flush = true;
      yield* kvm_arch_mmu_enable_log_dirty_pt_masked(kvm, word * kvm.config.wordBits, mask);
    }
  }
  yield* write_unlock(kvm);
  return flush;
}

/** xchg(&dirty_bitmap[word], 0). */
export function* take_dirty_word(kvm: Kvm, word: number): Op<number> {
  yield () => is_drained(kvm);
  assert_dirty_bitmap_exists(kvm);
  const mask: number = kvm.memslot.dirty_bitmap[word];
  kvm.memslot.dirty_bitmap[word] = 0;
  for (let bit = 0; bit < kvm.config.wordBits; bit++)
    if ((mask & (1 << bit)) !== 0) kvm.ghost.harvesting[word * kvm.config.wordBits + bit] = true;
  return mask;
}

/** copy_to_user(): userspace copies the reported pages after this, so their windows end here. */
export function report_dirty_log(kvm: Kvm): void {
  for (let gfn = 0; gfn < kvm.config.gfns; gfn++) {
    if (kvm.config.followWrites && kvm.ghost.harvesting[gfn]) kvm.ghost.written[gfn] = false;
    kvm.ghost.harvesting[gfn] = false;
  }
  promise_flushed(kvm);
}
