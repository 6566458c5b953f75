/**
 * What a vCPU in guest mode can translate to: through the page tables as they are, or through anything that it may
 * have cached. Properties ask these questions; the guest (guest.ts) acts on them.
 */
import { cpu_of } from './processor.js';
import { is_designated } from '../kernel/private_memory.js';
import { gfn_round_for_level, SPTE_INDEX } from '../kernel/spte.js';
import {
  type Gfn,
  type Kvm,
  type Level,
  PG_LEVEL_4K,
  ROOT,
  type Spte,
  type SptePtr,
  type TlbEntry,
} from '../state.js';
import { entry_level } from './tables.js';
import { gives_rights, may_be_cached, pfn_class, tlb_slot } from './tlb.js';

/** The leaf that a walk for `gfn` ends in, or whatever stands there instead: from table 0. */
export function walk(kvm: Kvm, gfn: Gfn): Spte {
  return walk_from(kvm, ROOT, gfn);
}

/** The same from any root. */
export function walk_from(kvm: Kvm, root: number, gfn: Gfn): Spte {
  let spte = kvm.pt[root].spte[SPTE_INDEX(kvm, gfn, kvm.config.levels)];
  for (let below = kvm.config.levels - 1; below >= PG_LEVEL_4K; below--)
    if (spte.kind === 'TABLE') spte = kvm.pt[spte.child].spte[SPTE_INDEX(kvm, gfn, below)];
  return spte;
}

/** The entry that a walk for `gfn` ends in, from a root or from a table on the way. */
export function walk_end_from(kvm: Kvm, table: number, gfn: Gfn): SptePtr {
  const level = entry_level(kvm, table);
  let sptep: SptePtr = { table, index: SPTE_INDEX(kvm, gfn, level) };
  for (let below = kvm.config.levels - 1; below >= PG_LEVEL_4K; below--) {
    const spte = kvm.pt[sptep.table].spte[sptep.index];
    if (below < level && spte.kind === 'TABLE')
      sptep = { table: spte.child, index: SPTE_INDEX(kvm, gfn, below) };
  }
  return sptep;
}

/** The level of the entry that a walk for `gfn` from table 0 ends in. */
export function walk_level(kvm: Kvm, gfn: Gfn): Level {
  return walk_level_from(kvm, ROOT, gfn);
}

export function walk_level_from(kvm: Kvm, root: number, gfn: Gfn): Level {
  let level: Level = kvm.config.levels;
  let spte = kvm.pt[root].spte[SPTE_INDEX(kvm, gfn, level)];
  for (let below = kvm.config.levels - 1; below >= PG_LEVEL_4K; below--)
    if (spte.kind === 'TABLE') {
      level = below;
      spte = kvm.pt[spte.child].spte[SPTE_INDEX(kvm, gfn, below)];
    }
  return level;
}

/** Whether a walk for `gfn` ends above the 4K level. */
export function walk_is_huge(kvm: Kvm, gfn: Gfn): boolean {
  return walk_level(kvm, gfn) > PG_LEVEL_4K;
}

/** The frame behind `gfn` by a leaf or TLB entry, of `level`, of the page that begins at frame `pfn`. */
export function frame_of(kvm: Kvm, gfn: Gfn, pfn: number, level: Level): number {
  return pfn + (gfn - gfn_round_for_level(kvm, gfn, level));
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
  if (kvm.config.tlb === 'explicit') {
    const root = kvm.vcpus[vcpu].root;
    const leaf = walk_from(kvm, root, gfn);
    if (
      gives_rights(kvm, leaf) &&
      !is_designated(kvm, gfn, frame_of(kvm, gfn, leaf.pfn, walk_level_from(kvm, root, gfn)))
    )
      return true;
    for (let lane = 0; lane < kvm.config.lanes; lane++)
      for (let level = PG_LEVEL_4K; level <= kvm.config.levels; level++) {
        const entry = kvm.tlb[cpu_of(kvm, vcpu)].entry[tlb_slot(kvm, lane, level, gfn)];
        if (entry.present && !is_designated(kvm, gfn, frame_of(kvm, gfn, entry.pfn, level))) return true;
      }
    return false;
  }
  let kept = 0;
  for (let pfn = 0; pfn < kvm.config.pfns; pfn++)
    if (is_designated(kvm, gfn, pfn))
      kept = kept | (kvm.config.classSet << (pfn_class(kvm, gfn, pfn) * kvm.config.variants));
  const wrong = kvm.config.translationSets & ~kept;
  return may_use(kvm, vcpu, gfn, wrong);
}

