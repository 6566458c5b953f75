/**
 * Write tracking: arch/x86/kvm/mmu/page_track.c, and what mmu.c does with it for guest page tables. From the moment
 * at which mmu_lock is dropped every write to the gfn must exit (P2), until tracking ends.
 *
 * The kernel write-tracks a gfn when it shadows it as an upper-level page table (account_shadowed) or when a device
 * model asks (kvm_write_track_add_gfn); a 4K-level table is only write-protected, and a write fault may make its
 * shadow page unsync instead of emulating. SRCU, which keeps the memslot in place meanwhile, is not modelled here:
 * no memslot goes away. lpage_info is read and written under mmu_lock only, so its updates are no steps.
 */
import type { Op } from 'mmucheck/language';
import { promise_flushed } from '../hardware/ept.js';
import { huge_index } from '../hardware/tlb.js';
import { type Gfn, type Kvm, PG_LEVEL_4K } from '../state.js';
import { lockdep_assert_held_write } from './lockdep.js';
import { write_lock, write_unlock } from './locks.js';
import { kvm_flush_remote_tlbs } from './requests.js';
import { kvm_tdp_mmu_write_protect_gfn } from './tdp_mmu/write_protect.js';
import { kvm_gfn_is_write_tracked } from './unsync.js';

export function* kvm_write_track_add_gfn(kvm: Kvm, gfn: Gfn): Op {
  yield* write_lock(kvm);
  yield* __kvm_write_track_add_gfn(kvm, gfn);
  yield* write_unlock(kvm);
  kvm.ghost.write_tracked[gfn] = true;
  promise_flushed(kvm);
}

export function* __kvm_write_track_add_gfn(kvm: Kvm, gfn: Gfn): Op {
  lockdep_assert_held_write(kvm);
  yield* update_gfn_write_track(kvm, gfn, 1);
  kvm_mmu_gfn_disallow_lpage(kvm, gfn);
  if (yield* kvm_mmu_slot_gfn_write_protect(kvm, gfn)) yield* kvm_flush_remote_tlbs(kvm);
}

export function* kvm_write_track_remove_gfn(kvm: Kvm, gfn: Gfn): Op {
  yield* write_lock(kvm);
  yield* __kvm_write_track_remove_gfn(kvm, gfn);
  yield* write_unlock(kvm);
}

export function* __kvm_write_track_remove_gfn(kvm: Kvm, gfn: Gfn): Op {
  lockdep_assert_held_write(kvm);
  // Nothing is made writable here: the next write faults and finds the count.
  yield* update_gfn_write_track(kvm, gfn, -1);
  if (!kvm_gfn_is_write_tracked(kvm, gfn))
    kvm.ghost.write_tracked[gfn] = kvm.tracking.shadow_page[gfn] === 'sync';
  kvm_mmu_gfn_allow_lpage(kvm, gfn);
}

/**
 * A 4K-level guest page table gets a shadow page. (For the upper levels account_shadowed() is
 * __kvm_write_track_add_gfn().)
 */
export function* kvm_mmu_alloc_shadow_page(kvm: Kvm, gfn: Gfn): Op {
  yield* write_lock(kvm);
  yield* account_shadowed(kvm, gfn);
  yield* write_unlock(kvm);
  kvm.ghost.write_tracked[gfn] = true;
  promise_flushed(kvm);
}

function* account_shadowed(kvm: Kvm, gfn: Gfn): Op {
  lockdep_assert_held_write(kvm);
  // Under mmu_lock, as everything that reads it.
  kvm.tracking.shadow_page[gfn] = 'sync';
  kvm_mmu_gfn_disallow_lpage(kvm, gfn);
  if (yield* kvm_mmu_slot_gfn_write_protect(kvm, gfn)) yield* kvm_flush_remote_tlbs(kvm);
}

/**
 * The guest flushes its TLB, so its unsync page tables are write-protected and read again: mmu_sync_children() and
 * kvm_sync_page(), for one of them.
 */
export function* mmu_sync_children(kvm: Kvm, gfn: Gfn): Op {
  yield* write_lock(kvm);
  if (kvm.tracking.shadow_page[gfn] === 'unsync') {
    if (yield* kvm_mmu_slot_gfn_write_protect(kvm, gfn)) yield* kvm_flush_remote_tlbs(kvm);
    kvm.tracking.shadow_page[gfn] = 'sync';
  }
  yield* write_unlock(kvm);
  if (kvm.tracking.shadow_page[gfn] === 'sync') kvm.ghost.write_tracked[gfn] = true;
  promise_flushed(kvm);
}

/** Returns whether something was write-protected. */
export function* kvm_mmu_slot_gfn_write_protect(kvm: Kvm, gfn: Gfn): Op<boolean> {
  return yield* kvm_tdp_mmu_write_protect_gfn(kvm, gfn, PG_LEVEL_4K);
}

/** A step, because the first test of a fault reads the count without mmu_lock. */
function* update_gfn_write_track(kvm: Kvm, gfn: Gfn, count: number): Op {
  yield;
  kvm.tracking.gfn_write_track[gfn] = kvm.tracking.gfn_write_track[gfn] + count;
}

function kvm_mmu_gfn_disallow_lpage(kvm: Kvm, gfn: Gfn): void {
  const index = huge_index(kvm, gfn);
  kvm.tracking.disallow_lpage[index] = kvm.tracking.disallow_lpage[index] + 1;
}

function kvm_mmu_gfn_allow_lpage(kvm: Kvm, gfn: Gfn): void {
  const index = huge_index(kvm, gfn);
  kvm.tracking.disallow_lpage[index] = kvm.tracking.disallow_lpage[index] - 1;
}
