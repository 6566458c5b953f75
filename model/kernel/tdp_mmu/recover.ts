/**
 * Huge pages come back when dirty logging stops: arch/x86/kvm/mmu/tdp_mmu.c. Up to 6.12 tables that could be huge
 * pages are zapped, and faults map huge; from 6.13 on a huge leaf takes their place at once. Neither removes rights
 * for good, so whoever faults meanwhile only repeats the access.
 */
import { assert, type Op } from 'mmucheck/language';
import { V6_13 } from '../../config.js';
import {
  type Gfn,
  type GfnEnd,
  type Kvm,
  type Level,
  type MaybeRoot,
  NO_ROOT,
  PG_LEVEL_2M,
  PG_LEVEL_4K,
  type PageTableId,
  type Spte,
} from '../../state.js';
import { kvm_mmu_max_mapping_level } from '../hugepage.js';
import { lockdep_assert_held_read, lockdep_assert_held_slots_lock } from '../lockdep.js';
import { rcu_read_lock, rcu_read_unlock, read_lock, read_unlock } from '../locks.js';
import { kvm_flush_remote_tlbs } from '../requests.js';
import { is_last_spte, is_shadow_present_pte, make_huge_spte, NONPRESENT_SPTE } from '../spte.js';
import { kvm_tdp_mmu_read_spte, TDP_ITER, tdp_iter_next, tdp_iter_start, type TdpIter } from '../tdp_iter.js';
import { tdp_mmu_next_root } from './roots.js';
import { tdp_mmu_set_spte_atomic } from './set_spte.js';
import { tdp_mmu_iter_cond_resched, tdp_mmu_iter_need_resched } from './yield.js';
import { tdp_mmu_zap_spte_atomic } from './zap.js';

/** kvm_mmu_recover_huge_pages(), or kvm_mmu_zap_collapsible_sptes(): on a slot that does not log any more. */
export function* kvm_mmu_recover_huge_pages(kvm: Kvm): Op {
  yield* read_lock(kvm);
  yield* kvm_tdp_mmu_recover_huge_pages(kvm);
  yield* read_unlock(kvm);
}

function* kvm_tdp_mmu_recover_huge_pages(kvm: Kvm): Op {
  lockdep_assert_held_read(kvm);
  for (
    let root = yield* tdp_mmu_next_root(kvm, NO_ROOT, true);
    root !== NO_ROOT;
    root = yield* tdp_mmu_next_root(kvm, root, true)
  )
    if (kvm.config.kernel >= V6_13) yield* recover_huge_pages_range(kvm, root, 0, kvm.config.gfns);
    else yield* zap_collapsible_spte_range(kvm, root, 0, kvm.config.gfns);
}

/** Each zap flushes by itself. */
function* zap_collapsible_spte_range(kvm: Kvm, root: MaybeRoot, start: Gfn, end: GfnEnd): Op {
  const iter: TdpIter = { ...TDP_ITER };
  iter.root = root;
  rcu_read_lock(kvm);
  next: for (
    yield* tdp_iter_start(kvm, iter, PG_LEVEL_2M, start);
    iter.valid && iter.gfn < end;
    yield* tdp_iter_next(kvm, iter)
  ) {
    do {
      if (yield* tdp_mmu_iter_cond_resched(kvm, iter, false, true)) continue next;
      if (!is_shadow_present_pte(iter.old_spte) || is_last_spte(iter.old_spte, iter.level)) continue next;
      if ((yield* kvm_mmu_max_mapping_level(kvm, iter.gfn)) < iter.level) continue next;
    } while ((yield* tdp_mmu_zap_spte_atomic(kvm, iter)) !== 0);
  }
  rcu_read_unlock(kvm);
}

/**
 * The walk flushes before it leaves RCU, also to yield: what keeps vCPUs from walking a table that is freed is that
 * the remover has not left.
 */
function* recover_huge_pages_range(kvm: Kvm, root: MaybeRoot, start: Gfn, end: GfnEnd): Op {
  const iter: TdpIter = { ...TDP_ITER };
  iter.root = root;
  let flush = false;
  assert(!kvm.memslot.dirty_logging, 'P14', 'huge pages are recovered in a slot that logs dirty pages');
  rcu_read_lock(kvm);
  next: for (
    yield* tdp_iter_start(kvm, iter, PG_LEVEL_2M, start);
    iter.valid && iter.gfn < end;
    yield* tdp_iter_next(kvm, iter)
  ) {
    let retry = false;
    do {
      if (yield* tdp_mmu_iter_cond_resched(kvm, iter, flush, true)) {
        flush = false;
        continue next;
      }
      if (!is_shadow_present_pte(iter.old_spte) || is_last_spte(iter.old_spte, iter.level)) continue next;
      if ((yield* kvm_mmu_max_mapping_level(kvm, iter.gfn)) < iter.level) continue next;
      const small_spte = yield* tdp_mmu_first_leaf_spte(kvm, iter.old_spte.child, iter.level - 1);
      if (!is_shadow_present_pte(small_spte)) continue next;
      // tdp_mmu_make_huge_spte() asks whether to yield when it has found its leaf, about this walk and not its own.
      const huge_spte = make_huge_spte(kvm, small_spte, iter.level);
      retry =
        tdp_mmu_iter_need_resched(kvm, iter) || (yield* tdp_mmu_set_spte_atomic(kvm, iter, huge_spte)) !== 0;
    } while (retry);
    flush = true;
  }
  if (flush) {
    lockdep_assert_held_slots_lock(kvm);
    yield* kvm_flush_remote_tlbs(kvm);
  }
  rcu_read_unlock(kvm);
}

/**
 * The first present leaf in a table of `level`, or a non-present entry: tdp_root_for_each_leaf_pte() from this table.
 * It stands for its siblings, whose W, A and D may differ: nobody relies on them in a slot that does not log.
 */
function* tdp_mmu_first_leaf_spte(kvm: Kvm, table: PageTableId, level: Level): Op<Spte> {
  for (let i = 0; i < kvm.config.fanout; i++) {
    const spte = yield* kvm_tdp_mmu_read_spte(kvm, { table, index: i });
    if (is_shadow_present_pte(spte) && is_last_spte(spte, level)) return spte;
    if (kvm.config.levels === 3 && level === PG_LEVEL_2M) {
      const again = yield* kvm_tdp_mmu_read_spte(kvm, { table, index: i });
      if (again.kind === 'TABLE') {
        const below = yield* tdp_mmu_first_leaf_spte(kvm, again.child, PG_LEVEL_4K);
        if (is_shadow_present_pte(below)) return below;
        // The walk comes back up through the entry.
        yield* kvm_tdp_mmu_read_spte(kvm, { table, index: i });
      }
    }
  }
  return NONPRESENT_SPTE;
}
