/**
 * A split at the ends of a range, for every range and every mixture of page sizes, against its specification: nothing
 * that maps both sides of an end is left (P10), and nothing else was split.
 */
import { assert, type Below, choose, chooseBelow, type Op, property, type Range } from 'mmucheck/language';
import { write_entry } from '../hardware/ept.js';
import { frame_of, walk, walk_level } from '../hardware/translation.js';
import { kvm_gmem_split_private, kvm_gmem_zap } from '../kernel/guest_memfd.js';
import { write_lock, write_unlock } from '../kernel/locks.js';
import {
  gfn_round_for_level,
  KVM_PAGES_PER_HPAGE,
  make_nonleaf_spte,
  NONPRESENT_SPTE,
} from '../kernel/spte.js';
import { kvm_split_cross_boundary_leafs } from '../kernel/tdp_mmu/boundary.js';
import { tdp_mmu_alloc_sp } from '../kernel/tdp_mmu/pages.js';
import { kvm_tdp_mmu_try_split_huge_pages } from '../kernel/tdp_mmu/split.js';
import {
  type Gfn,
  type GfnEnd,
  type Kvm,
  type Level,
  type PageTableId,
  PG_LEVEL_1G,
  PG_LEVEL_2M,
  PG_LEVEL_4K,
  ROOT,
  type Spte,
} from '../state.js';

/** What a 1G range is mapped by: one leaf, leafs of 2M, a mixture of 2M and 4K, or nothing. */
const ONE_LEAF = 0;
const LEAFS_OF_2M = 1;
const MIXTURE = 2;
const KINDS = 4;

/** Maps the slot in some way, splits at the ends of some range, compares, and zaps the range. */
export function* split_at_any_boundaries(kvm: Kvm): Op {
  yield;
  const first: Below<4> = chooseBelow(KINDS);
  const second: Below<4> = kvm.config.gigaPages > 1 ? chooseBelow(KINDS) : ONE_LEAF;
  const start: Gfn = chooseBelow(kvm.config.gfns);
  const end: GfnEnd = start + 1 + chooseBelow(kvm.config.gfns - start);
  map_range(kvm, 0, first);
  if (kvm.config.gigaPages > 1) map_range(kvm, 1, second);

  const ret: Range<-16, 0> = yield* kvm_gmem_split_private(kvm, start, end);
  if (ret !== 0) return;
  let crossing = false;
  let needless = false;
  for (let gfn = 0; gfn < kvm.config.gfns; gfn++) {
    const kind = kind_at(kvm, gfn, first, second);
    const level = walk_level(kvm, gfn);
    const wanted = level_after(kvm, gfn, kind, start, end);
    if (level > wanted) crossing = true;
    if (level < wanted) needless = true;
    assert(maps_its_page(kvm, gfn, kind, level), 'S001-7', 'the split maps other pages than before');
  }
  yield* kvm_gmem_zap(kvm, start, end);
  // Said after the zap, so that P10 can say its own before.
  assert(!crossing, 'S001-7', 'a leaf that maps both sides of an end of the range was left');
  assert(!needless, 'S001-7', 'a leaf was split that need not be');
  for (let gfn = 0; gfn < kvm.config.gfns; gfn++) {
    const wanted = is_mapped(kind_at(kvm, gfn, first, second)) && (gfn < start || gfn >= end);
    assert((walk(kvm, gfn).kind === 'LEAF') === wanted, 'S001-7', 'the zap takes other pages than the range');
  }
}

function kind_at(kvm: Kvm, gfn: number, first: number, second: number): number {
  return gfn < KVM_PAGES_PER_HPAGE(kvm, PG_LEVEL_1G) ? first : second;
}

function map_range(kvm: Kvm, giga: number, kind: number): void {
  const base = giga * KVM_PAGES_PER_HPAGE(kvm, PG_LEVEL_1G);
  if (kind === ONE_LEAF) write_entry(kvm, { table: ROOT, index: giga }, leaf_of(base));
  if (kind === LEAFS_OF_2M || kind === MIXTURE) {
    const table = new_table(kvm, PG_LEVEL_2M, giga);
    fill_table(kvm, table, PG_LEVEL_2M, base);
    if (kind === MIXTURE) {
      const last = kvm.config.fanout - 1;
      const small = new_table(kvm, PG_LEVEL_4K, giga * kvm.config.fanout + last);
      fill_table(kvm, small, PG_LEVEL_4K, base + last * kvm.config.fanout);
      write_entry(kvm, { table, index: last }, make_nonleaf_spte(kvm, small));
    }
    write_entry(kvm, { table: ROOT, index: giga }, make_nonleaf_spte(kvm, table));
  }
}

function new_table(kvm: Kvm, level: number, position: number): PageTableId {
  const table = tdp_mmu_alloc_sp(kvm);
  kvm.pt[table].level = level;
  kvm.pt[table].parent = position;
  return table;
}

