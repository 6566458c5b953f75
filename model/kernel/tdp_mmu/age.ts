/**
 * Aging: whether leafs were used, and forgetting that they were. arch/x86/kvm/mmu/tdp_mmu.c.
 *
 * Up to 6.14 under mmu_lock held for write; from 6.15 under RCU alone, so that everybody may change the entry between
 * the read and the change here. The change is then a bit operation on whatever is in memory. On a hole it does nothing.
 * On a table it clears A, which processors would set again on their next walk (not modelled: nothing reads it). On a
 * FROZEN entry it clears a bit of that constant. Only configurations with one root age pages.
 */
import { assert, type Op } from 'mmucheck/language';
import { V6_15 } from '../../config.js';
import { read_entry, write_entry } from '../../hardware/ept.js';
import {
  type Gfn,
  type GfnEnd,
  type Kvm,
  type Level,
  PG_LEVEL_4K,
  type Spte,
  type SptePtr,
} from '../../state.js';
import { is_accessed_spte, mark_spte_for_access_track } from '../access_track.js';
import { lockdep_assert_held_write } from '../lockdep.js';
import { rcu_read_lock, rcu_read_unlock } from '../locks.js';
import { is_last_spte, is_shadow_present_pte } from '../spte.js';
import { TDP_ITER, tdp_iter_next, tdp_iter_start, type TdpIter } from '../tdp_iter.js';
import {
  __kvm_tdp_mmu_write_spte,
  __tdp_mmu_set_spte_atomic,
  kvm_tdp_mmu_spte_need_atomic_write,
  kvm_tdp_mmu_write_spte,
} from './set_spte.js';

/** Returns whether a leaf in [start, end) was used since it was last asked; forgets it, unless `test_only`. No yields. */
export function* kvm_tdp_mmu_age_gfn_range(
  kvm: Kvm,
  start: Gfn,
  end: GfnEnd,
  test_only: boolean,
): Op<boolean> {
  const iter: TdpIter = { ...TDP_ITER };
  let ret = false;
  assert(
    kvm.config.roots === 1,
    '',
    'aging walks one root: with more, it would have to take no references to them',
  );
  if (kvm.config.kernel < V6_15) lockdep_assert_held_write(kvm);
  rcu_read_lock(kvm);
  for (
    yield* tdp_iter_start(kvm, iter, PG_LEVEL_4K, start);
    iter.valid && iter.gfn < end;
    yield* tdp_iter_next(kvm, iter)
  ) {
    if (!is_shadow_present_pte(iter.old_spte) || !is_last_spte(iter.old_spte, iter.level)) continue;
    if (!is_accessed_spte(iter.old_spte)) continue;
    ret = true;
    if (test_only) {
      // From 6.15 on; before, the walk went on to the end.
      if (kvm.config.kernel >= V6_15) break;
      continue;
    }
    if (kvm.config.kernel >= V6_15) yield* kvm_tdp_mmu_age_spte(kvm, iter);
    else yield* age_gfn_range(kvm, iter);
  }
  rcu_read_unlock(kvm);
  return ret;
}

/** Up to 6.14. */
function* age_gfn_range(kvm: Kvm, iter: TdpIter): Op {
  const new_spte = mark_spte_for_access_track(kvm, iter.old_spte);
  if (kvm.config.adBits) yield* tdp_mmu_clear_accessed_bit(kvm, iter.sptep, iter.old_spte, iter.level);
  else yield* kvm_tdp_mmu_write_spte(kvm, iter.sptep, iter.old_spte, new_spte, iter.level);
}

/** From 6.15 on. Without A/D bits an entry that changes meanwhile is most likely used, so failing is an answer. */
function* kvm_tdp_mmu_age_spte(kvm: Kvm, iter: TdpIter): Op {
  const new_spte = mark_spte_for_access_track(kvm, iter.old_spte);
  if (kvm.config.adBits) yield* tdp_mmu_clear_accessed_bit_atomic(kvm, iter.sptep);
  else yield* __tdp_mmu_set_spte_atomic(kvm, iter, new_spte);
}

/** tdp_mmu_clear_spte_bits(shadow_accessed_mask). */
function* tdp_mmu_clear_accessed_bit(kvm: Kvm, sptep: SptePtr, old_spte: Spte, level: Level): Op {
  if (kvm_tdp_mmu_spte_need_atomic_write(kvm, old_spte, level))
    yield* tdp_mmu_clear_accessed_bit_atomic(kvm, sptep);
  else yield* __kvm_tdp_mmu_write_spte(kvm, sptep, { ...old_spte, accessed: false }, old_spte);
}

/** tdp_mmu_clear_spte_bits_atomic(shadow_accessed_mask): fetch_and() on the raw value. */
function* tdp_mmu_clear_accessed_bit_atomic(kvm: Kvm, sptep: SptePtr): Op {
  yield;
  write_entry(kvm, sptep, { ...read_entry(kvm, sptep), accessed: false });
}
