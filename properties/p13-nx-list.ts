/**
 * P13nx, the part of P13 about the list of possible NX huge pages: a table on the list has its flag set and is linked, where sp->ptep
 * says. P13nxall is the other way round, for hosts that map huge for ever, and slots that do not log: whatever could be huge is listed.
 *
 * Tolerated: that it is unlinked already while its remover, who holds mmu_lock, has not come to take it off.
 */
import { property } from 'mmucheck/language';
import { read_entry } from '../model/hardware/ept.js';
import { rwlock_is_free } from '../model/kernel/locks.js';
import type { Kvm } from '../model/state.js';

export function listed_tables_are_linked(kvm: Kvm): boolean {
  const quiet = rwlock_is_free(kvm.mmu_lock, kvm.config.processes);
  for (let table = 0; table < kvm.config.listedTables; table++)
    if (kvm.nx.listed[table]) {
      if (!kvm.pt[table].nx_huge_page_disallowed) return false;
      const state = kvm.pt[table].state;
      if (state !== 'linked' && (quiet || state !== 'detached')) return false;
      const ptep = kvm.nx.ptep[table];
      if (state === 'linked' && read_entry(kvm, ptep).child !== table) return false;
    }
  return true;
}

export const P13nx = property({
  id: 'P13nx',
  title: 'listed tables are NX splits and linked',
  invariant: listed_tables_are_linked,
});

export function nx_splits_are_listed(kvm: Kvm): boolean {
  if (!rwlock_is_free(kvm.mmu_lock, kvm.config.processes)) return true;
  for (let table = 0; table < kvm.config.listedTables; table++)
    if (kvm.pt[table].state === 'linked' && kvm.pt[table].nx_huge_page_disallowed && !kvm.nx.listed[table])
      return false;
  return true;
}

export const P13nxall = property({
  id: 'P13nxall',
  title: 'NX splits are listed',
  invariant: nx_splits_are_listed,
});
