/** The TDP MMU: arch/x86/kvm/mmu/tdp_mmu.c. One root, two levels, one address space. */
import { assert, choose, equal, type Op, type Range } from 'mmucheck/language';
import { read_entry, write_entry } from '../hardware/ept.js';
import {
  EBUSY,
  ENOMEM,
  type Errno,
  type Gfn,
  type GfnEnd,
  type Kvm,
  type Level,
  PG_LEVEL_2M,
  PG_LEVEL_4K,
  type PageTableId,
  type Spte,
  type SptePtr,
} from '../state.js';
import type { Fault, RetPf } from './fault.js';
import {
  cond_resched_rwlock_read,
  cond_resched_rwlock_write,
  lockdep_assert_held,
  lockdep_assert_held_read,
  lockdep_assert_held_write,
  lockdep_assert_in_rcu,
  need_resched,
  rcu_read_lock,
  rcu_read_unlock,
  read_lock,
  read_unlock,
  tdp_mmu_free_sp_rcu_callback,
  write_lock,
  write_unlock,
} from './locks.js';
import { disallowed_hugepage_adjust, kvm_mmu_hugepage_adjust } from './mmu.js';
import { kvm_flush_remote_tlbs } from './requests.js';
import {
  check_spte_writable_invariants,
  FROZEN_SPTE,
  is_frozen_spte,
  is_large_pte,
  is_last_spte,
  is_shadow_present_pte,
  make_huge_page_split_spte,
  make_nonleaf_spte,
  make_spte,
  NONPRESENT_SPTE,
  SPTE_INDEX,
  spte_has_volatile_bits,
} from './spte.js';
import { kvm_tdp_mmu_read_spte, type TdpIter, tdp_iter_next, tdp_iter_start } from './tdp_iter.js';

/** A page table that is not there. */
const NO_TABLE = -1;
type MaybeTable = Range<-1, 'lastTable'>;

/** A walk that has not begun. */
export const TDP_ITER: TdpIter = {
  next_last_level_gfn: 0,
  yielded_gfn: 0,
  pt_path_4k: 0,
  sptep: { table: 0, index: 0 },
  gfn: 0,
  level: 2,
  min_level: 1,
  old_spte: NONPRESENT_SPTE,
  valid: false,
  yielded: false,
};

// ---- Writing entries -------------------------------------------------------------------------------------------

/** Exchanges the entry if it is still `old_spte`. */
export function* try_cmpxchg64(kvm: Kvm, sptep: SptePtr, old_spte: Spte, new_spte: Spte): Op<boolean> {
  yield;
  if (!equal(read_entry(kvm, sptep), old_spte)) return false;
  write_entry(kvm, sptep, new_spte);
  return true;
}

/** xchg(): returns what was there. */
export function* kvm_tdp_mmu_write_spte_atomic(kvm: Kvm, sptep: SptePtr, new_spte: Spte): Op<Spte> {
  yield;
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
  const replaced = read_entry(kvm, sptep);
  assert(
    equal({ ...replaced, accessed: true }, { ...assumed, accessed: true }),
    'P6',
    'a plain store overwrites bits that were set since the entry was read',
  );
  write_entry(kvm, sptep, new_spte);
}

/** A plain store, unless the old value has bits that somebody may set without mmu_lock. */
export function* kvm_tdp_mmu_write_spte(
  kvm: Kvm,
  sptep: SptePtr,
  old_spte: Spte,
  new_spte: Spte,
  level: Level,
): Op<Spte> {
  if (is_shadow_present_pte(old_spte) && is_last_spte(old_spte, level) && spte_has_volatile_bits(old_spte))
    return yield* kvm_tdp_mmu_write_spte_atomic(kvm, sptep, new_spte);
  yield* __kvm_tdp_mmu_write_spte(kvm, sptep, new_spte, old_spte);
  return old_spte;
}

