/**
 * P16: at the step that makes a translation walkable, it leads to the frame that the host or guest_memfd designates for the gfn, for
 * every gfn that the new leaf or table covers. P1 asks what vCPUs can use; this asks at the moment of the mistake.
 */
import { property } from 'mmucheck/language';
import { is_designated } from '../model/kernel/private_memory.js';
import { frame_of, walk_from, walk_level_from } from '../model/hardware/translation.js';
import type { Kvm } from '../model/state.js';

export function only_the_hosts_frames_are_mapped(before: Kvm, after: Kvm): boolean {
  for (let root = 0; root < after.config.roots; root++)
    for (let gfn = 0; gfn < after.config.gfns; gfn++) {
      const leaf = walk_from(after, root, gfn);
      const old = walk_from(before, root, gfn);
      if (leaf.kind === 'LEAF') {
        const frame = frame_of(after, gfn, leaf.pfn, walk_level_from(after, root, gfn));
        const was_mapped =
          old.kind === 'LEAF' && frame_of(before, gfn, old.pfn, walk_level_from(before, root, gfn)) === frame;
        if (!was_mapped && !is_designated(after, gfn, frame)) return false;
      }
    }
  return true;
}

export const P16 = property({
  id: 'P16',
  title: 'no stale install',
  step: only_the_hosts_frames_are_mapped,
});
