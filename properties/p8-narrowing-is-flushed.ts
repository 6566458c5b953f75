/**
 * P8: when an operation that takes a right away promises a flush before it returns (or before it drops mmu_lock),
 * then from that point no vCPU can use the right any more, through an entry of any size, also a stale huge one that
 * covers the gfn, unless it was granted anew since.
 *
 * The ghosts `removed_*` follow each right of each gfn: taken by an operation that has not reached its promise
 * (tolerated), or promised gone. See model/hardware/ept.ts.
 */
import { property } from 'mmucheck/language';
import { can_fetch, can_read, can_write } from '../model/hardware/translation.js';
import type { Kvm } from '../model/state.js';

export function removed_rights_are_gone(kvm: Kvm): boolean {
  const gone = kvm.config.processes;
  for (let gfn = 0; gfn < kvm.config.gfns; gfn++)
    for (let v = 0; v < kvm.config.vcpus; v++) {
      if (kvm.ghost.removed_read[gfn] === gone && can_read(kvm, v, gfn)) return false;
      if (kvm.ghost.removed_write[gfn] === gone && can_write(kvm, v, gfn)) return false;
      if (kvm.config.trackExec && kvm.ghost.removed_exec[gfn] === gone && can_fetch(kvm, v, gfn))
        return false;
    }
  return true;
}

export const P8 = property({ id: 'P8', title: 'narrowing is flushed', invariant: removed_rights_are_gone });