/** Whether a translation of `gfn` of a page of `level` may be cached: for properties about page sizes. */
export function may_hold(kvm: Kvm, vcpu: number, gfn: Gfn, level: Level): boolean {
  for (let lane = 0; lane < kvm.config.lanes; lane++) {
    if (kvm.config.tlb === 'explicit') {
      if (kvm.tlb[cpu_of(kvm, vcpu)].entry[tlb_slot(kvm, lane, level, gfn)].present) return true;
    } else if (may_be_cached(kvm, vcpu, lane, level, gfn) !== 0) return true;
  }
  return false;
}

/** The same for any page larger than `level`. */
export function may_hold_above(kvm: Kvm, vcpu: number, gfn: Gfn, level: Level): boolean {
  for (let above = PG_LEVEL_4K + 1; above <= kvm.config.levels; above++)
    if (above > level && may_hold(kvm, vcpu, gfn, above)) return true;
  return false;
}

export function may_hold_huge(kvm: Kvm, vcpu: number, gfn: Gfn): boolean {
  return may_hold_above(kvm, vcpu, gfn, PG_LEVEL_4K);
}

/** A fetch from `gfn` may hit translations of two sizes at once. */
export function fetch_translations_differ_in_size(kvm: Kvm, vcpu: number, gfn: Gfn): boolean {
  let sizes = 0;
  for (let level = PG_LEVEL_4K; level <= kvm.config.levels; level++)
    if (may_fetch_by(kvm, vcpu, gfn, level)) sizes = sizes + 1;
  return sizes > 1;
}

/** Whether a fetch may use a cached translation of this size. */
function may_fetch_by(kvm: Kvm, vcpu: number, gfn: Gfn, level: Level): boolean {
  for (let lane = 0; lane < kvm.config.lanes; lane++) {
    if (kvm.config.tlb === 'explicit') {
      if (entry_allows(kvm.tlb[cpu_of(kvm, vcpu)].entry[tlb_slot(kvm, lane, level, gfn)], false, true))
        return true;
    } else if ((may_be_cached(kvm, vcpu, lane, level, gfn) & kvm.config.fetchSet) !== 0) return true;
  }
  return false;
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
  const leaf = walk_from(kvm, kvm.vcpus[vcpu].root, gfn);
  if (
    gives_rights(kvm, leaf) &&
    (!needs_write || (leaf.writable && (leaf.dirty || !kvm.config.trackDirty))) &&
    (!needs_fetch || leaf.executable)
  )
    return true;
  for (let lane = 0; lane < kvm.config.lanes; lane++)
    for (let level = PG_LEVEL_4K; level <= kvm.config.levels; level++)
      if (
        entry_allows(
          kvm.tlb[cpu_of(kvm, vcpu)].entry[tlb_slot(kvm, lane, level, gfn)],
          needs_write,
          needs_fetch,
        )
      )
        return true;
  return false;
}

function entry_allows(entry: TlbEntry, needs_write: boolean, needs_fetch: boolean): boolean {
  return (
    entry.present && (!needs_write || (entry.writable && entry.dirty)) && (!needs_fetch || entry.executable)
  );
}

/** Whether one of the variants in `set` may be cached for `gfn`, in any lane and size. */
function may_use(kvm: Kvm, vcpu: number, gfn: Gfn, set: number): boolean {
  for (let lane = 0; lane < kvm.config.lanes; lane++)
    for (let level = PG_LEVEL_4K; level <= kvm.config.levels; level++)
      if ((may_be_cached(kvm, vcpu, lane, level, gfn) & set) !== 0) return true;
  return false;
}
