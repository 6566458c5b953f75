/** Witnesses of memslots that come and go. */
import { walk } from '../hardware/translation.js';
import { search_memslots } from '../kernel/memslots.js';
import { is_mmio_spte } from '../kernel/spte.js';
import type { Kvm } from '../state.js';

export function the_slot_is_invalid(kvm: Kvm): boolean {
  for (let i = 0; i < kvm.config.slotObjects; i++)
    if (
      kvm.memslots.slot[i].invalid &&
      search_memslots(kvm, kvm.memslots.active, kvm.memslots.slot[i].base_gfn) === i
    )
      return true;
  return false;
}

export function the_slot_has_gone(kvm: Kvm): boolean {
  return kvm.memslots.set[kvm.memslots.active].slot[0] < 0 && kvm.ghost.backing[0] < 0;
}

/** The ioctl has returned. */
export function the_slot_has_come(kvm: Kvm): boolean {
  return kvm.ghost.backing[0] >= 0;
}

export function an_mmio_entry_is_old(kvm: Kvm): boolean {
  const generation = kvm.memslots.set[kvm.memslots.active].generation;
  for (let table = 0; table < kvm.config.tables; table++)
    for (let i = 0; i < kvm.config.entries; i++)
      if (
        is_mmio_spte(kvm.pt[table].spte[i]) &&
        kvm.pt[table].spte[i].mmio !== 1 + (generation % kvm.config.mmioGenerations)
      )
        return true;
  return false;
}

/** A vCPU remembers an access to a gfn without a slot. */
export function a_vcpu_remembers_mmio(kvm: Kvm): boolean {
  for (let v = 0; v < kvm.config.vcpus; v++) if (kvm.vcpus[v].mmio[0].gfn >= 0) return true;
  return false;
}

/** A fault comes to memory where it was MMIO. */
export function new_memory_is_mapped(kvm: Kvm): boolean {
  for (let table = 0; table < kvm.config.tables; table++)
    for (let i = 0; i < kvm.config.entries; i++)
      if (kvm.pt[table].spte[i].kind === 'LEAF' && kvm.ghost.backing[0] >= 0) return true;
  return false;
}

/** Memory of a slot that stands at another gfn than it did at first. */
export function a_moved_slot_is_mapped(kvm: Kvm): boolean {
  for (let gfn = 0; gfn < kvm.config.gfns; gfn++) {
    const leaf = walk(kvm, gfn);
    if (leaf.kind === 'LEAF' && leaf.pfn !== gfn && kvm.ghost.backing[gfn] >= 0) return true;
  }
  return false;
}

/** The ioctl that has taken the slot out of use has failed, and the slot is used again. */
export function the_slot_is_back(kvm: Kvm): boolean {
  const set = kvm.memslots.active;
  return (
    kvm.memslots.set[set].slot[0] >= 0 &&
    kvm.memslots.set[set].generation === kvm.config.memslotGenerations &&
    kvm.ghost.backing[0] >= 0 &&
    walk(kvm, 0).kind === 'LEAF'
  );
}

export function the_other_slot_is_mapped(kvm: Kvm): boolean {
  return kvm.ghost.backing[0] < 0 && walk(kvm, 2).kind === 'LEAF';
}

/** Of two slots, the one at the first gfn and the one at the last. */
export function both_slots_are_mapped(kvm: Kvm): boolean {
  return walk(kvm, 0).kind === 'LEAF' && walk(kvm, kvm.config.lastGfn).kind === 'LEAF';
}