/** fetch_and(~PT_WRITABLE_MASK): returns what was there. */
export function* tdp_mmu_clear_spte_bits_atomic(kvm: Kvm, sptep: SptePtr): Op<Spte> {
  yield;
  const old_spte = read_entry(kvm, sptep);
  write_entry(kvm, sptep, { ...old_spte, writable: false });
  return old_spte;
}

/** Clears W, atomically where somebody may set bits meanwhile. Returns the value that it was cleared in. */
export function* tdp_mmu_clear_spte_bits(kvm: Kvm, sptep: SptePtr, old_spte: Spte, level: Level): Op<Spte> {
  if (is_last_spte(old_spte, level) && spte_has_volatile_bits(old_spte))
    return yield* tdp_mmu_clear_spte_bits_atomic(kvm, sptep);
  yield* __kvm_tdp_mmu_write_spte(kvm, sptep, { ...old_spte, writable: false }, old_spte);
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
  yield;
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

// ---- Bookkeeping -----------------------------------------------------------------------------------------------

/**
 * What follows from a change that is already visible. Page statistics (P13) and the accounting of pages are not
 * modelled: no other step reads them.
 */
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
    assert(is_frozen_spte(new_spte), 'P5', 'a non-present entry is replaced by a non-present entry');
    return;
  }
  // Entries of the 4K level have no child; said outright, it bounds the recursion.
  if (level > PG_LEVEL_4K && was_present && !was_leaf && (is_leaf || !is_present || pfn_changed))
    yield* handle_removed_pt(kvm, old_spte.child, shared);
}

/** Freezes the entries of an unlinked table one by one and frees it after a grace period. */
export function* handle_removed_pt(kvm: Kvm, pt: PageTableId, shared: boolean): Op {
  if (kvm.config.nxHugePages) yield* tdp_mmu_unlink_sp(kvm, pt);
  for (let i = 0; i < kvm.config.fanout; i++) {
    const sptep: SptePtr = { table: pt, index: i };
    if (shared) {
      // A fault handler that read this entry before may still own it.
      let old_spte = yield* kvm_tdp_mmu_write_spte_atomic(kvm, sptep, FROZEN_SPTE);
      while (is_frozen_spte(old_spte))
        old_spte = yield* kvm_tdp_mmu_write_spte_atomic(kvm, sptep, FROZEN_SPTE);
      yield* handle_changed_spte(kvm, old_spte, FROZEN_SPTE, PG_LEVEL_4K, shared);
    } else {
      const old_spte = yield* kvm_tdp_mmu_read_spte(kvm, sptep);
      if (is_shadow_present_pte(old_spte)) {
        const replaced = yield* kvm_tdp_mmu_write_spte(kvm, sptep, old_spte, FROZEN_SPTE, PG_LEVEL_4K);
        yield* handle_changed_spte(kvm, replaced, FROZEN_SPTE, PG_LEVEL_4K, shared);
      }
    }
  }
}

/** Under tdp_mmu_pages_lock. */
function* tdp_mmu_unlink_sp(kvm: Kvm, sp: PageTableId): Op {
  yield;
  kvm.pt[sp].nx_huge_page_disallowed = false;
}

// ---- Page tables -----------------------------------------------------------------------------------------------

/** Takes a page from the pool. The memory caches were topped up before: it does not fail. */
export function tdp_mmu_alloc_sp(kvm: Kvm): PageTableId {
  let found: MaybeTable = NO_TABLE;
  for (let table = 1; table < kvm.config.tables; table++)
    if (found === NO_TABLE && kvm.pt[table].state === 'free') found = table;
  assert(found !== NO_TABLE, '', 'no page table is left: the configuration needs more `tables`');
  kvm.pt[found].state = 'private';
  return found;
}

function tdp_mmu_init_child_sp(kvm: Kvm, child: PageTableId, iter: TdpIter): void {
  kvm.pt[child].parent = SPTE_INDEX(kvm, iter.gfn, PG_LEVEL_2M);
}

/** Frees a page that was never visible. */
export function tdp_mmu_free_sp(kvm: Kvm, table: PageTableId): void {
  tdp_mmu_free_sp_rcu_callback(kvm, table);
}

