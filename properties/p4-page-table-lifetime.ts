/**
 * P4: no page table is freed while a processor in the guest can still walk it, from its parent entry or from its
 * paging-structure cache (the latter where the configuration tracks it).
 *
 * Tolerated: walks of tables that are unlinked and not yet freed.
 */
import { cpu_of } from '../model/hardware/processor.js';
import { property } from 'mmucheck/language';
import { is_linked } from '../model/hardware/tables.js';
import { psc_slot } from '../model/hardware/tlb.js';
import type { Kvm } from '../model/state.js';

export function no_freed_table_is_walked(kvm: Kvm): boolean {
  for (let table = 0; table < kvm.config.tables; table++)
    if (is_linked(kvm, table))
      for (let i = 0; i < kvm.config.entries; i++) {
        const spte = kvm.pt[table].spte[i];
        if (spte.kind === 'TABLE' && kvm.pt[spte.child].state !== 'linked') return false;
      }
  for (let v = 0; v < kvm.config.vcpus; v++)
    if (kvm.vcpus[v].in_guest) {
      if (kvm.pt[kvm.vcpus[v].root].state === 'free') return false;
      for (let table = kvm.config.roots; table < kvm.config.tables; table++)
        if (may_walk(kvm, v, table) && kvm.pt[table].state === 'free') return false;
    }
  return true;
}

/** Whether the vCPU may have cached the address of the table, with the tag of its root. */
function may_walk(kvm: Kvm, vcpu: number, table: number): boolean {
  return kvm.config.reach && kvm.tlb[cpu_of(kvm, vcpu)].reach[psc_slot(kvm, vcpu, table)];
}

export const P4 = property({
  id: 'P4',
  title: 'no freed page table is walked',
  invariant: no_freed_table_is_walked,
});
