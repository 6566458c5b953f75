/**
 * What a logical processor may have cached of the page tables, and may therefore use.
 *
 * May-cache form. Fills and evictions can happen at any time in guest mode, so the possible contents of a TLB are
 * exactly the subsets of the translations that were walkable at some moment in guest mode since the last invalidation
 * that covers them. A cached entry may be used and never must be. So for safety it is exact to keep that one set: it
 * grows when the vCPU enters the guest and whenever an entry becomes walkable, and shrinks by invalidations only.
 * Fills and evictions are no steps, and 2^n contents are one. (Properties that count or wait need the explicit form.)
 *
 * A translation in a set is a variant number: the class of its pfn (0: the frame that backed the gfn at first, 1: the
 * frame that the host moves it to, 2: any other, which is wrong whichever it is; with memslots that move, how far the
 * frame is from the gfn), W, X and D. X and D are told apart only if the configuration says that they vary.
 *
 * Both forms of translations, and cached addresses of tables, are tagged with the root that they were walked from, and
 * used only while the vCPU has that root. (The explicit form is for one root.)
 *
 * Explicit form. At most one entry per lane, size and base, filled and replaced by steps of hardware/guest.ts.
 */
import { cpu_of } from './processor.js';
import { gfn_round_for_level, KVM_PAGES_PER_HPAGE, page_index, SPTE_INDEX } from '../kernel/spte.js';
import {
  type Kvm,
  type Level,
  PG_LEVEL_1G,
  PG_LEVEL_2M,
  PG_LEVEL_4K,
  type Spte,
  type SptePtr,
  type TlbEntry,
} from '../state.js';
import { drop_psc, drop_psc_path, drop_walks } from './psc.js';
import { entry_base, entry_level, is_linked_below } from './tables.js';

export const NO_TLB_ENTRY: TlbEntry = {
  present: false,
  pfn: 0,
  writable: false,
  executable: false,
  dirty: false,
};

/** The guest-physical lane; lane 1 is a linear alias. */
export const GP = 0;

/** Where the explicit form keeps the entry of a lane for the page of `level` that holds `gfn`. */
export function tlb_slot(kvm: Kvm, lane: number, level: Level, gfn: number): number {
  const lane_base = lane * (kvm.config.gigaPages + kvm.config.hugePages + kvm.config.gfns);
  if (kvm.config.levels === 3 && level === PG_LEVEL_1G) return lane_base + giga_index(kvm, gfn);
  if (level === PG_LEVEL_2M) return lane_base + kvm.config.gigaPages + huge_index(kvm, gfn);
  return lane_base + kvm.config.gigaPages + kvm.config.hugePages + gfn;
}

/** The 2M range that holds `gfn`. */
export function huge_index(kvm: Kvm, gfn: number): number {
  return page_index(kvm, gfn, PG_LEVEL_2M);
}

/** The 1G range that holds `gfn`. */
export function giga_index(kvm: Kvm, gfn: number): number {
  return page_index(kvm, gfn, PG_LEVEL_1G);
}

/** Lanes of the vCPU's root: those of a root stand side by side. */
function tagged(kvm: Kvm, vcpu: number, lane: number): number {
  return kvm.vcpus[vcpu].root * kvm.config.lanes + lane;
}

/** Where `reach` says whether the vCPU may have cached the address of a table below its root. */
export function psc_slot(kvm: Kvm, vcpu: number, table: number): number {
  return kvm.vcpus[vcpu].root * kvm.config.tables + table;
}

/** May-cache form: the translations that a lane may hold of the page of `level` that holds `gfn`, from the vCPU's root. */
export function may_be_cached(kvm: Kvm, vcpu: number, lane: number, level: Level, gfn: number): number {
  if (kvm.config.levels === 3 && level === PG_LEVEL_1G)
    return kvm.tlb[cpu_of(kvm, vcpu)].may_giga[
      tagged(kvm, vcpu, lane) * kvm.config.gigaPages + giga_index(kvm, gfn)
    ];
  if (level === PG_LEVEL_2M)
    return kvm.tlb[cpu_of(kvm, vcpu)].may_huge[
      tagged(kvm, vcpu, lane) * kvm.config.hugePages + huge_index(kvm, gfn)
    ];
  return kvm.tlb[cpu_of(kvm, vcpu)].may_small[tagged(kvm, vcpu, lane) * kvm.config.gfns + gfn];
}

