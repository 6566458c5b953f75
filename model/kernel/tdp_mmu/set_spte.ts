/**
 * How entries are written, and what follows from a change: arch/x86/kvm/mmu/tdp_{mmu.c,iter.h}. Setter and bookkeeping call each
 * other where a table goes away.
 */

import { type Op, assert, equal } from 'mmucheck/language';
import { read_entry, write_entry } from '../../hardware/ept.js';
import { store_entry } from '../../hardware/shared_memory.js';
import { is_drained } from '../../hardware/store_buffer.js';
import {
  EBUSY,
  type Errno,
  type Kvm,
  type Level,
  PG_LEVEL_1G,
  PG_LEVEL_2M,
  PG_LEVEL_4K,
  type PageTableId,
  type Spte,
  type SptePtr,
} from '../../state.js';
import { kvm_update_page_stats, tdp_unaccount_mmu_page } from '../accounting.js';
import { lockdep_assert_held_read, lockdep_assert_held_write, lockdep_assert_in_rcu } from '../lockdep.js';
import { call_rcu } from '../locks.js';
import { unaccount_nx_huge_page } from '../possible_nx.js';
import {
  FROZEN_SPTE,
  check_spte_writable_invariants,
  is_frozen_spte,
  is_last_spte,
  is_mmio_spte,
  is_shadow_present_pte,
  spte_has_volatile_bits,
} from '../spte.js';
import { type TdpIter, kvm_tdp_mmu_read_spte } from '../tdp_iter.js';

/** Exchanges the entry if it is still `old_spte`. */
export function* try_cmpxchg64(kvm: Kvm, sptep: SptePtr, old_spte: Spte, new_spte: Spte): Op<boolean> {
  yield () => is_drained(kvm);
  if (!equal(read_entry(kvm, sptep), old_spte)) return false;
  write_entry(kvm, sptep, new_spte);
  return true;
}

/** xchg(): returns what was there. */
export function* kvm_tdp_mmu_write_spte_atomic(kvm: Kvm, sptep: SptePtr, new_spte: Spte): Op<Spte> {
  yield () => is_drained(kvm);
  const old_spte = read_entry(kvm, sptep);
  write_entry(kvm, sptep, new_spte);
  return old_spte;
}

/**
 * WRITE_ONCE(). `assumed` is the value that the caller's bookkeeping goes on with: P6 wants it to be what the store
 * replaces. A lost A bit is tolerated.
 */
export function* __kvm_tdp_mmu_write_spte(kvm: Kvm, sptep: SptePtr, new_spte: Spte, assumed: Spte): Op {
  yield;
  store_entry(kvm, sptep, new_spte, assumed);
}

export function kvm_tdp_mmu_spte_need_atomic_write(kvm: Kvm, old_spte: Spte, level: Level): boolean {
  return (
    is_shadow_present_pte(old_spte) && is_last_spte(old_spte, level) && spte_has_volatile_bits(kvm, old_spte)
  );
}

/** A plain store, unless the old value has bits that somebody may set without mmu_lock. */
export function* kvm_tdp_mmu_write_spte(
  kvm: Kvm,
  sptep: SptePtr,
  old_spte: Spte,
  new_spte: Spte,
  level: Level,
): Op<Spte> {
  if (kvm_tdp_mmu_spte_need_atomic_write(kvm, old_spte, level))
    return yield* kvm_tdp_mmu_write_spte_atomic(kvm, sptep, new_spte);
  yield* __kvm_tdp_mmu_write_spte(kvm, sptep, new_spte, old_spte);
  return old_spte;
}

/** A mask of one bit: shadow_dirty_mask, or PT_WRITABLE_MASK where dirty pages are told by W. */
export type DirtyBit = 'DIRTY' | 'WRITABLE';

export function has_bit(spte: Spte, bit: DirtyBit): boolean {
  return bit === 'DIRTY' ? spte.dirty : spte.writable;
}

export function without_bit(spte: Spte, bit: DirtyBit): Spte {
  return bit === 'DIRTY' ? { ...spte, dirty: false } : { ...spte, writable: false };
}

/** fetch_and(~bit): returns what was there. */
export function* tdp_mmu_clear_spte_bits_atomic(kvm: Kvm, sptep: SptePtr, bit: DirtyBit): Op<Spte> {
  yield () => is_drained(kvm);
  const old_spte = read_entry(kvm, sptep);
  write_entry(kvm, sptep, without_bit(old_spte, bit));
  return old_spte;
}

/** Clears a bit, atomically where somebody may set bits meanwhile. Returns the value that it was cleared in. */
export function* tdp_mmu_clear_spte_bits(
  kvm: Kvm,
  sptep: SptePtr,
  old_spte: Spte,
  bit: DirtyBit,
  level: Level,
): Op<Spte> {
  if (kvm_tdp_mmu_spte_need_atomic_write(kvm, old_spte, level))
    return yield* tdp_mmu_clear_spte_bits_atomic(kvm, sptep, bit);
  yield* __kvm_tdp_mmu_write_spte(kvm, sptep, without_bit(old_spte, bit), old_spte);
  return old_spte;
}

/** mmu_lock held for read: -EBUSY, and iter->old_spte refreshed, if the entry has changed. */
export function* tdp_mmu_set_spte_atomic(kvm: Kvm, iter: TdpIter, new_spte: Spte): Op<Errno> {
  lockdep_assert_held_read(kvm);
  const ret = yield* __tdp_mmu_set_spte_atomic(kvm, iter, new_spte);
  if (ret !== 0) return ret;
  yield* handle_changed_spte(kvm, iter.old_spte, new_spte, iter.level, true);
  return 0;
}

