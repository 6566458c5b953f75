/**
 * P6: the old value that bookkeeping goes on with is the value that was in memory at the instant of replacement: no
 * W from a fast page fault and no D from hardware is lost. It is an assertion where plain stores are made
 * (__kvm_tdp_mmu_write_spte); atomic exchanges return the replaced value and cannot break it.
 *
 * Tolerated: lost A bits.
 *
 * P6bits is the same of fetch_and(), which takes one bit and stores whatever the others are by then: no step takes W and D at once from a
 * leaf. For scenarios in which nobody means to.
 */
import { property } from 'mmucheck/language';
import type { Kvm } from '../model/state.js';

export const P6 = property({ id: 'P6', title: 'no lost A/D/W information' });

export function no_step_takes_w_and_d(before: Kvm, after: Kvm): boolean {
  for (let table = 0; table < before.config.tables; table++)
    for (let i = 0; i < before.config.entries; i++) {
      const old = before.pt[table].spte[i];
      const spte = after.pt[table].spte[i];
      if (old.writable && old.dirty && spte.kind === 'LEAF' && !spte.writable && !spte.dirty) return false;
    }
  return true;
}

export const P6bits = property({
  id: 'P6bits',
  title: 'who clears one bit clears no other',
  step: no_step_takes_w_and_d,
});
