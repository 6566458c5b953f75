/**
 * The worker that gets huge pages back from tables that exist because of one exec fault: kvm_recover_nx_huge_pages() in
 * arch/x86/kvm/mmu/mmu.c. Up to 6.17 it holds mmu_lock for write, from 6.18 on for read. In both it stays in its RCU
 * section from its first zap to its flush.
 *
 * The list is in the order of the splits, and the worker takes the first; here it may take any, which is more. How many
 * it takes at once, a share of the number of splits, is said by the scenario. SRCU, which keeps the memslots in place,
 * is not modelled here: no memslot goes away.
 */
import { assert, assume, chooseBelow, type Op } from 'mmucheck/language';
import { V6_18 } from '../config.js';
import type { Kvm, Level, PageTableId, SptePtr } from '../state.js';
import { lockdep_assert_held_read, lockdep_assert_held_write } from './lockdep.js';
import {
  cond_resched_rwlock_read,
  cond_resched_rwlock_write,
  need_resched,
  rcu_read_lock,
  rcu_read_unlock,
  read_lock,
  read_unlock,
  write_lock,
  write_unlock,
} from './locks.js';
import { unaccount_nx_huge_page } from './possible_nx.js';
import { kvm_flush_remote_tlbs } from './requests.js';
import { is_shadow_present_pte, NONPRESENT_SPTE } from './spte.js';
import { kvm_tdp_mmu_read_spte, TDP_ITER, type TdpIter } from './tdp_iter.js';
import { type MaybeTable, NO_TABLE } from './tdp_mmu/pages.js';
import { tdp_mmu_set_spte, tdp_mmu_set_spte_atomic } from './tdp_mmu/set_spte.js';

export function* kvm_recover_nx_huge_pages(kvm: Kvm, to_zap: number): Op {
  const shared = kvm.config.kernel >= V6_18;
  let flush = false;
  if (shared) yield* read_lock(kvm);
  else yield* write_lock(kvm);
  rcu_read_lock(kvm);
  for (let zapped = 0; zapped < to_zap; zapped++) {
    const sp: MaybeTable = yield* first_possible_nx_huge_page(kvm);
    if (sp === NO_TABLE) break;
    if (shared) {
      if (!(yield* kvm_mmu_sp_dirty_logging_enabled(kvm)))
        flush = (yield* kvm_tdp_mmu_zap_possible_nx_huge_page(kvm, sp)) || flush;
    } else if (yield* kvm_mmu_sp_dirty_logging_enabled(kvm)) unaccount_nx_huge_page(kvm, sp);
    else flush = (yield* kvm_tdp_mmu_zap_sp(kvm, sp)) || flush;
    if (need_resched(kvm)) {
      if (flush) yield* kvm_flush_remote_tlbs(kvm);
      rcu_read_unlock(kvm);
      if (shared) yield* cond_resched_rwlock_read(kvm);
      else yield* cond_resched_rwlock_write(kvm);
      flush = false;
      rcu_read_lock(kvm);
    }
  }
  if (flush) yield* kvm_flush_remote_tlbs(kvm);
  rcu_read_unlock(kvm);
  if (shared) yield* read_unlock(kvm);
  else yield* write_unlock(kvm);
}

/** From 6.18 on it is taken off the list at once, whatever becomes of it; before, by what is done with it. */
function* first_possible_nx_huge_page(kvm: Kvm): Op<MaybeTable> {
  yield;
  if (!is_any_listed(kvm)) return NO_TABLE;
  const sp: PageTableId = chooseBelow(kvm.config.tables);
  assume(kvm.nx.listed[sp]);
  assert(kvm.pt[sp].nx_huge_page_disallowed, 'P13nx', 'a table is on the list without its flag');
  if (kvm.config.kernel >= V6_18) unaccount_nx_huge_page(kvm, sp);
  return sp;
}

function is_any_listed(kvm: Kvm): boolean {
  for (let sp = 1; sp < kvm.config.tables; sp++) if (kvm.nx.listed[sp]) return true;
  return false;
}

/** A page that logs would be mapped 4K again. A wrong answer while the flag changes costs time only. */
function* kvm_mmu_sp_dirty_logging_enabled(kvm: Kvm): Op<boolean> {
  yield;
  return kvm.memslot.dirty_logging;
}

/** Up to 6.17. Nobody else can have changed the entry of a table on the list. */
function* kvm_tdp_mmu_zap_sp(kvm: Kvm, sp: PageTableId): Op<boolean> {
  lockdep_assert_held_write(kvm);
  const ptep: SptePtr = kvm.nx.ptep[sp];
  const level: Level = kvm.pt[sp].level + 1;
  const old_spte = yield* kvm_tdp_mmu_read_spte(kvm, ptep);
  assert(
    is_shadow_present_pte(old_spte) && old_spte.child === sp,
    'P13nx',
    'a table on the list is not linked, which the kernel warns about',
  );
  yield* tdp_mmu_set_spte(kvm, ptep, old_spte, NONPRESENT_SPTE, level);
  return true;
}

/**
 * From 6.18 on, with mmu_lock held for read: others may have replaced the table since it was on the list. Nothing in an
 * entry that points to a table changes, so the exchange fails only if it does not point there any more.
 */
function* kvm_tdp_mmu_zap_possible_nx_huge_page(kvm: Kvm, sp: PageTableId): Op<boolean> {
  lockdep_assert_held_read(kvm);
  const iter: TdpIter = { ...TDP_ITER, sptep: kvm.nx.ptep[sp], level: kvm.pt[sp].level + 1 };
  iter.old_spte = yield* kvm_tdp_mmu_read_spte(kvm, iter.sptep);
  if (iter.old_spte.kind !== 'TABLE' || iter.old_spte.child !== sp) return false;
  if ((yield* tdp_mmu_set_spte_atomic(kvm, iter, NONPRESENT_SPTE)) !== 0) {
    assert(
      iter.old_spte.kind !== 'TABLE' || iter.old_spte.child !== sp,
      'P5',
      'bits of an entry that points to a table have changed',
    );
    return false;
  }
  return true;
}
