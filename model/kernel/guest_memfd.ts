/**
 * Punching a hole into guest_memfd, as the TDX huge page series does it: virt/kvm/guest_memfd.c. One file, one VM, and
 * one hole at a time, so the filemap invalidate lock excludes nobody. The direct root stands in for the mirror root: a
 * leaf that is zapped although it reaches out of the hole loses nothing here, and P10 says that it would there.
 */
import type { Op } from 'mmucheck/language';
import { promise_flushed } from '../hardware/ept.js';
import { giga_index, huge_index } from '../hardware/tlb.js';
import { type Errno, type Gfn, type GfnEnd, type Kvm, PG_LEVEL_1G, PG_LEVEL_2M, ROOT } from '../state.js';
import { write_lock, write_unlock } from './locks.js';
import {
  assert_invalidations_balanced,
  kvm_mmu_invalidate_begin,
  kvm_mmu_invalidate_end,
} from './mmu_notifier.js';
import { kvm_flush_remote_tlbs } from './requests.js';
import { gfn_round_for_level, KVM_PAGES_PER_HPAGE } from './spte.js';
import { kvm_split_cross_boundary_leafs, kvm_split_head_and_tail } from './tdp_mmu/boundary.js';
import { tdp_mmu_zap_leafs } from './tdp_mmu/zap.js';

/**
 * FALLOC_FL_PUNCH_HOLE. `rounded`: faults are kept out of every huge page that the hole touches, as conversions do, and
 * not only out of the hole.
 */
export function* kvm_gmem_punch_hole(kvm: Kvm, start: Gfn, end: GfnEnd, rounded: boolean): Op {
  yield* kvm_gmem_invalidate_begin(kvm, start, end, rounded);
  const ret = yield* kvm_gmem_split_private(kvm, start, end);
  if (ret === 0) {
    yield* kvm_gmem_zap(kvm, start, end);
    yield* truncate_inode_pages_range(kvm, start, end);
  }
  yield* kvm_gmem_invalidate_end(kvm);
  assert_invalidations_balanced(kvm);
}

export function* kvm_gmem_invalidate_begin(kvm: Kvm, start: Gfn, end: GfnEnd, rounded: boolean): Op {
  yield* write_lock(kvm);
  if (rounded) {
    const first = gfn_round_for_level(kvm, start, kvm.config.levels);
    const behind =
      gfn_round_for_level(kvm, end - 1, kvm.config.levels) + KVM_PAGES_PER_HPAGE(kvm, kvm.config.levels);
    yield* kvm_mmu_invalidate_begin(kvm, first, behind);
  } else {
    yield* kvm_mmu_invalidate_begin(kvm, start, end);
  }
  yield* write_unlock(kvm);
}

/** Splits what reaches over an end of the hole. It may drop mmu_lock to allocate, and the zap takes it anew. */
export function* kvm_gmem_split_private(kvm: Kvm, start: Gfn, end: GfnEnd): Op<Errno> {
  let ret: Errno = 0;
  if (kvm.config.boundarySplit === 'none') return ret;
  yield* write_lock(kvm);
  if (kvm.config.boundarySplit === 'walk')
    ret = yield* kvm_split_cross_boundary_leafs(kvm, start, end, false);
  else ret = yield* kvm_split_head_and_tail(kvm, start, end, false);
  yield* write_unlock(kvm);
  return ret;
}

export function* kvm_gmem_zap(kvm: Kvm, start: Gfn, end: GfnEnd): Op {
  yield* write_lock(kvm);
  set_precise_zap(kvm, start, end);
  const flush = yield* tdp_mmu_zap_leafs(kvm, ROOT, start, end, true, false);
  if (flush) yield* kvm_flush_remote_tlbs(kvm);
  set_precise_zap(kvm, 0, 0);
  yield* write_unlock(kvm);
  promise_flushed(kvm);
}

/** Ghost of P10. */
export function set_precise_zap(kvm: Kvm, start: number, end: number): void {
  if (!kvm.config.preciseZaps) return;
  kvm.ghost.precise_zap.start = start;
  kvm.ghost.precise_zap.end = end;
}

/** Gives the pages away; new ones take their place. A huge page that loses a part of itself is none any more. */
function* truncate_inode_pages_range(kvm: Kvm, start: Gfn, end: GfnEnd): Op {
  yield;
  for (let gfn = start; gfn < end; gfn++) kvm.host.pfn[gfn] = gfn + kvm.config.gfns;
  for (let gfn = 0; gfn < kvm.config.gfns; gfn++) {
    const inside = gfn >= start && gfn < end;
    const huge = gfn_round_for_level(kvm, gfn, PG_LEVEL_2M);
    if (inside !== (huge >= start && huge < end)) kvm.host.huge[huge_index(kvm, gfn)] = false;
    if (kvm.config.levels === 3) {
      const giga = gfn_round_for_level(kvm, gfn, PG_LEVEL_1G);
      if (inside !== (giga >= start && giga < end)) kvm.host.giga[giga_index(kvm, gfn)] = false;
    }
  }
}

export function* kvm_gmem_invalidate_end(kvm: Kvm): Op {
  yield* write_lock(kvm);
  yield* kvm_mmu_invalidate_end(kvm);
  yield* write_unlock(kvm);
}
