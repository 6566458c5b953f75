/** The level that a fault maps at: arch/x86/kvm/mmu/mmu.c. */

import { assert, type Op } from 'mmucheck/language';
import { giga_index, huge_index } from '../hardware/tlb.js';
import {
  type Gfn,
  type Kvm,
  type Level,
  PG_LEVEL_1G,
  PG_LEVEL_2M,
  PG_LEVEL_4K,
  type Spte,
} from '../state.js';
import type { Fault } from './fault.js';
import { lpage_info_max_level } from './lpage_info.js';
import { slot_max_mapping_level } from './memslots.js';
import { gfn_round_for_level } from './spte.js';

/** The level to map at: the host's, unless the slot logs dirty pages or the page must not be huge. */
export function* kvm_mmu_hugepage_adjust(kvm: Kvm, fault: Fault): Op {
  if (fault.slot_dirty_logging) return;
  if (kvm.config.memslots > 0 && fault.slot < 0) return;
  if (kvm.config.memoryAttributes && fault.is_private)
    fault.req_level = max_private_mapping_level(kvm, fault);
  else if (kvm.config.memslots > 0)
    fault.req_level = yield* slot_max_mapping_level(kvm, fault.slot, fault.gfn);
  else fault.req_level = yield* kvm_mmu_max_mapping_level(kvm, fault.gfn);
  if (fault.req_level === PG_LEVEL_4K || fault.huge_page_disallowed) return;
  fault.goal_level = fault.req_level;
  fault.pfn = fault.pfn - (fault.gfn - gfn_round_for_level(kvm, fault.gfn, fault.goal_level));
}

/** What lpage_info and the host's mapping allow for a shared gfn. mmu_lock held. */
export function* kvm_mmu_max_mapping_level(kvm: Kvm, gfn: Gfn): Op<Level> {
  assert(kvm.config.memslots === 0, '', 'huge pages are recovered only in the slot that is there for ever');
  const has_lpage_info = kvm.config.writeTracking || kvm.config.memoryAttributes;
  if (has_lpage_info && lpage_info_max_level(kvm, gfn) === PG_LEVEL_4K) return PG_LEVEL_4K;
  yield;
  const host_level = host_pfn_mapping_level(kvm, gfn);
  if (has_lpage_info && host_level > lpage_info_max_level(kvm, gfn)) return lpage_info_max_level(kvm, gfn);
  return host_level;
}

/** What lpage_info allows, and the folio, whose size came with its frame, before mmu_lock was taken. */
function max_private_mapping_level(kvm: Kvm, fault: Fault): Level {
  const max_level = lpage_info_max_level(kvm, fault.gfn);
  return max_level < fault.max_level ? max_level : fault.max_level;
}

/** The size of the host's mapping, read under mmu_lock: an invalidation that changes it cannot be over before. */
function host_pfn_mapping_level(kvm: Kvm, gfn: Gfn): Level {
  if (kvm.config.levels === 3 && kvm.host.giga[giga_index(kvm, gfn)]) return PG_LEVEL_1G;
  return kvm.host.huge[huge_index(kvm, gfn)] ? PG_LEVEL_2M : PG_LEVEL_4K;
}

/**
 * A table that exists only because huge pages are not executable stays: the fault maps a level below it rather than
 * replacing it, which would bring the next exec fault back. So does every table with `noMerging`.
 */
export function* disallowed_hugepage_adjust(kvm: Kvm, fault: Fault, spte: Spte, cur_level: Level): Op {
  if (cur_level === PG_LEVEL_4K || cur_level !== fault.goal_level || spte.kind !== 'TABLE') return;
  yield;
  if (kvm.config.noMerging || kvm.pt[spte.child].nx_huge_page_disallowed) {
    fault.pfn =
      fault.pfn +
      (gfn_round_for_level(kvm, fault.gfn, cur_level - 1) - gfn_round_for_level(kvm, fault.gfn, cur_level));
    fault.goal_level = cur_level - 1;
  }
}
