/**
 * lpage_info: which ranges must not be mapped huge, besides what the host's mapping allows (arch/x86/kvm/mmu/mmu.c).
 * Sources are write tracking (a count) and memory attributes (a flag for ranges whose gfns differ).
 *
 * Written with mmu_lock held for write and read with mmu_lock held, so its accesses are no steps.
 */
import { giga_index, huge_index } from '../hardware/tlb.js';
import { type Gfn, type Kvm, type Level, PG_LEVEL_1G, PG_LEVEL_2M, PG_LEVEL_4K } from '../state.js';
import { page_index } from './spte.js';

/** The largest page that lpage_info allows for the gfn: the first half of kvm_mmu_max_mapping_level(). */
export function lpage_info_max_level(kvm: Kvm, gfn: Gfn): Level {
  if (kvm.config.levels === 3 && !is_disallowed(kvm, gfn, PG_LEVEL_1G)) return PG_LEVEL_1G;
  return is_disallowed(kvm, gfn, PG_LEVEL_2M) ? PG_LEVEL_4K : PG_LEVEL_2M;
}

/** lpage_info_slot(gfn, slot, level)->disallow_lpage != 0. */
function is_disallowed(kvm: Kvm, gfn: Gfn, level: Level): boolean {
  if (kvm.config.writeTracking && is_tracked_in(kvm, gfn, level)) return true;
  return kvm.config.memoryAttributes && hugepage_test_mixed(kvm, gfn, level);
}

/** A count of the 1G range would be that of its 2M ranges together. */
function is_tracked_in(kvm: Kvm, gfn: Gfn, level: Level): boolean {
  for (let h = 0; h < kvm.config.trackedHuge; h++)
    if (
      kvm.tracking.disallow_lpage[h] > 0 &&
      page_index(kvm, h * kvm.config.fanout, level) === page_index(kvm, gfn, level)
    )
      return true;
  return false;
}

export function hugepage_test_mixed(kvm: Kvm, gfn: Gfn, level: Level): boolean {
  if (kvm.config.levels === 3 && level === PG_LEVEL_1G)
    return kvm.private_memory.mixed_1g[giga_index(kvm, gfn)];
  return kvm.private_memory.mixed_2m[huge_index(kvm, gfn)];
}

/** hugepage_set_mixed() and hugepage_clear_mixed(). */
export function hugepage_change_mixed(kvm: Kvm, gfn: Gfn, level: Level, mixed: boolean): void {
  if (kvm.config.levels === 3 && level === PG_LEVEL_1G)
    kvm.private_memory.mixed_1g[giga_index(kvm, gfn)] = mixed;
  else kvm.private_memory.mixed_2m[huge_index(kvm, gfn)] = mixed;
}
