/**
 * P1: once an operation that revokes a gfn has returned and the host has given the page to somebody else, no vCPU
 * reads or writes the old page, through its TLB or through the tables.
 *
 * Tolerated: accesses between the clearing of the entry and the end of the flush, inside the operation. They need no
 * clause: the host changes what backs the gfn only after the operation has returned, so until then the old frame is
 * the right one.
 */
import { property } from 'mmucheck/language';
import {
  can_reach_wrong_frame,
  frame_of,
  walk_from,
  walk_level_from,
} from '../model/hardware/translation.js';
import { is_designated } from '../model/kernel/private_memory.js';
import type { Kvm } from '../model/state.js';

export function every_translation_is_right(kvm: Kvm): boolean {
  for (let v = 0; v < kvm.config.vcpus; v++)
    for (let gfn = 0; gfn < kvm.config.gfns; gfn++) if (can_reach_wrong_frame(kvm, v, gfn)) return false;
  return true;
}

export const P1 = property({
  id: 'P1',
  title: 'no access after revocation',
  invariant: every_translation_is_right,
});

/**
 * The same for the page tables: KVM holds no reference to a page that the host has taken back, also not below a root that no vCPU uses any
 * more, because who zaps that root would tell the host about the page.
 */
export function no_entry_maps_a_page_of_somebody_else(kvm: Kvm): boolean {
  for (let root = 0; root < kvm.config.roots; root++)
    if (kvm.pt[root].state === 'linked')
      for (let gfn = 0; gfn < kvm.config.gfns; gfn++) {
        const leaf = walk_from(kvm, root, gfn);
        const frame = frame_of(kvm, gfn, leaf.pfn, walk_level_from(kvm, root, gfn));
        if (leaf.kind === 'LEAF' && !is_designated(kvm, gfn, frame)) return false;
      }
  return true;
}

export const P1entry = property({
  id: 'P1entry',
  title: 'no entry after revocation',
  invariant: no_entry_maps_a_page_of_somebody_else,
});