export function* __tdp_mmu_set_spte_atomic(kvm: Kvm, iter: TdpIter, new_spte: Spte): Op<Errno> {
  // A frozen entry belongs to whoever froze it, and an iterator that yielded points to nothing.
  assert(!iter.yielded, 'P14', 'the snapshot of an iterator is used after it yielded');
  assert(!is_frozen_spte(iter.old_spte), 'P5', 'a FROZEN entry is expected by a compare-and-exchange');
  lockdep_assert_in_rcu(kvm);
  yield () => is_drained(kvm);
  const now = read_entry(kvm, iter.sptep);
  if (!equal(now, iter.old_spte)) {
    iter.old_spte = now;
    return EBUSY;
  }
  write_entry(kvm, iter.sptep, new_spte);
  return 0;
}

/** mmu_lock held for write. Returns the entry that was replaced. */
export function* tdp_mmu_set_spte(
  kvm: Kvm,
  sptep: SptePtr,
  old_spte: Spte,
  new_spte: Spte,
  level: Level,
): Op<Spte> {
  lockdep_assert_held_write(kvm);
  assert(
    !is_frozen_spte(old_spte) && !is_frozen_spte(new_spte),
    'P14',
    'an exclusive setter is given a FROZEN entry',
  );
  const replaced = yield* kvm_tdp_mmu_write_spte(kvm, sptep, old_spte, new_spte, level);
  yield* handle_changed_spte(kvm, replaced, new_spte, level, false);
  return replaced;
}

export function* tdp_mmu_iter_set_spte(kvm: Kvm, iter: TdpIter, new_spte: Spte): Op {
  assert(!iter.yielded, 'P14', 'the snapshot of an iterator is used after it yielded');
  iter.old_spte = yield* tdp_mmu_set_spte(kvm, iter.sptep, iter.old_spte, new_spte, iter.level);
}

/** What follows from a change that is already visible. */
export function* handle_changed_spte(
  kvm: Kvm,
  old_spte: Spte,
  new_spte: Spte,
  level: Level,
  shared: boolean,
): Op {
  const was_present = is_shadow_present_pte(old_spte);
  const is_present = is_shadow_present_pte(new_spte);
  const was_leaf = was_present && is_last_spte(old_spte, level);
  const is_leaf = is_present && is_last_spte(new_spte, level);
  const pfn_changed = old_spte.pfn !== new_spte.pfn || old_spte.child !== new_spte.child;

  assert(!(was_leaf && is_leaf && pfn_changed), 'P5', 'a leaf is replaced by a leaf that maps another frame');
  if (equal(old_spte, new_spte)) return;
  if (is_leaf) check_spte_writable_invariants(new_spte);
  if (!was_present && !is_present) {
    assert(
      is_mmio_spte(old_spte) || is_mmio_spte(new_spte) || is_frozen_spte(new_spte),
      'P5',
      'a non-present entry is replaced by a non-present entry',
    );
    return;
  }
  if (kvm.config.accounting && is_leaf !== was_leaf)
    yield* kvm_update_page_stats(kvm, level, is_leaf ? 1 : -1);
  // Entries of the 4K level have no child; said outright, level by level, it bounds the recursion.
  if (level > PG_LEVEL_4K && was_present && !was_leaf && (is_leaf || !is_present || pfn_changed)) {
    if (kvm.config.levels === 3 && level === PG_LEVEL_1G)
      yield* handle_removed_pt(kvm, old_spte.child, PG_LEVEL_2M, shared);
    else yield* handle_removed_pt(kvm, old_spte.child, PG_LEVEL_4K, shared);
  }
}

/**
 * Freezes the entries of an unlinked table, of `level`, one by one, with all that is below them, and frees it after a
 * grace period.
 */
export function* handle_removed_pt(kvm: Kvm, pt: PageTableId, level: Level, shared: boolean): Op {
  if (kvm.config.accounting) yield* tdp_unaccount_mmu_page(kvm);
  if (kvm.config.nxHugePages) yield* tdp_mmu_unlink_sp(kvm, pt);
  for (let i = 0; i < kvm.config.fanout; i++) {
    const sptep: SptePtr = { table: pt, index: i };
    if (shared) {
      // A fault handler that read this entry before may still own it.
      let old_spte = yield* kvm_tdp_mmu_write_spte_atomic(kvm, sptep, FROZEN_SPTE);
      while (is_frozen_spte(old_spte))
        old_spte = yield* kvm_tdp_mmu_write_spte_atomic(kvm, sptep, FROZEN_SPTE);
      yield* handle_changed_spte(kvm, old_spte, FROZEN_SPTE, level, shared);
    } else {
      const old_spte = yield* kvm_tdp_mmu_read_spte(kvm, sptep);
      if (is_shadow_present_pte(old_spte)) {
        const replaced = yield* kvm_tdp_mmu_write_spte(kvm, sptep, old_spte, FROZEN_SPTE, level);
        yield* handle_changed_spte(kvm, replaced, FROZEN_SPTE, level, shared);
      }
    }
  }
  call_rcu(kvm, pt);
}

/** Under tdp_mmu_pages_lock. */
function* tdp_mmu_unlink_sp(kvm: Kvm, sp: PageTableId): Op {
  yield;
  unaccount_nx_huge_page(kvm, sp);
}
