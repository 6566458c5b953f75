/**
 * P19: while huge pages are to be not executable (nx_huge_pages, the mitigation of the iTLB multi-hit erratum), no huge
 * leaf of any table has X, linked or not: a processor may still walk what was unlinked. Tolerated: nothing.
 */
import { property } from 'mmucheck/language';
import { entry_level } from '../model/hardware/tables.js';
import { type Kvm, PG_LEVEL_4K } from '../model/state.js';

export function no_huge_leaf_is_executable(kvm: Kvm): boolean {
  if (!kvm.config.nxHugePages) return true;
  for (let table = 0; table < kvm.config.tables; table++)
    if (entry_level(kvm, table) > PG_LEVEL_4K)
      for (let i = 0; i < kvm.config.entries; i++) {
        const spte = kvm.pt[table].spte[i];
        if (spte.kind === 'LEAF' && spte.executable) return false;
      }
  return true;
}

export const P19 = property({
  id: 'P19',
  title: 'no executable huge page',
  invariant: no_huge_leaf_is_executable,
});
