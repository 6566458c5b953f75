/**
 * Splitting what a zap of [start, end) would otherwise take away outside the range: for b in {start, end}, while a leaf
 * above 4K maps both b - 1 and b, it is split one level. Needed where zapping too much loses data (private memory).
 * Two forms that were proposed for it; both may drop mmu_lock to allocate, and may fail after they have split at one end.
 */
import type { Op } from 'mmucheck/language';
import { type Errno, type Gfn, type GfnEnd, type Kvm, type Level, PG_LEVEL_4K, ROOT } from '../../state.js';
import { lockdep_assert_held } from '../lockdep.js';
import { gfn_round_for_level, KVM_PAGES_PER_HPAGE } from '../spte.js';
import { tdp_mmu_split_huge_pages_root } from './split.js';

/**
 * The walk over the whole range with a filter (RFC v3 of TDX huge pages). It says nothing about flushes: the zap that
 * follows flushes.
 */
export function* kvm_split_cross_boundary_leafs(
  kvm: Kvm,
  start: Gfn,
  end: GfnEnd,
  shared: boolean,
): Op<Errno> {
  lockdep_assert_held(kvm);
  return yield* tdp_mmu_split_huge_pages_root(kvm, ROOT, start, end, PG_LEVEL_4K, shared, true);
}

/** The proposal to work out which pages at the head and tail need a split, and to use the walk without a filter there. */
export function* kvm_split_head_and_tail(kvm: Kvm, start: Gfn, end: GfnEnd, shared: boolean): Op<Errno> {
  lockdep_assert_held(kvm);
  const ret = yield* kvm_split_at(kvm, start, shared);
  if (ret !== 0) return ret;
  return yield* kvm_split_at(kvm, end, shared);
}

/** Splits the page that maps both sides of `boundary`, as far as its alignment demands. */
function* kvm_split_at(kvm: Kvm, boundary: GfnEnd, shared: boolean): Op<Errno> {
  const target_level = boundary_level(kvm, boundary);
  // Nothing is larger than an entry of the root.
  if (target_level === kvm.config.levels) return 0;
  const head = gfn_round_for_level(kvm, boundary, target_level + 1);
  const tail = head + KVM_PAGES_PER_HPAGE(kvm, target_level + 1);
  return yield* tdp_mmu_split_huge_pages_root(kvm, ROOT, head, tail, target_level, shared, false);
}

/** The largest page that may begin at `boundary`. */
function boundary_level(kvm: Kvm, boundary: GfnEnd): Level {
  for (let level = kvm.config.levels; level > PG_LEVEL_4K; level--)
    if (gfn_round_for_level(kvm, boundary, level) === boundary) return level;
  return PG_LEVEL_4K;
}
