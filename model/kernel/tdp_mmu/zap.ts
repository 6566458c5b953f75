/** Zapping leafs: arch/x86/kvm/mmu/tdp_mmu.c. */

import type { Op } from 'mmucheck/language';
import { V6_10 } from '../../config.js';
import {
  type Errno,
  type Gfn,
  type GfnEnd,
  type Kvm,
  type MaybeRoot,
  NO_ROOT,
  PG_LEVEL_4K,
} from '../../state.js';
import { lockdep_assert_held_read, lockdep_assert_held_write } from '../lockdep.js';
import { rcu_read_lock, rcu_read_unlock } from '../locks.js';
import { kvm_flush_remote_tlbs_gfn } from '../requests.js';
import { FROZEN_SPTE, is_last_spte, is_shadow_present_pte, NONPRESENT_SPTE } from '../spte.js';
import { TDP_ITER, tdp_iter_next, tdp_iter_start, type TdpIter } from '../tdp_iter.js';
import { tdp_mmu_next_root } from './roots.js';
import {
  __kvm_tdp_mmu_write_spte,
  __tdp_mmu_set_spte_atomic,
  handle_changed_spte,
  tdp_mmu_iter_set_spte,
  tdp_mmu_set_spte_atomic,
} from './set_spte.js';
import { tdp_mmu_iter_cond_resched } from './yield.js';

/** Clears every leaf of a root that overlaps [start, end). Returns whether a flush is due before mmu_lock is dropped. */
export function* tdp_mmu_zap_leafs(
  kvm: Kvm,
  root: MaybeRoot,
  start: Gfn,
  end: GfnEnd,
  can_yield: boolean,
  flush: boolean,
): Op<boolean> {
  const iter: TdpIter = { ...TDP_ITER };
  let pending = flush;
  iter.root = root;
  lockdep_assert_held_write(kvm);
  rcu_read_lock(kvm);
  for (
    yield* tdp_iter_start(kvm, iter, PG_LEVEL_4K, start);
    iter.valid && iter.gfn < end;
    yield* tdp_iter_next(kvm, iter)
  ) {
    if (can_yield && (yield* tdp_mmu_iter_cond_resched(kvm, iter, pending, false))) {
      pending = false;
      continue;
    }
    if (!is_shadow_present_pte(iter.old_spte) || !is_last_spte(iter.old_spte, iter.level)) continue;
    yield* tdp_mmu_iter_set_spte(kvm, iter, NONPRESENT_SPTE);
    pending = true;
  }
  rcu_read_unlock(kvm);
  return pending;
}

/**
 * Zaps what the iterator stands on under the read lock: the entry belongs to this process, and everybody else keeps
 * away from it, until nobody can use what it said. Until 6.9 the tables below it go away before the flush.
 */
export function* tdp_mmu_zap_spte_atomic(kvm: Kvm, iter: TdpIter): Op<Errno> {
  lockdep_assert_held_read(kvm);
  if (kvm.config.kernel < V6_10) {
    const ret = yield* tdp_mmu_set_spte_atomic(kvm, iter, FROZEN_SPTE);
    if (ret !== 0) return ret;
  } else {
    const ret = yield* __tdp_mmu_set_spte_atomic(kvm, iter, FROZEN_SPTE);
    if (ret !== 0) return ret;
  }
  yield* kvm_flush_remote_tlbs_gfn(kvm, iter.gfn, iter.level);
  yield* __kvm_tdp_mmu_write_spte(kvm, iter.sptep, NONPRESENT_SPTE, FROZEN_SPTE);
  if (kvm.config.kernel >= V6_10)
    yield* handle_changed_spte(kvm, iter.old_spte, NONPRESENT_SPTE, iter.level, true);
  return 0;
}

/** The memory notifiers' way in: every root, also an invalid one. What one owes, the walk of the next flushes too. */
export function* kvm_tdp_mmu_unmap_gfn_range(
  kvm: Kvm,
  start: Gfn,
  end: GfnEnd,
  may_block: boolean,
  flush: boolean,
): Op<boolean> {
  let pending = flush;
  for (
    let root = yield* tdp_mmu_next_root(kvm, NO_ROOT, false);
    root !== NO_ROOT;
    root = yield* tdp_mmu_next_root(kvm, root, false)
  )
    pending = yield* tdp_mmu_zap_leafs(kvm, root, start, end, may_block, pending);
  return pending;
}
