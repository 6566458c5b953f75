/**
 * P4: no page table is freed while a processor in the guest can still walk it, from its parent entry or from its
 * paging-structure cache (the latter where the configuration tracks it).
 *
 * Tolerated: walks of tables that are unlinked and not yet freed.
 */
import { property } from 'mmucheck/language';
import { type Kvm, ROOT } from '../model/state.js';

export function no_freed_table_is_walked(kvm: Kvm): boolean {
  for (let h = 0; h < kvm.config.hugePages; h++) {
    const top = kvm.pt[ROOT].spte[h];
    if (top.kind === 'TABLE' && kvm.pt[top.child].state !== 'linked') return false;
  }
  for (let v = 0; v < kvm.config.vcpus; v++)
    if (kvm.vcpus[v].in_guest)
      for (let table = 1; table < kvm.config.reachTables; table++)
        if (kvm.vcpus[v].tlb.reach[table] && kvm.pt[table].state === 'free') return false;
  return true;
}

export const P4 = property({
  id: 'P4',
  title: 'no freed page table is walked',
  invariant: no_freed_table_is_walked,
});
