/**
 * The host's memory management, as KVM meets it: it moves pages (compaction, migration, copy on write) between
 * kvm_mmu_notifier_invalidate_range_start() and _end(). An entry inside a huge host mapping is never changed alone:
 * ranges are whole 2M ranges wherever the host maps 2M.
 */
import type { Op } from 'mmucheck/language';
import { is_drained } from './hardware/store_buffer.js';
import {
  kvm_mmu_notifier_invalidate_range_end,
  kvm_mmu_notifier_invalidate_range_start,
} from './kernel/mmu_notifier.js';
import type { Gfn, GfnEnd, Kvm } from './state.js';

/** Moves [start, end) to other frames; the old ones belong to somebody else afterwards. */
export function* migrate_pages(kvm: Kvm, start: Gfn, end: GfnEnd): Op {
  yield* kvm_mmu_notifier_invalidate_range_start(kvm, start, end, true);
  yield* set_ptes(kvm, start, end);
  yield* kvm_mmu_notifier_invalidate_range_end(kvm);
}

function* set_ptes(kvm: Kvm, start: Gfn, end: GfnEnd): Op {
  yield () => is_drained(kvm);
  for (let gfn = start; gfn < end; gfn++) kvm.host.pfn[gfn] = gfn + kvm.config.gfns;
}
