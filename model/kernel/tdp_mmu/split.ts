/** Splitting huge pages: arch/x86/kvm/mmu/tdp_mmu.c. */

import { choose, type Op } from 'mmucheck/language';
import {
  ENOMEM,
  type Errno,
  type Gfn,
  type GfnEnd,
  type Kvm,
  type Level,
  type MaybeRoot,
  NO_ROOT,
  type PageTableId,
} from '../../state.js';
import { kvm_update_page_stats } from '../accounting.js';
import { lockdep_assert_held, might_alloc } from '../lockdep.js';
import {
  rcu_read_lock,
  rcu_read_unlock,
  read_lock,
  read_unlock,
  write_lock,
  write_unlock,
} from '../locks.js';
import {
  is_large_pte,
  is_shadow_present_pte,
  KVM_PAGES_PER_HPAGE,
  make_huge_page_split_spte,
} from '../spte.js';
import { TDP_ITER, tdp_iter_next, tdp_iter_start, type TdpIter } from '../tdp_iter.js';
import {
  type MaybeTable,
  NO_TABLE,
  tdp_mmu_alloc_sp,
  tdp_mmu_free_sp,
  tdp_mmu_init_child_sp,
  tdp_mmu_link_sp,
} from './pages.js';
import { kvm_tdp_mmu_put_root, tdp_mmu_next_root } from './roots.js';
import { tdp_mmu_iter_cond_resched } from './yield.js';

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
    kvm.pt[sp].spte[i] = make_huge_page_split_spte(kvm, huge_spte, iter.level - 1, i);
  const ret = yield* tdp_mmu_link_sp(kvm, iter, sp, shared);
  if (kvm.config.accounting && ret === 0)
    yield* kvm_update_page_stats(kvm, iter.level - 1, kvm.config.fanout);
  return ret;
}

/** Whether the page that the iterator stands on reaches over an end of [start, end). */
function iter_cross_boundary(kvm: Kvm, iter: TdpIter, start: Gfn, end: GfnEnd): boolean {
  return !(iter.gfn >= start && iter.gfn + KVM_PAGES_PER_HPAGE(kvm, iter.level) <= end);
}

/**
 * Splits every huge leaf above `target_level` in [start, end), or (as proposed for private memory) only those that
 * reach over an end of the range. Returns 0 or -ENOMEM.
 */
export function* tdp_mmu_split_huge_pages_root(
  kvm: Kvm,
  root: MaybeRoot,
  start: Gfn,
  end: GfnEnd,
  target_level: Level,
  shared: boolean,
  only_cross_boundary: boolean,
): Op<Errno> {
  let sp: MaybeTable = NO_TABLE;
  const iter: TdpIter = { ...TDP_ITER };
  iter.root = root;
  rcu_read_lock(kvm);
  next: for (
    yield* tdp_iter_start(kvm, iter, target_level + 1, start);
    iter.valid && iter.gfn < end;
    yield* tdp_iter_next(kvm, iter)
  ) {
    do {
      if (yield* tdp_mmu_iter_cond_resched(kvm, iter, false, shared)) continue next;
      if (!is_shadow_present_pte(iter.old_spte) || !is_large_pte(iter.old_spte)) continue next;
      if (only_cross_boundary && !iter_cross_boundary(kvm, iter, start, end)) continue next;
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
  // GFP_KERNEL_ACCOUNT.
  might_alloc(kvm);
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
  let root = yield* tdp_mmu_next_root(kvm, NO_ROOT, true);
  while (root !== NO_ROOT) {
    if ((yield* tdp_mmu_split_huge_pages_root(kvm, root, start, end, target_level, shared, false)) !== 0) {
      if (kvm.config.roots > 1) yield* kvm_tdp_mmu_put_root(kvm, root);
      break;
    }
    root = yield* tdp_mmu_next_root(kvm, root, true);
  }
}
