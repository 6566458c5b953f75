/**
 * P4: no page table is freed while a processor in the guest can still walk it, from its parent entry or from its
 * paging-structure cache (the latter where the configuration tracks it).
 *
 * Tolerated: walks of tables that are unlinked and not yet freed.
 */
import { property } from 'mmucheck/language';
import { is_linked } from '../model/hardware/tables.js';
import type { Kvm } from '../model/state.js';

export function no_freed_table_is_walked(kvm: Kvm): boolean {
  for (let table = 0; table < kvm.config.tables; table++)
    if (is_linked(kvm, table))
      for (let i = 0; i < kvm.config.entries; i++) {
        const spte = kvm.pt[table].spte[i];
        if (spte.kind === 'TABLE' && kvm.pt[spte.child].state !== 'linked') return false;
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
