/**
 * P25: the host's pages are mapped only while the VM hears of what the host does with them: "all sptes must be dropped before calling
 * mmu_notifier_unregister" (mm/mmu_notifier.c). An entry that is left would be zapped later, and KVM would then mark a page as dirty or
 * accessed that belongs to somebody else.
 * And none that has been unregistered runs (asserted in kernel/mmu_notifier.ts): the VM that it would touch may be freed.
 */
import { property } from 'mmucheck/language';
import type { Kvm } from '../model/state.js';

export function nothing_is_mapped_behind_the_notifier(kvm: Kvm): boolean {
  if (kvm.config.destructions === 0 || kvm.notifier_unregistered === 0) return true;
  for (let table = 0; table < kvm.config.tables; table++)
    if (kvm.pt[table].state === 'linked')
      for (let i = 0; i < kvm.config.entries; i++) if (kvm.pt[table].spte[i].kind === 'LEAF') return false;
  return true;
}

export const P25 = property({
  id: 'P25',
  title: 'no entry without a notifier',
  invariant: nothing_is_mapped_behind_the_notifier,
});
