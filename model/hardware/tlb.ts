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
 * frame that the host moves it to, 2: any other, which is wrong whichever it is), W, X and D. X and D are told apart
 * only if the configuration says that they vary.
 *
 * Explicit form. At most one entry per lane, size and base, filled and replaced by steps of hardware/guest.ts.
 */
import { type Kvm, PG_LEVEL_2M, type Level, ROOT, type Spte, type SptePtr, type TlbEntry } from '../state.js';

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
  const lane_base = lane * (kvm.config.hugePages + kvm.config.gfns);
  return level === PG_LEVEL_2M ? lane_base + huge_index(kvm, gfn) : lane_base + kvm.config.hugePages + gfn;
}

export function huge_index(kvm: Kvm, gfn: number): number {
  return (gfn - (gfn % kvm.config.fanout)) / kvm.config.fanout;
}

/** The variant number of a leaf that maps the page from `gfn`, in a set. */
export function variant_of(kvm: Kvm, gfn: number, spte: Spte): number {
  const pfn_class = spte.pfn === gfn ? 0 : spte.pfn === gfn + kvm.config.gfns ? 1 : 2;
  let variant = 2 * pfn_class + (spte.writable ? 1 : 0);
  if (kvm.config.trackExec) variant = 2 * variant + (spte.executable ? 1 : 0);
  if (kvm.config.trackDirty) variant = 2 * variant + (spte.dirty ? 1 : 0);
  return variant;
}

/** Entry `index` of `table` may be cached from now on by every vCPU that is in the guest and can walk to it. */
export function tlb_may_cache(kvm: Kvm, sptep: SptePtr): void {
  if (kvm.config.tlb === 'explicit') return;
  for (let v = 0; v < kvm.config.vcpus; v++) {
    if (kvm.vcpus[v].in_guest) {
      if (sptep.table === ROOT) tlb_may_cache_range(kvm, v, sptep.index);
      else if (tlb_can_reach(kvm, v, sptep.table))
        tlb_may_cache_small(
          kvm,
          v,
          kvm.pt[sptep.table].parent * kvm.config.fanout + sptep.index,
          kvm.pt[sptep.table].spte[sptep.index],
        );
    }
  }
}

/** Whether the processor can read this 4K-level table: through its parent entry, or from its paging-structure cache. */
export function tlb_can_reach(kvm: Kvm, vcpu: number, table: number): boolean {
  if (kvm.config.reach && kvm.vcpus[vcpu].tlb.reach[table]) return true;
  const parent = kvm.pt[ROOT].spte[kvm.pt[table].parent];
  return parent.kind === 'TABLE' && parent.child === table;
}

/** Everything below a root entry may be cached: the leaf, or the table with its leafs. */
function tlb_may_cache_range(kvm: Kvm, vcpu: number, index: number): void {
  const spte = kvm.pt[ROOT].spte[index];
  if (spte.kind === 'LEAF') {
    const bit = 1 << variant_of(kvm, index * kvm.config.fanout, spte);
    for (let lane = 0; lane < kvm.config.lanes; lane++)
      kvm.vcpus[vcpu].tlb.may_huge[lane * kvm.config.hugePages + index] =
        kvm.vcpus[vcpu].tlb.may_huge[lane * kvm.config.hugePages + index] | bit;
  }
  if (spte.kind === 'TABLE') {
    if (kvm.config.reach) kvm.vcpus[vcpu].tlb.reach[spte.child] = true;
    for (let i = 0; i < kvm.config.fanout; i++)
      tlb_may_cache_small(kvm, vcpu, index * kvm.config.fanout + i, kvm.pt[spte.child].spte[i]);
  }
}

function tlb_may_cache_small(kvm: Kvm, vcpu: number, gfn: number, spte: Spte): void {
  if (spte.kind !== 'LEAF') return;
  const bit = 1 << variant_of(kvm, gfn, spte);
  for (let lane = 0; lane < kvm.config.lanes; lane++)
    kvm.vcpus[vcpu].tlb.may_small[lane * kvm.config.gfns + gfn] =
      kvm.vcpus[vcpu].tlb.may_small[lane * kvm.config.gfns + gfn] | bit;
}

/** The processor has just replaced what it held of a page in a lane by this leaf. */
export function tlb_holds_only(
  kvm: Kvm,
  vcpu: number,
  gfn: number,
  lane: number,
  huge: boolean,
  leaf: Spte,
): void {
  if (huge) {
    const base = gfn - (gfn % kvm.config.fanout);
    kvm.vcpus[vcpu].tlb.may_huge[lane * kvm.config.hugePages + huge_index(kvm, gfn)] =
      1 << variant_of(kvm, base, leaf);
  } else {
    kvm.vcpus[vcpu].tlb.may_small[lane * kvm.config.gfns + gfn] = 1 << variant_of(kvm, gfn, leaf);
  }
}

/** VM entry: everything that is walkable may be cached again. */
export function tlb_enter_guest(kvm: Kvm, vcpu: number): void {
  if (kvm.config.tlb === 'explicit') return;
  for (let h = 0; h < kvm.config.hugePages; h++) tlb_may_cache_range(kvm, vcpu, h);
  if (kvm.config.reach)
    for (let table = 1; table < kvm.config.tables; table++)
      if (kvm.vcpus[vcpu].tlb.reach[table]) {
        for (let i = 0; i < kvm.config.fanout; i++)
          tlb_may_cache_small(kvm, vcpu, kvm.pt[table].parent * kvm.config.fanout + i, kvm.pt[table].spte[i]);
      }
}

/** INVEPT, global: drops everything of this processor. */
export function invept_global(kvm: Kvm, vcpu: number): void {
  for (let i = 0; i < kvm.config.mayHuge; i++) kvm.vcpus[vcpu].tlb.may_huge[i] = 0;
  for (let i = 0; i < kvm.config.maySmall; i++) kvm.vcpus[vcpu].tlb.may_small[i] = 0;
  for (let i = 0; i < kvm.config.tlbEntries; i++) kvm.vcpus[vcpu].tlb.entry[i] = NO_TLB_ENTRY;
  for (let i = 0; i < kvm.config.reachTables; i++) kvm.vcpus[vcpu].tlb.reach[i] = false;
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
      if (kvm.config.tlb === 'explicit') {
        kvm.vcpus[vcpu].tlb.entry[tlb_slot(kvm, l, 2, gfn)] = NO_TLB_ENTRY;
        kvm.vcpus[vcpu].tlb.entry[tlb_slot(kvm, l, 1, gfn)] = NO_TLB_ENTRY;
      } else {
        kvm.vcpus[vcpu].tlb.may_huge[l * kvm.config.hugePages + huge_index(kvm, gfn)] = 0;
        kvm.vcpus[vcpu].tlb.may_small[l * kvm.config.gfns + gfn] = 0;
      }
    }
  }
  for (let table = 1; table < kvm.config.reachTables; table++)
    if (kvm.pt[table].parent === huge_index(kvm, gfn)) kvm.vcpus[vcpu].tlb.reach[table] = false;
}
