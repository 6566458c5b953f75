/**
 * The page tables as memory. Everything that changes an entry, KVM's primitives and the processor's A/D updates
 * alike, comes through `write_entry`, so that what follows from a change at once is written once: which translations
 * become cacheable, who owns FROZEN (P5), and which rights were taken from the guest (P8).
 */
import { assert, current, equal } from 'mmucheck/language';
import { KVM_PAGES_PER_HPAGE, SPTE_INDEX } from '../kernel/spte.js';
import { type Kvm, type Level, PG_LEVEL_4K, type Spte, type SptePtr } from '../state.js';
import { entry_base, entry_level, is_linked } from './tables.js';
import { gives_rights, tlb_may_cache } from './tlb.js';

/** The bare access of one aligned 8-byte entry. Callers make the step. */
export function read_entry(kvm: Kvm, sptep: SptePtr): Spte {
  return kvm.pt[sptep.table].spte[sptep.index];
}

export function write_entry(kvm: Kvm, sptep: SptePtr, spte: Spte): void {
  note_rights(kvm, sptep, read_entry(kvm, sptep), spte);
  put_entry(kvm, sptep, spte, current());
}

/** The change of memory alone, by process `by`: the ghost of P8 was told when the store was executed. */
export function put_entry(kvm: Kvm, sptep: SptePtr, spte: Spte, by: number): void {
  const old = read_entry(kvm, sptep);
  if (old.kind === 'FROZEN' && spte.kind !== 'FROZEN') {
    assert(
      kvm.pt[sptep.table].frozen_by[sptep.index] === by,
      'P5',
      'a FROZEN entry is overwritten by another process than the one that froze it',
    );
    kvm.pt[sptep.table].frozen_by[sptep.index] = -1;
  }
  if (spte.kind === 'FROZEN' && old.kind !== 'FROZEN') kvm.pt[sptep.table].frozen_by[sptep.index] = by;
  kvm.pt[sptep.table].spte[sptep.index] = spte;
  if (old.kind === 'TABLE' && !equal(old, spte)) kvm.pt[old.child].state = 'detached';
  if (spte.kind === 'TABLE') kvm.pt[spte.child].state = 'linked';
  tlb_may_cache(kvm, sptep);
}

/** Ghost of P8: compares what the guest may do with each gfn below the entry before and after the change. */
export function note_rights(kvm: Kvm, sptep: SptePtr, old: Spte, spte: Spte): void {
  if (!is_linked(kvm, sptep.table)) return;
  const level = entry_level(kvm, sptep.table);
  const base = entry_base(kvm, sptep);
  const end = base + KVM_PAGES_PER_HPAGE(kvm, level);
  for (let gfn = base; gfn < end; gfn++)
    note_right(kvm, gfn, leaf_below(kvm, old, level, gfn), leaf_below(kvm, spte, level, gfn));
}

/** The entry that decides about `gfn`, at or below an entry of `level`. */
function leaf_below(kvm: Kvm, spte: Spte, level: Level, gfn: number): Spte {
  let last = spte;
  for (let below = kvm.config.levels - 1; below >= PG_LEVEL_4K; below--)
    if (below < level && last.kind === 'TABLE') last = kvm.pt[last.child].spte[SPTE_INDEX(kvm, gfn, below)];
  return last;
}

function note_right(kvm: Kvm, gfn: number, old: Spte, spte: Spte): void {
  const had = gives_rights(kvm, old);
  const has = gives_rights(kvm, spte);
  if (had && !has) kvm.ghost.removed_read[gfn] = current();
  if (!had && has) kvm.ghost.removed_read[gfn] = -1;
  const wrote = had && writes_silently(kvm, old);
  const writes = has && writes_silently(kvm, spte);
  if (wrote && !writes) kvm.ghost.removed_write[gfn] = current();
  if (!wrote && writes) kvm.ghost.removed_write[gfn] = -1;
  if (kvm.config.trackExec) {
    if (had && old.executable && !(has && spte.executable)) kvm.ghost.removed_exec[gfn] = current();
    if (!(had && old.executable) && has && spte.executable) kvm.ghost.removed_exec[gfn] = -1;
  }
}

/** Where D is what records writes, taking D away takes the right to write without a record. */
function writes_silently(kvm: Kvm, leaf: Spte): boolean {
  return leaf.writable && (leaf.dirty || kvm.config.pml === 0);
}

/**
 * The point at which the running operation promises that what it narrowed or removed can no longer be used: its
 * return, or the unlock that its callers rely on. From here P8 binds.
 */
export function promise_flushed(kvm: Kvm): void {
  for (let gfn = 0; gfn < kvm.config.gfns; gfn++) {
    if (kvm.ghost.removed_read[gfn] === current()) kvm.ghost.removed_read[gfn] = kvm.config.processes;
    if (kvm.ghost.removed_write[gfn] === current()) kvm.ghost.removed_write[gfn] = kvm.config.processes;
    if (kvm.config.trackExec && kvm.ghost.removed_exec[gfn] === current())
      kvm.ghost.removed_exec[gfn] = kvm.config.processes;
  }
}
