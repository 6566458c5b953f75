/** Write protection of one gfn for shadow paging: arch/x86/kvm/mmu/tdp_mmu.c. */

import { equal, type Op } from 'mmucheck/language';
import { type Gfn, type Kvm, type Level, type MaybeRoot, NO_ROOT } from '../../state.js';
import { lockdep_assert_held_write } from '../lockdep.js';
import { rcu_read_lock, rcu_read_unlock } from '../locks.js';
import { is_last_spte, is_shadow_present_pte } from '../spte.js';
import { TDP_ITER, tdp_iter_next, tdp_iter_start, type TdpIter } from '../tdp_iter.js';
import { tdp_mmu_next_root } from './roots.js';
import { tdp_mmu_iter_set_spte } from './set_spte.js';

/**
 * Clears W and MMU-writable of the gfn's leaf. MMU-writable decides, not W: where W was cleared alone (dirty logging,
 * aging), a fast page fault could set it again, and TLBs may still hold what it granted. Never yields.
 */
function* write_protect_gfn(kvm: Kvm, root: MaybeRoot, gfn: Gfn, min_level: Level): Op<boolean> {
  const iter: TdpIter = { ...TDP_ITER };
  let spte_set = false;
  iter.root = root;
  rcu_read_lock(kvm);
  for (
    yield* tdp_iter_start(kvm, iter, min_level, gfn);
    iter.valid && iter.gfn <= gfn;
    yield* tdp_iter_next(kvm, iter)
  ) {
    if (!is_shadow_present_pte(iter.old_spte) || !is_last_spte(iter.old_spte, iter.level)) continue;
    const new_spte = { ...iter.old_spte, writable: false, mmu_writable: false };
    if (equal(new_spte, iter.old_spte)) break;
    yield* tdp_mmu_iter_set_spte(kvm, iter, new_spte);
    spte_set = true;
  }
  rcu_read_unlock(kvm);
  return spte_set;
}

/** Returns whether a flush is due before mmu_lock is dropped. */
export function* kvm_tdp_mmu_write_protect_gfn(kvm: Kvm, gfn: Gfn, min_level: Level): Op<boolean> {
  lockdep_assert_held_write(kvm);
  let spte_set = false;
  for (
    let root = yield* tdp_mmu_next_root(kvm, NO_ROOT, false);
    root !== NO_ROOT;
    root = yield* tdp_mmu_next_root(kvm, root, false)
  )
    if (yield* write_protect_gfn(kvm, root, gfn, min_level)) spte_set = true;
  return spte_set;
}