/** Publishes a table in place of the entry that the iterator stands on. */
export function* tdp_mmu_link_sp(kvm: Kvm, iter: TdpIter, sp: PageTableId, shared: boolean): Op<Errno> {
  const spte = make_nonleaf_spte(sp);
  if (shared) {
    const ret = yield* tdp_mmu_set_spte_atomic(kvm, iter, spte);
    if (ret !== 0) return ret;
  } else {
    yield* tdp_mmu_iter_set_spte(kvm, iter, spte);
  }
  return 0;
}

// ---- Faults ----------------------------------------------------------------------------------------------------

/** Installs tables and the leaf for a fault. mmu_lock held for read. */
export function* kvm_tdp_mmu_map(kvm: Kvm, fault: Fault): Op<RetPf> {
  let ret: RetPf = 'RETRY';
  const iter: TdpIter = { ...TDP_ITER };
  yield* kvm_mmu_hugepage_adjust(kvm, fault);
  rcu_read_lock(kvm);
  for (
    yield* tdp_iter_start(kvm, iter, PG_LEVEL_4K, fault.gfn);
    iter.valid && iter.gfn <= fault.gfn;
    yield* tdp_iter_next(kvm, iter)
  ) {
    if (kvm.config.nxHugePages) yield* disallowed_hugepage_adjust(kvm, fault, iter.old_spte, iter.level);
    // Somebody else is about to change this entry.
    if (is_frozen_spte(iter.old_spte)) break;
    if (iter.level === fault.goal_level) {
      ret = yield* tdp_mmu_map_handle_target_level(kvm, fault, iter);
      break;
    }
    if (is_shadow_present_pte(iter.old_spte) && !is_large_pte(iter.old_spte)) continue;

    const sp = tdp_mmu_alloc_sp(kvm);
    tdp_mmu_init_child_sp(kvm, sp, iter);
    // Before the table is visible: who finds it linked must find the flag.
    kvm.pt[sp].nx_huge_page_disallowed = fault.huge_page_disallowed;
    let r: Errno = 0;
    if (is_shadow_present_pte(iter.old_spte)) r = yield* tdp_mmu_split_huge_page(kvm, iter, sp, true);
    else r = yield* tdp_mmu_link_sp(kvm, iter, sp, true);
    if (r !== 0) {
      tdp_mmu_free_sp(kvm, sp);
      break;
    }
  }
  rcu_read_unlock(kvm);
  return ret;
}

function* tdp_mmu_map_handle_target_level(kvm: Kvm, fault: Fault, iter: TdpIter): Op<RetPf> {
  const new_spte = yield* make_spte(kvm, fault, iter.level, iter.old_spte);
  if (equal(new_spte, iter.old_spte)) return 'SPURIOUS';
  const was_table = is_shadow_present_pte(iter.old_spte) && !is_last_spte(iter.old_spte, iter.level);
  if ((yield* tdp_mmu_set_spte_atomic(kvm, iter, new_spte)) !== 0) return 'RETRY';
  // A table that was in use is gone: before leaving RCU, nobody may be walking it.
  if (was_table) yield* kvm_flush_remote_tlbs(kvm);
  return 'FIXED';
}

// ---- Walks with yields -----------------------------------------------------------------------------------------

/**
 * Gives up mmu_lock if somebody waits for it or time is up, and if the walk has moved since it last did. Flushes
 * first if `flush`. The caller must go on to the next entry: the iterator restarts there.
 */
export function* tdp_mmu_iter_cond_resched(
  kvm: Kvm,
  iter: TdpIter,
  flush: boolean,
  shared: boolean,
): Op<boolean> {
  assert(!iter.yielded, 'P14', 'an iterator that yielded is not restarted');
  if (iter.next_last_level_gfn === iter.yielded_gfn) return false;
  if (need_resched(kvm)) {
    if (flush) yield* kvm_flush_remote_tlbs(kvm);
    rcu_read_unlock(kvm);
    if (shared) yield* cond_resched_rwlock_read(kvm);
    else yield* cond_resched_rwlock_write(kvm);
    rcu_read_lock(kvm);
    iter.yielded = true;
  }
  return iter.yielded;
}