function fill_table(kvm: Kvm, table: PageTableId, level: Level, base: number): void {
  for (let i = 0; i < kvm.config.fanout; i++)
    write_entry(kvm, { table, index: i }, leaf_of(base + i * KVM_PAGES_PER_HPAGE(kvm, level)));
}

function leaf_of(pfn: number): Spte {
  return {
    ...NONPRESENT_SPTE,
    kind: 'LEAF',
    pfn,
    writable: true,
    executable: true,
    mmu_writable: true,
    host_writable: true,
    accessed: true,
    dirty: true,
  };
}

/** The level of the entry for `gfn` before. */
function level_before(kvm: Kvm, gfn: number, kind: number): Level {
  if (kind === LEAFS_OF_2M) return PG_LEVEL_2M;
  if (kind === MIXTURE) {
    const last = KVM_PAGES_PER_HPAGE(kvm, PG_LEVEL_1G) - kvm.config.fanout;
    return gfn % KVM_PAGES_PER_HPAGE(kvm, PG_LEVEL_1G) >= last ? PG_LEVEL_4K : PG_LEVEL_2M;
  }
  return PG_LEVEL_1G;
}

/** The specification: while a leaf maps both sides of an end of the range, it is split one level. */
function level_after(kvm: Kvm, gfn: number, kind: number, start: number, end: number): Level {
  let level: Level = level_before(kvm, gfn, kind);
  if (!is_mapped(kind)) return level;
  for (let round = PG_LEVEL_4K; round < PG_LEVEL_1G; round++)
    if (level > PG_LEVEL_4K && (is_inside(kvm, start, gfn, level) || is_inside(kvm, end, gfn, level)))
      level = level - 1;
  return level;
}

/** Whether the page of `level` that holds `gfn` has pages on both sides of the boundary. */
function is_inside(kvm: Kvm, boundary: number, gfn: number, level: Level): boolean {
  const base = gfn_round_for_level(kvm, gfn, level);
  return boundary > base && boundary < base + KVM_PAGES_PER_HPAGE(kvm, level);
}

function is_mapped(kind: number): boolean {
  return kind < KINDS - 1;
}

function maps_its_page(kvm: Kvm, gfn: number, kind: number, level: Level): boolean {
  const leaf = walk(kvm, gfn);
  if (!is_mapped(kind)) return leaf.kind === 'NONE';
  return leaf.kind === 'LEAF' && frame_of(kvm, gfn, leaf.pfn, level) === gfn;
}

/**
 * S001-6: the guest accepts a block of 4K or 2M somewhere, and what maps it by more is split: by the ordinary split of
 * the block to that level, or by the one at its ends.
 */
export function* split_for_any_accepted_block(kvm: Kvm): Op {
  yield;
  const first: Below<4> = chooseBelow(KINDS);
  const second: Below<4> = kvm.config.gigaPages > 1 ? chooseBelow(KINDS) : ONE_LEAF;
  const accepted: Level = choose(PG_LEVEL_4K, PG_LEVEL_2M);
  const start: Gfn = gfn_round_for_level(kvm, chooseBelow(kvm.config.gfns), accepted);
  const end: GfnEnd = start + KVM_PAGES_PER_HPAGE(kvm, accepted);
  map_range(kvm, 0, first);
  if (kvm.config.gigaPages > 1) map_range(kvm, 1, second);

  yield* write_lock(kvm);
  if (kvm.config.boundarySplit === 'walk') yield* kvm_split_cross_boundary_leafs(kvm, start, end, false);
  else yield* kvm_tdp_mmu_try_split_huge_pages(kvm, start, end, accepted, false);
  yield* write_unlock(kvm);
  for (let gfn = 0; gfn < kvm.config.gfns; gfn++) {
    const kind = kind_at(kvm, gfn, first, second);
    const wanted = level_accepted(kvm, gfn, kind, start, accepted);
    assert(
      walk_level(kvm, gfn) === wanted,
      'S001-6',
      'another leaf was split, or not split, than those above the block',
    );
    assert(maps_its_page(kvm, gfn, kind, wanted), 'S001-6', 'the split maps other pages than before');
  }
}

/** While a leaf above `accepted` covers the block at `start`, it is split one level. */
function level_accepted(kvm: Kvm, gfn: Gfn, kind: number, start: Gfn, accepted: Level): Level {
  let level: Level = level_before(kvm, gfn, kind);
  if (!is_mapped(kind)) return level;
  for (let round = PG_LEVEL_4K; round < PG_LEVEL_1G; round++)
    if (level > accepted && gfn_round_for_level(kvm, gfn, level) === gfn_round_for_level(kvm, start, level))
      level = level - 1;
  return level;
}

export const AS_ACCEPTED = property({
  id: 'S001-6',
  title: 'exactly the leafs above the accepted level that cover the block are split',
});

/** What M13 is about. */
export const AS_SPECIFIED = property({
  id: 'S001-7',
  title: 'exactly the leafs that cross an end of the range are split',
});
