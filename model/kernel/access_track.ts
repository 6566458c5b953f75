/**
 * Access tracking, where the processor or the module option has no A/D bits: arch/x86/kvm/mmu/spte.{c,h}. An entry
 * that was not used since it was last asked about gives no right at all to hardware: R and X are kept in ignored bits,
 * W is dropped, and the first access faults. The fast path gives the rights back.
 *
 * Such an entry is a LEAF with `accessed` clear, a bit that has no other use without A/D bits; `executable` is then
 * the X that is kept. What hardware makes of it is `gives_rights`
 * (hardware/tlb.ts).
 */
import { assert } from 'mmucheck/language';
import type { Kvm, Spte } from '../state.js';

export function is_access_track_spte(kvm: Kvm, spte: Spte): boolean {
  return !kvm.config.adBits && spte.kind === 'LEAF' && !spte.accessed;
}

export function is_accessed_spte(spte: Spte): boolean {
  return spte.accessed;
}

/** With A/D bits only A goes. */
export function mark_spte_for_access_track(kvm: Kvm, spte: Spte): Spte {
  if (kvm.config.adBits) return { ...spte, accessed: false };
  assert(
    !spte.writable || spte.mmu_writable,
    'P5',
    'access tracking drops a W that the fast path cannot give back',
  );
  return { ...spte, accessed: false, writable: false };
}

/** R and X; W only comes back by the rule for write faults. */
export function restore_acc_track_spte(spte: Spte): Spte {
  return { ...spte, accessed: true };
}