function set_may_be_cached(
  kvm: Kvm,
  vcpu: number,
  lane: number,
  level: Level,
  gfn: number,
  set: number,
): void {
  if (kvm.config.levels === 3 && level === PG_LEVEL_1G)
    kvm.tlb[cpu_of(kvm, vcpu)].may_giga[
      tagged(kvm, vcpu, lane) * kvm.config.gigaPages + giga_index(kvm, gfn)
    ] = set;
  else if (level === PG_LEVEL_2M)
    kvm.tlb[cpu_of(kvm, vcpu)].may_huge[
      tagged(kvm, vcpu, lane) * kvm.config.hugePages + huge_index(kvm, gfn)
    ] = set;
  else kvm.tlb[cpu_of(kvm, vcpu)].may_small[tagged(kvm, vcpu, lane) * kvm.config.gfns + gfn] = set;
}

/** Whether a walk that ends in this entry finds a translation: a leaf, unless access tracking has taken its rights. */
export function gives_rights(kvm: Kvm, spte: Spte): boolean {
  return spte.kind === 'LEAF' && (spte.accessed || kvm.config.adBits);
}

/** The class of the frame behind `gfn`, the same for every gfn of a page. */
export function pfn_class(kvm: Kvm, gfn: number, pfn: number): number {
  if (kvm.config.memslots > 0) return pfn - gfn + kvm.config.gfns - 1;
  return pfn === gfn ? 0 : pfn === gfn + kvm.config.gfns ? 1 : 2;
}

/** The variant number of a leaf that maps the page from `gfn`, in a set. */
export function variant_of(kvm: Kvm, gfn: number, spte: Spte): number {
  let variant = 2 * pfn_class(kvm, gfn, spte.pfn) + (spte.writable ? 1 : 0);
  if (kvm.config.trackExec) variant = 2 * variant + (spte.executable ? 1 : 0);
  if (kvm.config.trackDirty) variant = 2 * variant + (spte.dirty ? 1 : 0);
  return variant;
}

/** An entry that was written may be cached from now on by every vCPU that is in the guest and can walk to it. */
export function tlb_may_cache(kvm: Kvm, sptep: SptePtr): void {
  if (kvm.config.tlb === 'explicit' && !kvm.config.reach) return;
  for (let v = 0; v < kvm.config.vcpus; v++)
    if (kvm.vcpus[v].in_guest && tlb_can_reach(kvm, v, sptep.table)) tlb_may_cache_entry(kvm, v, sptep);
}

/** Whether the paging-structure cache may have this table on the way to `gfn`. */
export function is_reached(kvm: Kvm, vcpu: number, table: number, gfn: number): boolean {
  return (
    table >= kvm.config.roots &&
    kvm.tlb[cpu_of(kvm, vcpu)].reach[psc_slot(kvm, vcpu, table)] &&
    kvm.pt[table].parent === page_index(kvm, gfn, kvm.pt[table].level + 1)
  );
}

/** Whether the processor can read this table: from the root, or through its paging-structure cache. */
export function tlb_can_reach(kvm: Kvm, vcpu: number, table: number): boolean {
  if (kvm.config.reach && kvm.tlb[cpu_of(kvm, vcpu)].reach[psc_slot(kvm, vcpu, table)]) return true;
  return is_linked_below(kvm, kvm.vcpus[vcpu].root, table);
}

