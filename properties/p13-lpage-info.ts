/**
 * P13lpage, the part of P13 about lpage_info: disallow_lpage counts what forbids huge pages in a 2M range, each write-tracked gfn
 * and each shadow page of a guest page table, whenever mmu_lock is free. A count too low lets a huge page cover a tracked gfn; one
 * too high is never taken back. (The kernel warns about a count below zero only.)
 */
import { property } from 'mmucheck/language';
import { huge_index } from '../model/hardware/tlb.js';
import { rwlock_is_free } from '../model/kernel/locks.js';
import type { Kvm } from '../model/state.js';

export function lpage_info_counts_what_is_tracked(kvm: Kvm): boolean {
  if (!rwlock_is_free(kvm.mmu_lock, kvm.config.processes)) return true;
  for (let huge = 0; huge < kvm.config.trackedHuge; huge++) {
    let tracked = 0;
    for (let gfn = 0; gfn < kvm.config.trackedGfns; gfn++)
      if (huge_index(kvm, gfn) === huge) {
        tracked = tracked + kvm.tracking.gfn_write_track[gfn];
        if (kvm.tracking.shadow_page[gfn] !== 'none') tracked = tracked + 1;
      }
    if (kvm.tracking.disallow_lpage[huge] !== tracked) return false;
  }
  return true;
}

export const P13lpage = property({
  id: 'P13lpage',
  title: 'lpage_info counts what is tracked',
  invariant: lpage_info_counts_what_is_tracked,
});
