/**
 * Zapping whole roots: kvm_mmu_zap_all_fast() in arch/x86/kvm/mmu/mmu.c, and what it needs of tdp_mmu.c. Memslots that
 * are deleted or moved and a change of kvm.nx_huge_pages come here.
 *
 * Nothing is flushed: no vCPU can run on an invalid root once it has served KVM_REQ_MMU_FREE_OBSOLETE_ROOTS, and who
 * loads a root that stands in a reused page flushes what is tagged with that page.
 */
import { assert, type Op } from 'mmucheck/language';
import { V6_9 } from '../config.js';
import { type Kvm, type Level, type MaybeRoot, NO_ROOT, PG_LEVEL_4K } from '../state.js';
import { lockdep_assert_held_slots_lock } from './lockdep.js';
import {
  mutex_lock,
  mutex_unlock,
  rcu_read_lock,
  rcu_read_unlock,
  read_lock,
  read_unlock,
  write_lock,
  write_unlock,
} from './locks.js';
import { kvm_reload_all_roots } from './requests.js';
import { is_shadow_present_pte, NONPRESENT_SPTE } from './spte.js';
import { TDP_ITER, tdp_iter_next, tdp_iter_start, type TdpIter } from './tdp_iter.js';
import {
  kvm_tdp_mmu_invalidate_all_roots,
  kvm_tdp_mmu_put_root,
  tdp_mmu_next_root,
} from './tdp_mmu/roots.js';
import { tdp_mmu_iter_set_spte, tdp_mmu_set_spte_atomic } from './tdp_mmu/set_spte.js';
import { tdp_mmu_iter_cond_resched } from './tdp_mmu/yield.js';

/** A write to kvm.nx_huge_pages, as far as it concerns one VM. */
export function* set_nx_huge_pages(kvm: Kvm): Op {
  yield* mutex_lock(kvm.slots_lock);
  yield* kvm_mmu_zap_all_fast(kvm);
  yield* mutex_unlock(kvm.slots_lock);
}

/**
 * Roots are invalidated and vCPUs told in one critical section: between the two nobody may load, or fault on, a root
 * that is about to be zapped. (There are no shadow pages to zap in it.)
 */
export function* kvm_mmu_zap_all_fast(kvm: Kvm): Op {
  lockdep_assert_held_slots_lock(kvm);
  yield* write_lock(kvm);
  yield* kvm_tdp_mmu_invalidate_all_roots(kvm);
  yield* kvm_reload_all_roots(kvm);
  yield* write_unlock(kvm);
  yield* kvm_tdp_mmu_zap_invalidated_roots(kvm);
}

/** Roots stay on the list until they are zapped, because notifiers have to find what they still map. */
export function* kvm_tdp_mmu_zap_invalidated_roots(kvm: Kvm): Op {
  yield* read_lock(kvm);
  for (
    let root = yield* tdp_mmu_next_root(kvm, NO_ROOT, false);
    root !== NO_ROOT;
    root = yield* tdp_mmu_next_root(kvm, root, false)
  ) {
    if (!kvm.roots.tdp_mmu_scheduled_root_to_zap[root]) continue;
    kvm.roots.tdp_mmu_scheduled_root_to_zap[root] = false;
    assert(kvm.roots.invalid[root], 'P14', 'a valid root is scheduled for a zap');
    yield* tdp_mmu_zap_root(kvm, root, true);
    // The TDP MMU's own reference.
    yield* kvm_tdp_mmu_put_root(kvm, root);
  }
  yield* read_unlock(kvm);
}

/**
 * From the root's entries down it would take long without a yield, as what is below an entry goes with it. So there
 * are passes from below: over 1G entries, since 6.9 over 4K and 2M entries before, and over the root's own.
 */
export function* tdp_mmu_zap_root(kvm: Kvm, root: MaybeRoot, shared: boolean): Op {
  rcu_read_lock(kvm);
  for (let level = PG_LEVEL_4K; level < kvm.config.levels; level++)
    if (kvm.config.kernel >= V6_9) yield* __tdp_mmu_zap_root(kvm, root, shared, level);
  yield* __tdp_mmu_zap_root(kvm, root, shared, kvm.config.levels);
  rcu_read_unlock(kvm);
}

function* __tdp_mmu_zap_root(kvm: Kvm, root: MaybeRoot, shared: boolean, zap_level: Level): Op {
  const iter: TdpIter = { ...TDP_ITER };
  iter.root = root;
  next: for (
    yield* tdp_iter_start(kvm, iter, zap_level, 0);
    iter.valid && iter.gfn < kvm.config.gfns;
    yield* tdp_iter_next(kvm, iter)
  ) {
    let zapped = false;
    while (!zapped) {
      if (yield* tdp_mmu_iter_cond_resched(kvm, iter, false, shared)) continue next;
      if (!is_shadow_present_pte(iter.old_spte) || iter.level > zap_level) continue next;
      if (shared) zapped = (yield* tdp_mmu_set_spte_atomic(kvm, iter, NONPRESENT_SPTE)) === 0;
      else {
        yield* tdp_mmu_iter_set_spte(kvm, iter, NONPRESENT_SPTE);
        zapped = true;
      }
    }
  }
}