/** Whatever walks find from an entry on may be cached: the leaf, or the tables and leafs below it. */
function tlb_may_cache_entry(kvm: Kvm, vcpu: number, sptep: SptePtr): void {
  const top = entry_level(kvm, sptep.table);
  const base = entry_base(kvm, sptep);
  const end = base + KVM_PAGES_PER_HPAGE(kvm, top);
  for (let gfn = base; gfn < end; gfn++) {
    let spte = kvm.pt[sptep.table].spte[sptep.index];
    let level = top;
    for (let below = kvm.config.levels - 1; below >= PG_LEVEL_4K; below--) {
      if (below < top && spte.kind === 'TABLE') {
        if (kvm.config.reach) kvm.tlb[cpu_of(kvm, vcpu)].reach[psc_slot(kvm, vcpu, spte.child)] = true;
        spte = kvm.pt[spte.child].spte[SPTE_INDEX(kvm, gfn, below)];
        level = below;
      }
    }
    tlb_may_cache_leaf(kvm, vcpu, gfn_round_for_level(kvm, gfn, level), level, spte);
  }
}

function tlb_may_cache_leaf(kvm: Kvm, vcpu: number, gfn: number, level: Level, spte: Spte): void {
  // Explicit entries are filled by steps of their own.
  if (!gives_rights(kvm, spte) || kvm.config.tlb === 'explicit') return;
  const bit = 1 << variant_of(kvm, gfn, spte);
  for (let lane = 0; lane < kvm.config.lanes; lane++)
    set_may_be_cached(kvm, vcpu, lane, level, gfn, may_be_cached(kvm, vcpu, lane, level, gfn) | bit);
}

/** The processor has just replaced what it held of the page of `level` in a lane by this leaf. */
export function tlb_holds_only(
  kvm: Kvm,
  vcpu: number,
  gfn: number,
  lane: number,
  level: Level,
  leaf: Spte,
): void {
  const base = gfn - (gfn % KVM_PAGES_PER_HPAGE(kvm, level));
  set_may_be_cached(kvm, vcpu, lane, level, gfn, 1 << variant_of(kvm, base, leaf));
}

/** The same, beside what it may hold already. */
export function tlb_holds_also(
  kvm: Kvm,
  vcpu: number,
  gfn: number,
  lane: number,
  level: Level,
  leaf: Spte,
): void {
  const bit = 1 << variant_of(kvm, gfn - (gfn % KVM_PAGES_PER_HPAGE(kvm, level)), leaf);
  set_may_be_cached(kvm, vcpu, lane, level, gfn, may_be_cached(kvm, vcpu, lane, level, gfn) | bit);
}

/** VM entry: everything that is walkable may be cached again. */
export function tlb_enter_guest(kvm: Kvm, vcpu: number): void {
  if (kvm.config.tlb === 'explicit' && !kvm.config.reach) return;
  for (let i = 0; i < kvm.config.rootEntries; i++)
    tlb_may_cache_entry(kvm, vcpu, { table: kvm.vcpus[vcpu].root, index: i });
  if (kvm.config.reach) {
    // A table that is cached leads to those below it.
    if (kvm.config.levels === 3) tlb_may_cache_reached(kvm, vcpu, PG_LEVEL_2M);
    tlb_may_cache_reached(kvm, vcpu, PG_LEVEL_4K);
  }
}

/** Everything in the tables of `level` in the paging-structure cache. */
function tlb_may_cache_reached(kvm: Kvm, vcpu: number, level: Level): void {
  for (let table = kvm.config.roots; table < kvm.config.tables; table++)
    if (kvm.tlb[cpu_of(kvm, vcpu)].reach[psc_slot(kvm, vcpu, table)] && entry_level(kvm, table) === level)
      for (let i = 0; i < kvm.config.fanout; i++) tlb_may_cache_entry(kvm, vcpu, { table, index: i });
}

/** INVEPT, global: drops everything of this processor. */
export function invept_global(kvm: Kvm, vcpu: number): void {
  for (let i = 0; i < kvm.config.mayGiga; i++) kvm.tlb[cpu_of(kvm, vcpu)].may_giga[i] = 0;
  for (let i = 0; i < kvm.config.mayHuge; i++) kvm.tlb[cpu_of(kvm, vcpu)].may_huge[i] = 0;
  for (let i = 0; i < kvm.config.maySmall; i++) kvm.tlb[cpu_of(kvm, vcpu)].may_small[i] = 0;
  for (let i = 0; i < kvm.config.tlbEntries; i++) kvm.tlb[cpu_of(kvm, vcpu)].entry[i] = NO_TLB_ENTRY;
  for (let i = 0; i < kvm.config.reachTables; i++) kvm.tlb[cpu_of(kvm, vcpu)].reach[i] = false;
  drop_psc(kvm, vcpu);
  drop_walks(kvm, vcpu);
}

