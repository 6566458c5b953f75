/** Threads and witnesses of the scenarios about write tracking, aging and host pages that move in part. */
import type { Op } from 'mmucheck/language';
import { migrate_pages } from '../host.js';
import { huge_index } from '../hardware/tlb.js';
import { walk, walk_is_huge } from '../hardware/translation.js';
import {
  kvm_mmu_notifier_clear_flush_young,
  kvm_mmu_notifier_clear_young,
} from '../kernel/mmu_notifier_young.js';
import {
  kvm_mmu_alloc_shadow_page,
  kvm_write_track_add_gfn,
  kvm_write_track_remove_gfn,
  mmu_sync_children,
} from '../kernel/page_track.js';
import { type Kvm, ROOT } from '../state.js';

/** A guest page table of the last level: shadowed, and after the guest has written to it synchronised again. */
export function* shadow_then_sync(kvm: Kvm): Op {
  yield* kvm_mmu_alloc_shadow_page(kvm, 0);
  yield* mmu_sync_children(kvm, 0);
}

/** A gfn is tracked for some time; then what is mapped small because of it goes. */
export function* track_untrack_migrate(kvm: Kvm): Op {
  yield* kvm_write_track_add_gfn(kvm, 0);
  yield* kvm_write_track_remove_gfn(kvm, 0);
  yield* migrate_pages(kvm, 0, kvm.config.gfns);
}

/** The second finds nothing young, and does not flush, unless the guest has used the page in between. */
export function* age_then_age_and_flush(kvm: Kvm): Op {
  yield* kvm_mmu_notifier_clear_young(kvm, 1, 2);
  yield* kvm_mmu_notifier_clear_flush_young(kvm, 0, 1);
}

export function a_gfn_is_write_tracked(kvm: Kvm): boolean {
  for (let gfn = 0; gfn < kvm.config.trackedGfns; gfn++) if (kvm.ghost.write_tracked[gfn]) return true;
  return false;
}

export function a_tracked_gfn_was_writable_at_the_host(kvm: Kvm): boolean {
  for (let gfn = 0; gfn < kvm.config.trackedGfns; gfn++)
    if (kvm.ghost.write_tracked[gfn] && kvm.host.writable[gfn] && walk(kvm, gfn).kind === 'LEAF') return true;
  return false;
}

export function a_shadow_page_is_unsync(kvm: Kvm): boolean {
  for (let gfn = 0; gfn < kvm.config.trackedGfns; gfn++)
    if (kvm.tracking.shadow_page[gfn] === 'unsync') return true;
  return false;
}

/** The other gfn of the huge page around a tracked one may be written, as a small page. */
export function a_write_tracked_gfn_shares_its_huge_page(kvm: Kvm): boolean {
  for (let gfn = 0; gfn < kvm.config.trackedGfns; gfn++)
    if (kvm.ghost.write_tracked[gfn] && !walk_is_huge(kvm, gfn))
      for (let other = 0; other < kvm.config.trackedGfns; other++)
        if (huge_index(kvm, other) === huge_index(kvm, gfn) && walk(kvm, other).writable) return true;
  return false;
}

/** Of a gfn that was tracked at first. */
export function tracking_has_ended_and_the_guest_writes(kvm: Kvm): boolean {
  return kvm.tracking.gfn_write_track[0] === 0 && walk(kvm, 0).writable;
}

/** A fault on a gfn outside an open invalidation has mapped it by a huge page that reaches into it. */
export function a_huge_leaf_covers_an_open_invalidation(kvm: Kvm): boolean {
  for (let gfn = 0; gfn < kvm.config.gfns; gfn++)
    if (
      kvm.mmu_lock.writer < 0 &&
      kvm.mmu_invalidate_in_progress === 1 &&
      gfn >= kvm.mmu_invalidate_range_start &&
      gfn < kvm.mmu_invalidate_range_end &&
      walk_is_huge(kvm, gfn) &&
      walk(kvm, gfn).kind === 'LEAF'
    )
      return true;
  return false;
}

/** Aging has taken A, or marked the entry for access tracking. */
export function a_page_is_old(kvm: Kvm): boolean {
  for (let gfn = 0; gfn < kvm.config.gfns; gfn++) {
    const leaf = walk(kvm, gfn);
    if (leaf.kind === 'LEAF' && !leaf.accessed) return true;
  }
  return false;
}

export function a_table_entry_is_old(kvm: Kvm): boolean {
  for (let i = 0; i < kvm.config.rootEntries; i++)
    if (kvm.pt[ROOT].spte[i].kind === 'TABLE' && !kvm.pt[ROOT].spte[i].accessed) return true;
  return false;
}
