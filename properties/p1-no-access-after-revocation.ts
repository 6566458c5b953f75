/**
 * P1: once an operation that revokes a gfn has returned and the host has given the page to somebody else, no vCPU
 * reads or writes the old page, through its TLB or through the tables.
 *
 * Tolerated: accesses between the clearing of the entry and the end of the flush, inside the operation. They need no
 * clause: the host changes what backs the gfn only after the operation has returned, so until then the old frame is
 * the right one.
 */
import { property } from 'mmucheck/language';
import { can_reach_wrong_frame } from '../model/hardware/translation.js';
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
