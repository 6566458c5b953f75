/**
 * P3: once dirty logging is on, no vCPU can write a page without the write being recorded. State form, for each gfn:
 * its bit is set, or no vCPU holds a translation that writes without a fault or assist.
 *
 * Tolerated: everything before an ioctl that enables logging has returned; a gfn whose bit an ioctl has taken and
 * not yet reported (it is copied after that); and the moment in a fast page fault between the exchange that sets W
 * and the marking of the page.
 */
import { property } from 'mmucheck/language';
import { can_write } from '../model/hardware/translation.js';
import { test_dirty_bit } from '../model/kernel/memslot.js';
import type { Gfn, Kvm } from '../model/state.js';

export function every_write_is_recorded(kvm: Kvm): boolean {
  if (!kvm.ghost.tracking) return true;
  for (let gfn = 0; gfn < kvm.config.gfns; gfn++) {
    if (!is_recorded(kvm, gfn))
      for (let v = 0; v < kvm.config.vcpus; v++) if (can_write(kvm, v, gfn)) return false;
  }
  return true;
}

function is_recorded(kvm: Kvm, gfn: Gfn): boolean {
  if (test_dirty_bit(kvm, gfn) || kvm.ghost.harvesting[gfn]) return true;
  for (let v = 0; v < kvm.config.vcpus; v++) if (kvm.vcpus[v].marking === gfn) return true;
  return false;
}

export const P3 = property({
  id: 'P3',
  title: 'no dirty write missed',
  invariant: every_write_is_recorded,
});
