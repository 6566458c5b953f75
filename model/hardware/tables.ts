/** Where a page table stands: the level of its entries, what they map, and whether a walk from a root meets it. */
import { KVM_PAGES_PER_HPAGE, SPTE_INDEX } from '../kernel/spte.js';
import { type Kvm, type Level, PG_LEVEL_4K, ROOT, type SptePtr } from '../state.js';

export function entry_level(kvm: Kvm, table: number): Level {
  if (table < kvm.config.roots) return kvm.config.levels;
  const level: number = kvm.pt[table].level;
  return level;
}

/** The first gfn that an entry maps, or would map. */
export function entry_base(kvm: Kvm, sptep: SptePtr): number {
  if (sptep.table < kvm.config.roots) return sptep.index * KVM_PAGES_PER_HPAGE(kvm, kvm.config.levels);
  const level = entry_level(kvm, sptep.table);
  return (
    kvm.pt[sptep.table].parent * KVM_PAGES_PER_HPAGE(kvm, level + 1) +
    sptep.index * KVM_PAGES_PER_HPAGE(kvm, level)
  );
}

/** Whether a walk from a root that vCPUs may load, or keep, comes to this table. */
export function is_linked(kvm: Kvm, table: number): boolean {
  if (kvm.config.roots === 1) return is_linked_below(kvm, ROOT, table);
  for (let root = 0; root < kvm.config.roots; root++)
    if (kvm.pt[root].state === 'linked' && !kvm.roots.invalid[root] && is_linked_below(kvm, root, table))
      return true;
  return false;
}

/** Whether a walk from this root comes to the table. */
export function is_linked_below(kvm: Kvm, root: number, table: number): boolean {
  if (table === root) return true;
  if (kvm.config.roots > 1 && table < kvm.config.roots) return false;
  const gfn = entry_base(kvm, { table, index: 0 });
  let spte = kvm.pt[root].spte[SPTE_INDEX(kvm, gfn, kvm.config.levels)];
  for (let below = kvm.config.levels - 1; below > PG_LEVEL_4K; below--)
    if (spte.kind === 'TABLE' && spte.child !== table)
      spte = kvm.pt[spte.child].spte[SPTE_INDEX(kvm, gfn, below)];
  return spte.kind === 'TABLE' && spte.child === table;
}
