/** What a slow fault installs: kvm_tdp_mmu_map() in arch/x86/kvm/mmu/tdp_mmu.c. */

import { assert, equal, type Op } from 'mmucheck/language';
import { V6_13, V6_13_FINAL, V6_16 } from '../../config.js';
import { type Errno, type Kvm, PG_LEVEL_4K, type Spte, type VcpuId } from '../../state.js';
import type { Fault, RetPf } from '../fault.js';
import { disallowed_hugepage_adjust, kvm_mmu_hugepage_adjust } from '../hugepage.js';
import { rcu_read_lock, rcu_read_unlock } from '../locks.js';
import { make_mmio_spte } from '../mmio.js';
import { track_possible_nx_huge_page } from '../possible_nx.js';
import { kvm_flush_remote_tlbs } from '../requests.js';
import {
  is_access_allowed,
  is_frozen_spte,
  is_large_pte,
  is_last_spte,
  is_mmio_spte,
  is_shadow_present_pte,
  leaf_spte_change_needs_tlb_flush,
  make_spte,
  NONPRESENT_SPTE,
} from '../spte.js';
import { TDP_ITER, tdp_iter_next, tdp_iter_start, type TdpIter } from '../tdp_iter.js';
import { tdp_mmu_alloc_sp, tdp_mmu_free_sp, tdp_mmu_init_child_sp, tdp_mmu_link_sp } from './pages.js';
import { tdp_mmu_set_spte_atomic } from './set_spte.js';
import { tdp_mmu_split_huge_page } from './split.js';

/** Installs tables and the leaf for a fault. mmu_lock held for read. */
export function* kvm_tdp_mmu_map(kvm: Kvm, vcpu: VcpuId, fault: Fault): Op<RetPf> {
  let ret: RetPf = 'RETRY';
  const iter: TdpIter = { ...TDP_ITER };
  iter.root = kvm.vcpus[vcpu].root;
  yield* kvm_mmu_hugepage_adjust(kvm, fault);
  rcu_read_lock(kvm);
  for (
    yield* tdp_iter_start(kvm, iter, PG_LEVEL_4K, fault.gfn);
    iter.valid && iter.gfn <= fault.gfn;
    yield* tdp_iter_next(kvm, iter)
  ) {
    if (kvm.config.nxHugePages || kvm.config.noMerging)
      yield* disallowed_hugepage_adjust(kvm, fault, iter.old_spte, iter.level);
    // Somebody else is about to change this entry.
    if (is_frozen_spte(iter.old_spte)) break;
    if (iter.level === fault.goal_level) {
      ret = yield* tdp_mmu_map_handle_target_level(kvm, fault, iter);
      break;
    }
    if (is_shadow_present_pte(iter.old_spte) && !is_large_pte(iter.old_spte)) continue;

    const sp = tdp_mmu_alloc_sp(kvm);
    tdp_mmu_init_child_sp(kvm, sp, iter);
    // Before the table is visible: who finds it linked must find the flag.
    kvm.pt[sp].nx_huge_page_disallowed = fault.huge_page_disallowed;
    let r: Errno = 0;
    if (is_shadow_present_pte(iter.old_spte)) r = yield* tdp_mmu_split_huge_page(kvm, iter, sp, true);
    else r = yield* tdp_mmu_link_sp(kvm, iter, sp, true);
    if (r !== 0) {
      tdp_mmu_free_sp(kvm, sp);
      break;
    }
    if (kvm.config.nxRecovery && fault.huge_page_disallowed && fault.req_level >= iter.level)
      yield* track_possible_nx_huge_page(kvm, sp);
  }
  rcu_read_unlock(kvm);
  return ret;
}

/**
 * Installs the leaf. Over another leaf it can only be of the same frame, but it may narrow it, if the host's mapping
 * was not writable yet when this fault looked: 6.6 does nothing about what others have cached of the old leaf, 6.13
 * flushes if it was MMU-writable, and since the end of 6.13 a fault leaves a leaf alone that allows the access.
 */
function* tdp_mmu_map_handle_target_level(kvm: Kvm, fault: Fault, iter: TdpIter): Op<RetPf> {
  const was_present = is_shadow_present_pte(iter.old_spte);
  const was_leaf = was_present && is_last_spte(iter.old_spte, iter.level);
  const leaves_alone = kvm.config.kernel >= V6_16 ? was_leaf : was_present && kvm.config.kernel >= V6_13;
  if (fault.prefetch === 1 && leaves_alone) return 'SPURIOUS';
  if (was_leaf && kvm.config.kernel >= V6_13_FINAL && is_access_allowed(kvm, fault, iter.old_spte))
    return 'SPURIOUS';
  let new_spte: Spte = NONPRESENT_SPTE;
  if (kvm.config.mmioGenerations > 0 && fault.slot < 0) new_spte = yield* make_mmio_spte(kvm);
  else new_spte = yield* make_spte(kvm, fault, iter.level, iter.gfn, iter.old_spte);
  const wrprot = kvm.config.writeTracking && fault.write && fault.map_writable && !new_spte.writable;
  let ret: RetPf = 'FIXED';
  if (equal(new_spte, iter.old_spte)) {
    ret = 'SPURIOUS';
  } else {
    const narrows = was_leaf && leaf_spte_change_needs_tlb_flush(iter.old_spte, new_spte);
    // Of a table that was in use, and is gone, nobody may be walking it when this leaves RCU.
    const flush = (was_present && !was_leaf) || (narrows && kvm.config.kernel >= V6_13);
    if ((yield* tdp_mmu_set_spte_atomic(kvm, iter, new_spte)) !== 0) return 'RETRY';
    assert(
      !narrows || kvm.config.kernel < V6_13_FINAL,
      'P5',
      'a fault narrows a leaf, which the kernel warns about',
    );
    if (flush) yield* kvm_flush_remote_tlbs(kvm);
  }
  return wrprot || is_mmio_spte(new_spte) ? 'EMULATE' : ret;
}
