/**
 * The host's memory management, as KVM meets it: it moves pages (compaction, migration, copy on write) between
 * kvm_mmu_notifier_invalidate_range_start() and _end(). An entry inside a huge host mapping is never changed alone:
 * ranges are whole 2M ranges wherever the host maps 2M, and a 1G mapping is split before a part of it changes.
 */
import type { Op } from 'mmucheck/language';
import { is_drained } from './hardware/store_buffer.js';
import { huge_index } from './hardware/tlb.js';
import {
  assert_invalidations_balanced,
  kvm_mmu_notifier_invalidate_range_end,
  kvm_mmu_notifier_invalidate_range_start,
} from './kernel/mmu_notifier.js';
import { gfn_round_for_level, KVM_PAGES_PER_HPAGE } from './kernel/spte.js';
import { type Gfn, type GfnEnd, type Kvm, PG_LEVEL_1G, PG_LEVEL_2M } from './state.js';

/**
 * Moves a part of a huge host page, as the host does it: it splits its own mapping first, inside an invalidation of the
 * whole range.
 */
export function* split_and_migrate_pages(kvm: Kvm, start: Gfn, end: GfnEnd): Op {
  yield* split_huge_mapping(kvm, start);
  yield* migrate_pages(kvm, start, end);
}

/** The same with the split inside the invalidation of the part: until then, faults may map the whole again. */
export function* migrate_pages_and_split_inside(kvm: Kvm, start: Gfn, end: GfnEnd): Op {
  yield* kvm_mmu_notifier_invalidate_range_start(kvm, start, end, true);
  yield* split_huge_mapping(kvm, start);
  yield* set_ptes(kvm, start, end);
  yield* kvm_mmu_notifier_invalidate_range_end(kvm, start, end);
  assert_invalidations_balanced(kvm);
}

/** split_huge_pmd(): the frames stay. */
function* split_huge_mapping(kvm: Kvm, gfn: Gfn): Op {
  const base = gfn_round_for_level(kvm, gfn, PG_LEVEL_2M);
  const end = base + kvm.config.fanout;
  yield* kvm_mmu_notifier_invalidate_range_start(kvm, base, end, true);
  yield* split_huge_pmd(kvm, gfn);
  yield* kvm_mmu_notifier_invalidate_range_end(kvm, base, end);
}

function* split_huge_pmd(kvm: Kvm, gfn: Gfn): Op {
  yield;
  kvm.host.huge[huge_index(kvm, gfn)] = false;
}

/** Moves [start, end) to other frames; the old ones belong to somebody else afterwards. */
export function* migrate_pages(kvm: Kvm, start: Gfn, end: GfnEnd): Op {
  yield* kvm_mmu_notifier_invalidate_range_start(kvm, start, end, true);
  yield* set_ptes(kvm, start, end);
  yield* kvm_mmu_notifier_invalidate_range_end(kvm, start, end);
  assert_invalidations_balanced(kvm);
}

function* set_ptes(kvm: Kvm, start: Gfn, end: GfnEnd): Op {
  yield () => is_drained(kvm);
  for (let gfn = start; gfn < end; gfn++) kvm.host.pfn[gfn] = gfn + kvm.config.gfns;
}

/**
 * do_wp_page() and its like: the host's entry of a page becomes writable. Only widened, so no notifier hears of it.
 */
export function* make_pte_writable(kvm: Kvm, gfn: Gfn): Op {
  yield;
  kvm.host.writable[gfn] = true;
}

/** Splits its mapping of a 1G range, inside an invalidation of all of it; from then on it maps 2M there. */
export function* split_huge_pud(kvm: Kvm, giga: number): Op {
  const start: Gfn = giga * KVM_PAGES_PER_HPAGE(kvm, PG_LEVEL_1G);
  const end: GfnEnd = start + KVM_PAGES_PER_HPAGE(kvm, PG_LEVEL_1G);
  yield* kvm_mmu_notifier_invalidate_range_start(kvm, start, end, true);
  yield* set_pud(kvm, giga);
  yield* kvm_mmu_notifier_invalidate_range_end(kvm, start, end);
}

function* set_pud(kvm: Kvm, giga: number): Op {
  yield () => is_drained(kvm);
  kvm.host.giga[giga] = false;
}
