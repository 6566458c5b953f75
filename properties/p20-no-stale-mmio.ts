/**
 * P20: once the ioctl that puts a memslot over a gfn has returned, no access to the gfn is taken for MMIO, by an entry or by
 * what a vCPU remembers of an older access. Asserted where an access is handed to userspace (kernel/mmio.ts): KVM answers
 * every exit inside SRCU, so even one that came before the ioctl has been answered when that returns.
 *
 * Tolerated: MMIO while the ioctl runs. (The other way round, memory where no slot is, is P1.)
 *
 * `P20entry` is the state form, which says nothing of exits that are being answered: no vCPU in the guest can come to an
 * entry that would be taken for MMIO there.
 */
import { property } from 'mmucheck/language';
import { walk_ends_in_current_mmio } from '../model/kernel/mmio.js';
import { is_backed_for_good } from '../model/kernel/memslots.js';
import type { Kvm } from '../model/state.js';

export const P20 = property({ id: 'P20', title: 'no MMIO where a memslot is' });

export function no_entry_says_mmio_where_a_memslot_is(kvm: Kvm): boolean {
  if (kvm.config.mmioGenerations === 0) return true;
  for (let v = 0; v < kvm.config.vcpus; v++)
    if (kvm.vcpus[v].in_guest)
      for (let gfn = 0; gfn < kvm.config.slotGfns; gfn++)
        if (is_backed_for_good(kvm, gfn) && walk_ends_in_current_mmio(kvm, kvm.vcpus[v].root, gfn))
          return false;
  return true;
}

export const P20entry = property({
  id: 'P20entry',
  title: 'no entry says MMIO where a memslot is',
  invariant: no_entry_says_mmio_where_a_memslot_is,
});
