/**
 * The pre-order walk over the page tables: arch/x86/kvm/mmu/tdp_iter.{c,h}.
 *
 * Every read of an entry is a step. pt_path[] has one member per level below the root, which never changes.
 */
import { assert, type Below, type Op } from 'mmucheck/language';
import { load_entry } from '../hardware/shared_memory.js';
import {
  type Gfn,
  type Kvm,
  type Level,
  type PageTableId,
  PG_LEVEL_2M,
  ROOT,
  type RootId,
  type Spte,
  type SptePtr,
} from '../state.js';
import { lockdep_assert_in_rcu } from './lockdep.js';
import {
  gfn_round_for_level,
  is_last_spte,
  is_shadow_present_pte,
  KVM_PAGES_PER_HPAGE,
  NONPRESENT_SPTE,
  SPTE_INDEX,
} from './spte.js';

/** struct tdp_iter. */
export interface TdpIter {
  /** pt_path[root_level - 1]. */
  root: RootId;
  /** The gfn that the walk is on its way to. */
  next_last_level_gfn: Gfn;
  /** The value of next_last_level_gfn when the walk last yielded, or began. */
  yielded_gfn: Gfn;
  /** pt_path[PG_LEVEL_4K - 1]. */
  pt_path_4k: PageTableId;
  /** pt_path[PG_LEVEL_2M - 1], where that is not the root. */
  pt_path_2m: Below<'upperTables'>;
  sptep: SptePtr;
  gfn: Gfn;
  level: Level;
  min_level: Level;
  /** The entry as it was when the walk read it. */
  old_spte: Spte;
  valid: boolean;
  /** The lock was dropped since: nothing above but next_last_level_gfn may be used. */
  yielded: boolean;
}

/** A walk that has not begun. */
export const TDP_ITER: TdpIter = {
  root: ROOT,
  next_last_level_gfn: 0,
  yielded_gfn: 0,
  pt_path_4k: 0,
  pt_path_2m: 0,
  sptep: { table: 0, index: 0 },
  gfn: 0,
  level: 2,
  min_level: 1,
  old_spte: NONPRESENT_SPTE,
  valid: false,
  yielded: false,
};

export function* kvm_tdp_mmu_read_spte(kvm: Kvm, sptep: SptePtr): Op<Spte> {
  yield;
  lockdep_assert_in_rcu(kvm);
  assert(kvm.pt[sptep.table].state !== 'free', 'P4', 'KVM reads a page table that has been freed');
  return load_entry(kvm, sptep);
}

/** iter->pt_path[iter->level - 1]. */
function pt_path(kvm: Kvm, iter: TdpIter): PageTableId {
  const root: number = iter.root;
  if (iter.level === kvm.config.levels) return root;
  const upper: number = iter.pt_path_2m;
  if (kvm.config.levels === 3 && iter.level === PG_LEVEL_2M) return upper;
  return iter.pt_path_4k;
}

function* tdp_iter_refresh_sptep(kvm: Kvm, iter: TdpIter): Op {
  iter.sptep = {
    table: pt_path(kvm, iter),
    index: SPTE_INDEX(kvm, iter.gfn, iter.level),
  };
  iter.old_spte = yield* kvm_tdp_mmu_read_spte(kvm, iter.sptep);
}

/** Back to the root, on the way to next_last_level_gfn, without stepping past it. */
export function* tdp_iter_restart(kvm: Kvm, iter: TdpIter): Op {
  iter.yielded = false;
  iter.yielded_gfn = iter.next_last_level_gfn;
  iter.level = kvm.config.levels;
  iter.pt_path_4k = ROOT;
  if (kvm.config.levels === 3) iter.pt_path_2m = ROOT;
  iter.gfn = gfn_round_for_level(kvm, iter.next_last_level_gfn, iter.level);
  yield* tdp_iter_refresh_sptep(kvm, iter);
  iter.valid = true;
}

export function* tdp_iter_start(kvm: Kvm, iter: TdpIter, min_level: Level, next_last_level_gfn: Gfn): Op {
  iter.next_last_level_gfn = next_last_level_gfn;
  iter.min_level = min_level;
  yield* tdp_iter_restart(kvm, iter);
}

function* try_step_down(kvm: Kvm, iter: TdpIter): Op<boolean> {
  if (iter.level === iter.min_level) return false;
  // Read again: the table that the snapshot names may have been unlinked.
  iter.old_spte = yield* kvm_tdp_mmu_read_spte(kvm, iter.sptep);
  if (!is_shadow_present_pte(iter.old_spte) || is_last_spte(iter.old_spte, iter.level)) return false;
  iter.level = iter.level - 1;
  const child: number = iter.old_spte.child;
  if (kvm.config.levels === 3 && iter.level === PG_LEVEL_2M) iter.pt_path_2m = child;
  else iter.pt_path_4k = child;
  iter.gfn = gfn_round_for_level(kvm, iter.next_last_level_gfn, iter.level);
  yield* tdp_iter_refresh_sptep(kvm, iter);
  return true;
}

function* try_step_side(kvm: Kvm, iter: TdpIter): Op<boolean> {
  const entries = iter.level === kvm.config.levels ? kvm.config.rootEntries : kvm.config.fanout;
  if (SPTE_INDEX(kvm, iter.gfn, iter.level) === entries - 1) return false;
  iter.gfn = iter.gfn + KVM_PAGES_PER_HPAGE(kvm, iter.level);
  iter.next_last_level_gfn = iter.gfn;
  iter.sptep = { ...iter.sptep, index: iter.sptep.index + 1 };
  iter.old_spte = yield* kvm_tdp_mmu_read_spte(kvm, iter.sptep);
  return true;
}

function* try_step_up(kvm: Kvm, iter: TdpIter): Op<boolean> {
  if (iter.level === kvm.config.levels) return false;
  iter.level = iter.level + 1;
  iter.gfn = gfn_round_for_level(kvm, iter.gfn, iter.level);
  yield* tdp_iter_refresh_sptep(kvm, iter);
  return true;
}

export function* tdp_iter_next(kvm: Kvm, iter: TdpIter): Op {
  if (iter.yielded) {
    yield* tdp_iter_restart(kvm, iter);
    return;
  }
  if (yield* try_step_down(kvm, iter)) return;
  do {
    if (yield* try_step_side(kvm, iter)) return;
  } while (yield* try_step_up(kvm, iter));
  iter.valid = false;
}