/** Clears every leaf that overlaps [start, end). Returns whether a flush is due before mmu_lock is dropped. */
export function* tdp_mmu_zap_leafs(
  kvm: Kvm,
  start: Gfn,
  end: GfnEnd,
  can_yield: boolean,
  flush: boolean,
): Op<boolean> {
  const iter: TdpIter = { ...TDP_ITER };
  let pending = flush;
  lockdep_assert_held_write(kvm);
  rcu_read_lock(kvm);
  for (
    yield* tdp_iter_start(kvm, iter, PG_LEVEL_4K, start);
    iter.valid && iter.gfn < end;
    yield* tdp_iter_next(kvm, iter)
  ) {
    if (can_yield && (yield* tdp_mmu_iter_cond_resched(kvm, iter, pending, false))) {
      pending = false;
      continue;
    }
    if (!is_shadow_present_pte(iter.old_spte) || !is_last_spte(iter.old_spte, iter.level)) continue;
    yield* tdp_mmu_iter_set_spte(kvm, iter, NONPRESENT_SPTE);
    pending = true;
  }
  rcu_read_unlock(kvm);
  return pending;
}

/** The memory notifiers' way in. */
export function* kvm_tdp_mmu_unmap_gfn_range(
  kvm: Kvm,
  start: Gfn,
  end: GfnEnd,
  may_block: boolean,
  flush: boolean,
): Op<boolean> {
  return yield* tdp_mmu_zap_leafs(kvm, start, end, may_block, flush);
}

/** Removes W from every leaf at or above `min_level` in [start, end). Returns whether any had it. */
export function* wrprot_gfn_range(kvm: Kvm, start: Gfn, end: GfnEnd, min_level: Level): Op<boolean> {
  const iter: TdpIter = { ...TDP_ITER };
  let spte_set = false;
  rcu_read_lock(kvm);
  next: for (
    yield* tdp_iter_start(kvm, iter, min_level, start);
    iter.valid && iter.gfn < end;
    yield* tdp_iter_next(kvm, iter)
  ) {
    do {
      if (yield* tdp_mmu_iter_cond_resched(kvm, iter, false, true)) continue next;
      if (
        !is_shadow_present_pte(iter.old_spte) ||
        !is_last_spte(iter.old_spte, iter.level) ||
        !iter.old_spte.writable
      )
        continue next;
    } while ((yield* tdp_mmu_set_spte_atomic(kvm, iter, { ...iter.old_spte, writable: false })) !== 0);
    spte_set = true;
  }
  rcu_read_unlock(kvm);
  return spte_set;
}

/** The whole memslot. mmu_lock held for read. */
export function* kvm_tdp_mmu_wrprot_slot(kvm: Kvm, min_level: Level): Op<boolean> {
  lockdep_assert_held_read(kvm);
  return yield* wrprot_gfn_range(kvm, 0, kvm.config.gfns, min_level);
}

/** Fills a new table with the small entries of a huge one and publishes it in its place. No flush: see M1. */
export function* tdp_mmu_split_huge_page(
  kvm: Kvm,
  iter: TdpIter,
  sp: PageTableId,
  shared: boolean,
): Op<Errno> {
  const huge_spte = iter.old_spte;
  // Nobody can see the table yet, so filling it is no step.
  for (let i = 0; i < kvm.config.fanout; i++)
    kvm.pt[sp].spte[i] = make_huge_page_split_spte(kvm, huge_spte, i);
  return yield* tdp_mmu_link_sp(kvm, iter, sp, shared);
}

