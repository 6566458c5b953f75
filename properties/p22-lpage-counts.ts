/**
 * P22: lpage_info counts rightly: a 2M range is forbidden to be huge as often as write tracking and shadow pages have asked for
 * it. One too few, and a huge page makes a tracked gfn writable (P2); one too many, and the range stays small for ever. Both
 * counts change under mmu_lock, so they agree while nobody holds it for write.
 */
import { property } from 'mmucheck/language';
import { huge_index } from '../model/hardware/tlb.js';
import type { Kvm } from '../model/state.js';

export function lpage_counts_are_right(kvm: Kvm): boolean {
  if (kvm.mmu_lock.writer >= 0) return true;
  for (let h = 0; h < kvm.config.trackedHuge; h++) {
    let asked = 0;
    for (let gfn = 0; gfn < kvm.config.trackedGfns; gfn++)
      if (huge_index(kvm, gfn) === h) {
        asked = asked + kvm.tracking.gfn_write_track[gfn];
        if (kvm.tracking.shadow_page[gfn] !== 'none') asked = asked + 1;
      }
    if (kvm.tracking.disallow_lpage[h] !== asked) return false;
  }
  return true;
}

export const P22 = property({
  id: 'P22',
  title: 'counts of lpage_info are right',
  invariant: lpage_counts_are_right,
});
