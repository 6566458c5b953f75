/** T2: an entry of a table in use that is FROZEN gets another value, by its owner. */
import { leadsTo, not, property } from 'mmucheck/language';
import type { Kvm } from '../model/state.js';
import { KERNEL_FAIRNESS } from './fairness.js';

export function a_linked_entry_is_frozen(kvm: Kvm): boolean {
  for (let table = 0; table < kvm.config.tables; table++)
    if (kvm.pt[table].state === 'linked')
      for (let i = 0; i < kvm.config.entries; i++) if (kvm.pt[table].spte[i].kind === 'FROZEN') return true;
  return false;
}

export const T2 = property({
  id: 'T2',
  title: 'FROZEN is temporary',
  temporal: leadsTo(a_linked_entry_is_frozen, not(a_linked_entry_is_frozen)),
  fairness: KERNEL_FAIRNESS,
});
