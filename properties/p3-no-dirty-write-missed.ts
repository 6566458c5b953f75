/**
 * P3: once dirty logging is on, no vCPU can write a page without the write being recorded. State form, for each gfn:
 * its bit is set (or a ring has it, or a PML buffer that will be emptied), or no vCPU holds a translation that writes
 * without a fault or assist. (A vCPU that can set D with nobody logging it makes one of those.)
 *
 * Tolerated: everything before an ioctl that enables logging has returned; a gfn whose bit an ioctl has taken and
 * not yet reported (it is copied after that); and the moment in a fast page fault between the exchange that sets W
 * and the marking of the page.
 *
 * `P3log` is the log form: what was written since an ioctl last reported it is recorded, or an ioctl has it in hand.
 * It needs the configuration to follow writes. `P3get` is not true, and not meant to be: with manual protection it
 * asks that every write be shown by a later KVM_GET_DIRTY_LOG.
 */
import { property } from 'mmucheck/language';
import { can_write } from '../model/hardware/translation.js';
import { pml_holds } from '../model/hardware/pml.js';
import { is_in_dirty_log } from '../model/kernel/memslot.js';
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
  if (is_in_dirty_log(kvm, gfn) || kvm.ghost.harvesting[gfn] || pml_holds(kvm, gfn)) return true;
  return is_being_marked(kvm, gfn);
}

function is_being_marked(kvm: Kvm, gfn: Gfn): boolean {
  for (let v = 0; v < kvm.config.vcpus; v++) if (kvm.vcpus[v].marking === gfn) return true;
  return false;
}

export const P3 = property({
  id: 'P3',
  title: 'no dirty write missed',
  invariant: every_write_is_recorded,
});

export function every_written_page_is_recorded(kvm: Kvm): boolean {
  for (let gfn = 0; gfn < kvm.config.followedGfns; gfn++)
    if (kvm.ghost.written[gfn] && !is_recorded(kvm, gfn)) return false;
  return true;
}

export const P3log = property({
  id: 'P3log',
  title: 'every write is reported',
  invariant: every_written_page_is_recorded,
});

export function every_written_page_will_be_shown(kvm: Kvm): boolean {
  for (let gfn = 0; gfn < kvm.config.followedGfns; gfn++)
    if (kvm.ghost.unseen[gfn] && !is_recorded(kvm, gfn)) return false;
  return true;
}

export const P3get = property({
  id: 'P3get',
  title: 'every write is shown by a later KVM_GET_DIRTY_LOG',
  invariant: every_written_page_will_be_shown,
});
