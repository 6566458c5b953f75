/** Write protection for dirty logging: arch/x86/kvm/mmu/tdp_mmu.c. */

import type { Op, Range } from 'mmucheck/language';
import {
  type Gfn,
  type GfnEnd,
  type Kvm,
  type Level,
  type MaybeRoot,
  NO_ROOT,
  PG_LEVEL_4K,
} from '../../state.js';
import { lockdep_assert_held_read, lockdep_assert_held_write } from '../lockdep.js';
import { rcu_read_lock, rcu_read_unlock } from '../locks.js';
import { is_last_spte, is_shadow_present_pte } from '../spte.js';
import { TDP_ITER, tdp_iter_next, tdp_iter_start, type TdpIter } from '../tdp_iter.js';
import { dirty_bit } from './clear_dirty.js';
import { tdp_mmu_next_root } from './roots.js';
import { has_bit, tdp_mmu_clear_spte_bits, tdp_mmu_set_spte_atomic } from './set_spte.js';
import { tdp_mmu_iter_cond_resched } from './yield.js';

/** Removes W from every leaf at or above `min_level` in [start, end). Returns whether any had it. */
export function* wrprot_gfn_range(
  kvm: Kvm,
  root: MaybeRoot,
  start: Gfn,
  end: GfnEnd,
  min_level: Level,
): Op<boolean> {
  const iter: TdpIter = { ...TDP_ITER };
  let spte_set = false;
  iter.root = root;
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
  let spte_set = false;
  for (
    let root = yield* tdp_mmu_next_root(kvm, NO_ROOT, true);
    root !== NO_ROOT;
    root = yield* tdp_mmu_next_root(kvm, root, true)
  )
    if (yield* wrprot_gfn_range(kvm, root, 0, kvm.config.gfns, min_level)) spte_set = true;
  return spte_set;
}

/**
 * Clears D of the 4K leafs of the gfns in `mask`, from `gfn` on, or W where that tells dirty pages. mmu_lock held for
 * write.
 */
export function* kvm_tdp_mmu_clear_dirty_pt_masked(
  kvm: Kvm,
  gfn: Gfn,
  mask: Range<0, 'wordMask'>,
  wrprot: boolean,
): Op {
  for (
    let root = yield* tdp_mmu_next_root(kvm, NO_ROOT, true);
    root !== NO_ROOT;
    root = yield* tdp_mmu_next_root(kvm, root, true)
  )
    yield* clear_dirty_pt_masked(kvm, root, gfn, mask, wrprot);
}

function* clear_dirty_pt_masked(
  kvm: Kvm,
  root: MaybeRoot,
  gfn: Gfn,
  mask: Range<0, 'wordMask'>,
  wrprot: boolean,
): Op {
  const dbit = dirty_bit(kvm, wrprot);
  const iter: TdpIter = { ...TDP_ITER };
  let left: Range<0, 'wordMask'> = mask;
  iter.root = root;
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
    if (!has_bit(iter.old_spte, dbit)) continue;
    iter.old_spte = yield* tdp_mmu_clear_spte_bits(kvm, iter.sptep, iter.old_spte, dbit, iter.level);
  }
  rcu_read_unlock(kvm);
}

/** The lowest bit set in a mask that is not 0. */
export function __ffs(kvm: Kvm, mask: number): number {
  for (let bit = 0; bit < kvm.config.wordBits; bit++) if ((mask & (1 << bit)) !== 0) return bit;
  return 0;
}
