/**
 * Manual protection (KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2): virt/kvm/kvm_main.c. KVM_GET_DIRTY_LOG then shows the bitmap
 * and changes nothing; KVM_CLEAR_DIRTY_LOG takes bits and protects. Userspace copies a page after the CLEAR that took
 * its bit, so a write between the two needs no record of its own.
 */
import type { Op, Range } from 'mmucheck/language';
import { promise_flushed } from '../hardware/ept.js';
import { is_drained } from '../hardware/store_buffer.js';
import type { Kvm } from '../state.js';
import { forget_dirty_bitmap, kvm_destroy_dirty_bitmap } from './memslot.js';
import { kvm_flush_remote_tlbs_memslot, report_dirty_log, stop_dirty_page_tracking } from './dirty_log.js';
import { mutex_lock, mutex_unlock, synchronize_srcu, write_lock, write_unlock } from './locks.js';
import { kvm_arch_mmu_enable_log_dirty_pt_masked } from './log_dirty.js';
import { count_logging_slots, kvm_arch_sync_dirty_log, kvm_mmu_update_cpu_dirty_logging } from './pml.js';

/** KVM_GET_DIRTY_LOG with manual protection: copy_to_user() of the live bitmap. */
export function* kvm_vm_ioctl_show_dirty_log(kvm: Kvm): Op {
  yield* mutex_lock(kvm.slots_lock);
  yield* kvm_arch_sync_dirty_log(kvm);
  for (let word = 0; word < kvm.config.words; word++) yield* copy_word_to_user(kvm, word);
  yield* mutex_unlock(kvm.slots_lock);
}

function* copy_word_to_user(kvm: Kvm, word: number): Op {
  yield;
  const mask: number = kvm.memslot.dirty_bitmap[word];
  kvm.dirty.user_bitmap[word] = mask;
  if (kvm.config.followWrites)
    for (let bit = 0; bit < kvm.config.wordBits; bit++)
      if ((mask & (1 << bit)) !== 0) kvm.ghost.unseen[word * kvm.config.wordBits + bit] = false;
}

/** KVM_CLEAR_DIRTY_LOG of the bits that KVM_GET_DIRTY_LOG has shown. */
export function* kvm_vm_ioctl_clear_dirty_log(kvm: Kvm): Op {
  yield* mutex_lock(kvm.slots_lock);
  if (yield* kvm_clear_dirty_log_protect(kvm)) yield* kvm_flush_remote_tlbs_memslot(kvm);
  report_dirty_log(kvm);
  yield* mutex_unlock(kvm.slots_lock);
}

/** Returns whether a flush is due. */
export function* kvm_clear_dirty_log_protect(kvm: Kvm): Op<boolean> {
  let flush = false;
  yield* kvm_arch_sync_dirty_log(kvm);
  yield* write_lock(kvm);
  for (let word = 0; word < kvm.config.words; word++) {
    if (kvm.dirty.user_bitmap[word] !== 0) {
      const mask: Range<0, 'wordMask'> = yield* clear_dirty_word(kvm, word);
      if (mask !== 0) {
        flush = true;
        yield* kvm_arch_mmu_enable_log_dirty_pt_masked(kvm, word * kvm.config.wordBits, mask);
      }
    }
  }
  yield* write_unlock(kvm);
  return flush;
}

/** mask &= atomic_long_fetch_andnot(mask, &dirty_bitmap[word]): only what was set is taken. */
function* clear_dirty_word(kvm: Kvm, word: number): Op<number> {
  yield () => is_drained(kvm);
  const mask = kvm.dirty.user_bitmap[word] & kvm.memslot.dirty_bitmap[word];
  kvm.memslot.dirty_bitmap[word] = kvm.memslot.dirty_bitmap[word] & ~mask;
  for (let bit = 0; bit < kvm.config.wordBits; bit++)
    if ((mask & (1 << bit)) !== 0) kvm.ghost.harvesting[word * kvm.config.wordBits + bit] = true;
  return mask;
}

/** Every bit that is set, as userspace that has seen the bitmap otherwise would ask for. */
export function* clear_whole_dirty_log(kvm: Kvm): Op {
  yield* kvm_vm_ioctl_show_dirty_log(kvm);
  yield* kvm_vm_ioctl_clear_dirty_log(kvm);
}

/**
 * KVM_SET_USER_MEMORY_REGION without KVM_MEM_LOG_DIRTY_PAGES on a slot that had it. Putting huge pages back is
 * tdp_mmu/recover.ts, where the configuration asks for it.
 */
export function* disable_dirty_logging(kvm: Kvm): Op {
  yield* mutex_lock(kvm.slots_lock);
  stop_dirty_page_tracking(kvm);
  yield* deactivate_dirty_logging(kvm);
  if (kvm.config.srcu) yield* synchronize_srcu(kvm);
  if (kvm.config.pml > 0) {
    yield* count_logging_slots(kvm, 0);
    yield* kvm_mmu_update_cpu_dirty_logging(kvm, false);
  }
  if (kvm.config.bitmapLifetime) yield* kvm_destroy_dirty_bitmap(kvm);
  yield* mutex_unlock(kvm.slots_lock);
  promise_flushed(kvm);
}

/** The set of memslots without the flag becomes the active one, and the bitmap is nobody's any more. */
function* deactivate_dirty_logging(kvm: Kvm): Op {
  yield () => kvm.mn_active_invalidate_count === 0;
  kvm.memslot.dirty_logging = false;
  if (!kvm.config.bitmapLifetime) forget_dirty_bitmap(kvm);
}