/** Splits every huge leaf above `target_level` in [start, end). Returns 0 or -ENOMEM. */
export function* tdp_mmu_split_huge_pages_root(
  kvm: Kvm,
  start: Gfn,
  end: GfnEnd,
  target_level: Level,
  shared: boolean,
): Op<Errno> {
  let sp: MaybeTable = NO_TABLE;
  const iter: TdpIter = { ...TDP_ITER };
  assert(target_level === PG_LEVEL_4K, '', 'with two levels, huge pages can be split to 4K only');
  rcu_read_lock(kvm);
  next: for (
    yield* tdp_iter_start(kvm, iter, PG_LEVEL_2M, start);
    iter.valid && iter.gfn < end;
    yield* tdp_iter_next(kvm, iter)
  ) {
    do {
      if (yield* tdp_mmu_iter_cond_resched(kvm, iter, false, shared)) continue next;
      if (!is_shadow_present_pte(iter.old_spte) || !is_large_pte(iter.old_spte)) continue next;
      if (sp === NO_TABLE) {
        rcu_read_unlock(kvm);
        sp = yield* tdp_mmu_alloc_sp_for_split(kvm, shared);
        if (sp === NO_TABLE) return ENOMEM;
        rcu_read_lock(kvm);
        iter.yielded = true;
        continue next;
      }
      tdp_mmu_init_child_sp(kvm, sp, iter);
    } while ((yield* tdp_mmu_split_huge_page(kvm, iter, sp, shared)) !== 0);
    sp = NO_TABLE;
  }
  rcu_read_unlock(kvm);
  // Somebody else may have split the last page first.
  if (sp !== NO_TABLE) tdp_mmu_free_sp(kvm, sp);
  return 0;
}

/** Allocates a page for a split with mmu_lock dropped, as every version from 6.11 on does. */
function* tdp_mmu_alloc_sp_for_split(kvm: Kvm, shared: boolean): Op<MaybeTable> {
  if (shared) yield* read_unlock(kvm);
  else yield* write_unlock(kvm);
  let sp: MaybeTable = NO_TABLE;
  if (!(kvm.config.allocationFails && choose(false, true))) sp = tdp_mmu_alloc_sp(kvm);
  if (shared) yield* read_lock(kvm);
  else yield* write_lock(kvm);
  return sp;
}

/** Eager splitting: errors are ignored, a page that stays huge is split by a fault later. */
export function* kvm_tdp_mmu_try_split_huge_pages(
  kvm: Kvm,
  start: Gfn,
  end: GfnEnd,
  target_level: Level,
  shared: boolean,
): Op {
  lockdep_assert_held(kvm);
  yield* tdp_mmu_split_huge_pages_root(kvm, start, end, target_level, shared);
}

/** Write-protects the 4K leafs of the gfns in `mask`, from `gfn` on. mmu_lock held for write. */
export function* kvm_tdp_mmu_clear_dirty_pt_masked(kvm: Kvm, gfn: Gfn, mask: number): Op {
  const iter: TdpIter = { ...TDP_ITER };
  let left: Range<0, 'wordMask'> = mask;
  lockdep_assert_held_write(kvm);
  rcu_read_lock(kvm);
  for (
    yield* tdp_iter_start(kvm, iter, PG_LEVEL_4K, gfn + __ffs(kvm, mask));
    iter.valid && iter.gfn < gfn + kvm.config.wordBits;
    yield* tdp_iter_next(kvm, iter)
  ) {
    if (!is_shadow_present_pte(iter.old_spte) || !is_last_spte(iter.old_spte, iter.level)) continue;
    if (left === 0) break;
    if (iter.level > PG_LEVEL_4K || (left & (1 << (iter.gfn - gfn))) === 0) continue;
    left = left & ~(1 << (iter.gfn - gfn));
    if (!iter.old_spte.writable) continue;
    iter.old_spte = yield* tdp_mmu_clear_spte_bits(kvm, iter.sptep, iter.old_spte, iter.level);
  }
  rcu_read_unlock(kvm);
}

/** The lowest bit set in a mask that is not 0. */
function __ffs(kvm: Kvm, mask: number): number {
  for (let bit = 0; bit < kvm.config.wordBits; bit++) if ((mask & (1 << bit)) !== 0) return bit;
  return 0;
}
