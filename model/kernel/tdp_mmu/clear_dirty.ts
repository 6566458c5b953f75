/** Dirty logging by D: arch/x86/kvm/mmu/tdp_mmu.c. */

import type { Op } from 'mmucheck/language';
import { V6_9 } from '../../config.js';
import { type Gfn, type GfnEnd, type Kvm, type MaybeRoot, NO_ROOT, PG_LEVEL_4K } from '../../state.js';
import { lockdep_assert_held_read } from '../lockdep.js';
import { rcu_read_lock, rcu_read_unlock } from '../locks.js';
import { is_last_spte, is_shadow_present_pte } from '../spte.js';
import { TDP_ITER, tdp_iter_next, tdp_iter_start, type TdpIter } from '../tdp_iter.js';
import { tdp_mmu_next_root } from './roots.js';
import { type DirtyBit, has_bit, tdp_mmu_set_spte_atomic, without_bit } from './set_spte.js';
import { tdp_mmu_iter_cond_resched } from './yield.js';

/** Which bit tells that a page was written. */
export function dirty_bit(kvm: Kvm, wrprot: boolean): DirtyBit {
  return wrprot || tdp_mmu_need_write_protect(kvm) ? 'WRITABLE' : 'DIRTY';
}

/** Up to 6.8 nobody asked whether the root was one that vCPUs run L2 on, where PML is off. */
function tdp_mmu_need_write_protect(kvm: Kvm): boolean {
  return !kvm.config.adBits || (kvm.config.wrprotOnly && kvm.config.kernel >= V6_9);
}

/** Clears D, or W, of every leaf in [start, end), of any size. */
export function* clear_dirty_gfn_range(kvm: Kvm, root: MaybeRoot, start: Gfn, end: GfnEnd): Op {
  const iter: TdpIter = { ...TDP_ITER };
  iter.root = root;
  const dbit = dirty_bit(kvm, false);
  rcu_read_lock(kvm);
  next: for (
    yield* tdp_iter_start(kvm, iter, PG_LEVEL_4K, start);
    iter.valid && iter.gfn < end;
    yield* tdp_iter_next(kvm, iter)
  ) {
    do {
      if (yield* tdp_mmu_iter_cond_resched(kvm, iter, false, true)) continue next;
      // Looked at again on every attempt: the entry may be a table or gone by now.
      if (!is_shadow_present_pte(iter.old_spte) || !is_last_spte(iter.old_spte, iter.level)) continue next;
      if (!has_bit(iter.old_spte, dbit)) continue next;
    } while ((yield* tdp_mmu_set_spte_atomic(kvm, iter, without_bit(iter.old_spte, dbit))) !== 0);
  }
  rcu_read_unlock(kvm);
}

/** The whole memslot. mmu_lock held for read. */
export function* kvm_tdp_mmu_clear_dirty_slot(kvm: Kvm): Op {
  lockdep_assert_held_read(kvm);
  for (
    let root = yield* tdp_mmu_next_root(kvm, NO_ROOT, true);
    root !== NO_ROOT;
    root = yield* tdp_mmu_next_root(kvm, root, true)
  )
    yield* clear_dirty_gfn_range(kvm, root, 0, kvm.config.gfns);
}
