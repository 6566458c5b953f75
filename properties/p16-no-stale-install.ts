/**
 * P16: at the step that makes a translation walkable, it leads to the frame that the host or guest_memfd designates for the gfn, for
 * every gfn that the new leaf or table covers. P1 asks what vCPUs can use; this asks at the moment of the mistake.
 */
import { property } from 'mmucheck/language';
import { designated_pfn } from '../model/kernel/private_memory.js';
import { frame_of, walk, walk_level } from '../model/hardware/translation.js';
import type { Kvm } from '../model/state.js';

export function only_the_hosts_frames_are_mapped(before: Kvm, after: Kvm): boolean {
  for (let gfn = 0; gfn < after.config.gfns; gfn++) {
    const leaf = walk(after, gfn);
    const old = walk(before, gfn);
    if (leaf.kind === 'LEAF') {
      const frame = frame_of(after, gfn, leaf.pfn, walk_level(after, gfn));
      const was_mapped =
        old.kind === 'LEAF' && frame_of(before, gfn, old.pfn, walk_level(before, gfn)) === frame;
      if (!was_mapped && frame !== designated_pfn(after, gfn)) return false;
    }
  }
  return true;
}

export const P16 = property({
  id: 'P16',
  title: 'no stale install',
  step: only_the_hosts_frames_are_mapped,
});
