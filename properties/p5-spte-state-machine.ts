/**
 * P5: entries of tables that others can see change only in the ways that the kernel means them to.
 *
 *   NONE  -> LEAF, TABLE, MMIO; FROZEN only in an unlinked table, by its remover
 *   LEAF  -> LEAF of the same frame, TABLE (split), NONE, FROZEN
 *   TABLE -> LEAF (collapse), NONE, FROZEN
 *   MMIO  -> LEAF, MMIO of another generation; FROZEN as above
 *
 * FROZEN belongs to who stored it: overwriting somebody else's is an assertion where entries are written, like the
 * leaf that replaces a leaf of another frame. (Host-writable, MMU-writable, writable) is one of 111, 110, 100, 000.
 */
import { equal, property } from 'mmucheck/language';
import { entry_level } from '../model/hardware/tables.js';
import { is_mmio_spte } from '../model/kernel/spte.js';
import { type Kvm, PG_LEVEL_4K, type Spte } from '../model/state.js';

export function entries_change_legally(before: Kvm, after: Kvm): boolean {
  for (let table = 0; table < before.config.tables; table++) {
    const state = before.pt[table].state;
    if ((state === 'linked' || state === 'detached') && after.pt[table].state !== 'free')
      for (let i = 0; i < before.config.entries; i++) {
        const old = before.pt[table].spte[i];
        const spte = after.pt[table].spte[i];
        if (
          !equal(old, spte) &&
          !(
            is_legal(old, spte, entry_level(before, table) > PG_LEVEL_4K, state === 'detached') &&
            is_well_formed(spte)
          )
        )
          return false;
      }
  }
  return true;
}

function is_legal(old: Spte, spte: Spte, upper: boolean, detached: boolean): boolean {
  if (spte.kind === 'TABLE' && !upper) return false;
  if (old.kind === 'NONE' && spte.kind === 'NONE') return !upper && is_mmio_spte(spte);
  if (old.kind === 'NONE')
    return spte.kind === 'LEAF' || spte.kind === 'TABLE' || (spte.kind === 'FROZEN' && detached);
  if (old.kind === 'LEAF' && spte.kind === 'LEAF') return old.pfn === spte.pfn;
  // Aging without mmu_lock may hit an entry that has become a table; its A means nothing to KVM.
  if (old.kind === 'TABLE' && spte.kind === 'TABLE')
    return equal({ ...old, accessed: true }, { ...spte, accessed: true });
  if (old.kind === 'FROZEN' && spte.kind === 'FROZEN') return false;
  return true;
}

function is_well_formed(spte: Spte): boolean {
  if (spte.kind === 'TABLE') return true;
  return (!spte.writable || spte.mmu_writable) && (!spte.mmu_writable || spte.host_writable);
}

export const P5 = property({ id: 'P5', title: 'SPTE state machine', step: entries_change_legally });
