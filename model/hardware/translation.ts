/**
 * What a vCPU in guest mode can translate to: through the page tables as they are, or through anything that it may
 * have cached. Properties ask these questions; the guest (guest.ts) acts on them.
 */
import { type Gfn, type Kvm, ROOT, type Spte, type SptePtr, type TlbEntry } from '../state.js';
import { huge_index, tlb_slot } from './tlb.js';

/** The leaf that a walk for `gfn` ends in, or whatever stands there instead. */
export function walk(kvm: Kvm, gfn: Gfn): Spte {
  const top = kvm.pt[ROOT].spte[huge_index(kvm, gfn)];
  if (top.kind === 'TABLE') return kvm.pt[top.child].spte[gfn % kvm.config.fanout];
  return top;
}

/** The entry for `gfn` in a 4K-level table. */
export function walk_spte_pointer(kvm: Kvm, table: number, gfn: number): SptePtr {
  return { table, index: gfn % kvm.config.fanout };
}

/** Whether a walk for `gfn` ends at the 2M level. */
export function walk_is_huge(kvm: Kvm, gfn: Gfn): boolean {
  return kvm.pt[ROOT].spte[huge_index(kvm, gfn)].kind !== 'TABLE';
}

/** The frame behind `gfn` by a leaf or TLB entry of the page that begins at frame `pfn`. */
export function frame_of(kvm: Kvm, gfn: Gfn, pfn: number, huge: boolean): number {
  return huge ? pfn + (gfn % kvm.config.fanout) : pfn;
}

/** Any access right of `gfn` (they all include reads). */
export function can_read(kvm: Kvm, vcpu: number, gfn: Gfn): boolean {
  return can_translate(kvm, vcpu, gfn, kvm.config.translationSets, false, false);
}

/** A write that needs neither a fault nor a dirty assist. */
export function can_write(kvm: Kvm, vcpu: number, gfn: Gfn): boolean {
  return can_translate(kvm, vcpu, gfn, kvm.config.writeSet, true, false);
}

export function can_fetch(kvm: Kvm, vcpu: number, gfn: Gfn): boolean {
  return can_translate(kvm, vcpu, gfn, kvm.config.fetchSet, false, true);
}

/** A translation of `gfn` to a frame that does not back it. */
export function can_reach_wrong_frame(kvm: Kvm, vcpu: number, gfn: Gfn): boolean {
  if (!kvm.vcpus[vcpu].in_guest) return false;
  const right: number = kvm.host.pfn[gfn];
  if (kvm.config.tlb === 'explicit') {
    const leaf = walk(kvm, gfn);
    if (leaf.kind === 'LEAF' && frame_of(kvm, gfn, leaf.pfn, walk_is_huge(kvm, gfn)) !== right) return true;
    for (let lane = 0; lane < kvm.config.lanes; lane++) {
      const small = kvm.vcpus[vcpu].tlb.entry[tlb_slot(kvm, lane, 1, gfn)];
      const huge = kvm.vcpus[vcpu].tlb.entry[tlb_slot(kvm, lane, 2, gfn)];
      if (small.present && small.pfn !== right) return true;
      if (huge.present && frame_of(kvm, gfn, huge.pfn, true) !== right) return true;
    }
    return false;
  }
  const kept = kvm.config.classSet << (right === gfn ? 0 : kvm.config.variants);
  const wrong = kvm.config.translationSets & ~kept;
  return may_use(kvm, vcpu, gfn, wrong);
}

/** Whether a translation of `gfn` of 2M (or of 4K) may be cached: for properties about page sizes. */
export function may_hold_huge(kvm: Kvm, vcpu: number, gfn: Gfn): boolean {
  for (let lane = 0; lane < kvm.config.lanes; lane++) {
    if (kvm.config.tlb === 'explicit') {
      if (kvm.vcpus[vcpu].tlb.entry[tlb_slot(kvm, lane, 2, gfn)].present) return true;
    } else if (kvm.vcpus[vcpu].tlb.may_huge[lane * kvm.config.hugePages + huge_index(kvm, gfn)] !== 0)
      return true;
  }
  return false;
}

/** A fetch from `gfn` may hit a huge and a small translation at once. */
export function fetch_translations_differ_in_size(kvm: Kvm, vcpu: number, gfn: Gfn): boolean {
  let huge = false;
  let small = false;
  for (let lane = 0; lane < kvm.config.lanes; lane++) {
    if (kvm.config.tlb === 'explicit') {
      if (entry_allows(kvm.vcpus[vcpu].tlb.entry[tlb_slot(kvm, lane, 2, gfn)], false, true)) huge = true;
      if (entry_allows(kvm.vcpus[vcpu].tlb.entry[tlb_slot(kvm, lane, 1, gfn)], false, true)) small = true;
    } else {
      const huge_set = kvm.vcpus[vcpu].tlb.may_huge[lane * kvm.config.hugePages + huge_index(kvm, gfn)];
      if ((huge_set & kvm.config.fetchSet) !== 0) huge = true;
      if ((kvm.vcpus[vcpu].tlb.may_small[lane * kvm.config.gfns + gfn] & kvm.config.fetchSet) !== 0)
        small = true;
    }
  }
  return huge && small;
}

function can_translate(
  kvm: Kvm,
  vcpu: number,
  gfn: Gfn,
  set: number,
  needs_write: boolean,
  needs_fetch: boolean,
): boolean {
  if (!kvm.vcpus[vcpu].in_guest) return false;
  if (kvm.config.tlb === 'may-cache') return may_use(kvm, vcpu, gfn, set);
  const leaf = walk(kvm, gfn);
  if (
    leaf.kind === 'LEAF' &&
    (!needs_write || (leaf.writable && (leaf.dirty || !kvm.config.trackDirty))) &&
    (!needs_fetch || leaf.executable)
  )
    return true;
  for (let lane = 0; lane < kvm.config.lanes; lane++) {
    if (entry_allows(kvm.vcpus[vcpu].tlb.entry[tlb_slot(kvm, lane, 1, gfn)], needs_write, needs_fetch))
      return true;
    if (entry_allows(kvm.vcpus[vcpu].tlb.entry[tlb_slot(kvm, lane, 2, gfn)], needs_write, needs_fetch))
      return true;
  }
  return false;
}

function entry_allows(entry: TlbEntry, needs_write: boolean, needs_fetch: boolean): boolean {
  return (
    entry.present && (!needs_write || (entry.writable && entry.dirty)) && (!needs_fetch || entry.executable)
  );
}

/** Whether one of the variants in `set` may be cached for `gfn`, in any lane and size. */
function may_use(kvm: Kvm, vcpu: number, gfn: Gfn, set: number): boolean {
  for (let lane = 0; lane < kvm.config.lanes; lane++) {
    const huge = kvm.vcpus[vcpu].tlb.may_huge[lane * kvm.config.hugePages + huge_index(kvm, gfn)];
    const small = kvm.vcpus[vcpu].tlb.may_small[lane * kvm.config.gfns + gfn];
    if (((huge | small) & set) !== 0) return true;
  }
  return false;
}
