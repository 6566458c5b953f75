/**
 * P2: from the moment at which an operation that tracks writes to a gfn has dropped mmu_lock, no vCPU can write the
 * gfn without an exit, until tracking ends or a fault makes the gfn's shadow page unsync. Nothing is tolerated: unlike
 * dirty logging, shadow paging cannot make up for a write that it has missed.
 *
 * Both ways to write count: a cached translation with W and D, and a walk, which finds W and sets D.
 */
import { property } from 'mmucheck/language';
import { can_write, walk_from } from '../model/hardware/translation.js';
import type { Kvm } from '../model/state.js';

export function no_tracked_gfn_is_writable(kvm: Kvm): boolean {
  for (let gfn = 0; gfn < kvm.config.trackedGfns; gfn++)
    if (kvm.ghost.write_tracked[gfn])
      for (let v = 0; v < kvm.config.vcpus; v++) {
        if (can_write(kvm, v, gfn)) return false;
        if (kvm.vcpus[v].in_guest && walk_from(kvm, kvm.vcpus[v].root, gfn).writable) return false;
      }
  return true;
}

export const P2 = property({
  id: 'P2',
  title: 'write tracking',
  invariant: no_tracked_gfn_is_writable,
});
