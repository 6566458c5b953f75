/** Zapping leafs: arch/x86/kvm/mmu/tdp_mmu.c. */

import type { Op } from 'mmucheck/language';
import { type Gfn, type GfnEnd, type Kvm, PG_LEVEL_4K } from '../../state.js';
import { lockdep_assert_held_write, rcu_read_lock, rcu_read_unlock } from '../locks.js';
import { is_last_spte, is_shadow_present_pte, NONPRESENT_SPTE } from '../spte.js';
import { TDP_ITER, tdp_iter_next, tdp_iter_start, type TdpIter } from '../tdp_iter.js';
import { tdp_mmu_iter_set_spte } from './set_spte.js';
import { tdp_mmu_iter_cond_resched } from './yield.js';

/** Clears every leaf that overlaps [start, end). Returns whether a flush is due before mmu_lock is dropped. */
export function* tdp_mmu_zap_leafs(
  kvm: Kvm,
  start: Gfn,
  end: GfnEnd,
  can_yield: boolean,
  flush: boolean,
): Op<boolean> {
  const iter: TdpIter = { ...TDP_ITER };
  let pending = flush;
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

/** The memory notifiers' way in. */
export function* kvm_tdp_mmu_unmap_gfn_range(
  kvm: Kvm,
  start: Gfn,
  end: GfnEnd,
  may_block: boolean,
  flush: boolean,
): Op<boolean> {
  return yield* tdp_mmu_zap_leafs(kvm, start, end, may_block, flush);
}