/** What a hypervisor below KVM drops if it is asked to flush [start, end): pages of any size that overlap it, of every root. */
export function invept_range(kvm: Kvm, vcpu: number, start: number, end: number): void {
  for (let lane = 0; lane < kvm.config.roots * kvm.config.lanes; lane++) {
    for (let gfn = 0; gfn < kvm.config.gfns; gfn++)
      if (gfn >= start && gfn < end) {
        kvm.tlb[cpu_of(kvm, vcpu)].may_small[lane * kvm.config.gfns + gfn] = 0;
        kvm.tlb[cpu_of(kvm, vcpu)].may_huge[lane * kvm.config.hugePages + huge_index(kvm, gfn)] = 0;
      }
  }
  if (kvm.config.reach)
    for (let root = 0; root < kvm.config.roots; root++)
      for (let table = kvm.config.roots; table < kvm.config.tables; table++) {
        const base = entry_base(kvm, { table, index: 0 });
        if (base < end && base + KVM_PAGES_PER_HPAGE(kvm, entry_level(kvm, table) + 1) > start)
          kvm.tlb[cpu_of(kvm, vcpu)].reach[root * kvm.config.tables + table] = false;
      }
}

/** INVEPT, single context: drops what is tagged with the vCPU's root. (A processor may drop more.) */
export function invept_single_context(kvm: Kvm, vcpu: number): void {
  const first = kvm.vcpus[vcpu].root;
  for (let i = 0; i < kvm.config.lanes * kvm.config.gigaPages; i++)
    kvm.tlb[cpu_of(kvm, vcpu)].may_giga[first * kvm.config.lanes * kvm.config.gigaPages + i] = 0;
  for (let i = 0; i < kvm.config.lanes * kvm.config.hugePages; i++)
    kvm.tlb[cpu_of(kvm, vcpu)].may_huge[first * kvm.config.lanes * kvm.config.hugePages + i] = 0;
  for (let i = 0; i < kvm.config.lanes * kvm.config.gfns; i++)
    kvm.tlb[cpu_of(kvm, vcpu)].may_small[first * kvm.config.lanes * kvm.config.gfns + i] = 0;
  if (kvm.config.reach)
    for (let table = 0; table < kvm.config.tables; table++)
      kvm.tlb[cpu_of(kvm, vcpu)].reach[psc_slot(kvm, vcpu, table)] = false;
}

/**
 * An EPT violation on `gfn`, accessed through `lane`: the faulting processor drops the translations of any size that
 * would be used for the address, in the guest-physical lane and in the faulting one, and the cached address of the
 * table on the path (SDM vol. 3, "Operations that Invalidate Cached Mappings"). With an unbounded number of aliases
 * the same translation may be cached once more for an alias that did not fault, so nothing is dropped for sure.
 */
export function ept_violation_invalidates(kvm: Kvm, vcpu: number, gfn: number, lane: number): void {
  if (!kvm.config.violationShrinks) return;
  for (let l = 0; l < kvm.config.lanes; l++) {
    if (l === GP || l === lane) {
      drop_psc_path(kvm, vcpu, gfn, l);
      for (let level = PG_LEVEL_4K; level <= kvm.config.levels; level++) {
        if (kvm.config.tlb === 'explicit')
          kvm.tlb[cpu_of(kvm, vcpu)].entry[tlb_slot(kvm, l, level, gfn)] = NO_TLB_ENTRY;
        else set_may_be_cached(kvm, vcpu, l, level, gfn, 0);
      }
    }
  }
  if (kvm.config.reach)
    for (let table = kvm.config.roots; table < kvm.config.tables; table++)
      if (is_reached(kvm, vcpu, table, gfn))
        kvm.tlb[cpu_of(kvm, vcpu)].reach[psc_slot(kvm, vcpu, table)] = false;
}
