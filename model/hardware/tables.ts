/** Where a page table stands: the level of its entries, what they map, and whether a walk from the root meets it. */
import { KVM_PAGES_PER_HPAGE, SPTE_INDEX } from '../kernel/spte.js';
import { type Kvm, type Level, PG_LEVEL_4K, ROOT, type SptePtr } from '../state.js';

export function entry_level(kvm: Kvm, table: number): Level {
  if (table === ROOT) return kvm.config.levels;
  const level: number = kvm.pt[table].level;
  return level;
}

/** The first gfn that an entry maps, or would map. */
export function entry_base(kvm: Kvm, sptep: SptePtr): number {
  if (sptep.table === ROOT) return sptep.index * KVM_PAGES_PER_HPAGE(kvm, kvm.config.levels);
  const level = entry_level(kvm, sptep.table);
  return (
    kvm.pt[sptep.table].parent * KVM_PAGES_PER_HPAGE(kvm, level + 1) +
    sptep.index * KVM_PAGES_PER_HPAGE(kvm, level)
  );
}

/** Whether a walk from the root comes to this table. */
export function is_linked(kvm: Kvm, table: number): boolean {
  if (table === ROOT) return true;
  const gfn = entry_base(kvm, { table, index: 0 });
  let spte = kvm.pt[ROOT].spte[SPTE_INDEX(kvm, gfn, kvm.config.levels)];
  for (let below = kvm.config.levels - 1; below > PG_LEVEL_4K; below--)
    if (spte.kind === 'TABLE' && spte.child !== table)
      spte = kvm.pt[spte.child].spte[SPTE_INDEX(kvm, gfn, below)];
  return spte.kind === 'TABLE' && spte.child === table;
}
