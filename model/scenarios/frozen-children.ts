/**
 * T-28: who unlinks a table under the read lock waits for the owners of its FROZEN entries. An owner that flushes gets
 * done without the waiter; one that waits for mmu_lock would not, because the waiter holds it.
 *
 * In a normal VM the two do not meet today: until 6.12 entries are FROZEN by the end of dirty logging, which holds
 * slots_lock, and so does whoever else unlinks tables then under the read lock, except faults, which agree with it
 * about the size of the page while mmu_lock is held. So both are put side by side here.
 */
import { type Op, process, scenarios } from 'mmucheck/language';
import { SAFETY, T7 } from '../../properties/index.js';
import { V6_6 } from '../config.js';
import {
  rcu_read_lock,
  rcu_read_unlock,
  read_lock,
  read_unlock,
  write_lock,
  write_unlock,
} from '../kernel/locks.js';
import { kvm_flush_remote_tlbs } from '../kernel/requests.js';
import { FROZEN_SPTE, is_shadow_present_pte, NONPRESENT_SPTE } from '../kernel/spte.js';
import { TDP_ITER, tdp_iter_next, tdp_iter_start, type TdpIter } from '../kernel/tdp_iter.js';
import { __kvm_tdp_mmu_write_spte, tdp_mmu_set_spte_atomic } from '../kernel/tdp_mmu/set_spte.js';
import { tdp_mmu_zap_spte_atomic } from '../kernel/tdp_mmu/zap.js';
import { machine, mapped_small } from '../machine.js';
import { type Kvm, type Level, PG_LEVEL_1G, PG_LEVEL_2M } from '../state.js';
import { a_table_waits_for_its_grace_period } from './witnesses.js';
import { unreached } from './unreached.js';

/** Moves the iterator to the entry of `level` that maps gfn 0. Returns whether something is there. */
function* walk_to(kvm: Kvm, iter: TdpIter, level: Level): Op<boolean> {
  yield* tdp_iter_start(kvm, iter, level, 0);
  while (iter.valid && iter.level > level && iter.gfn === 0) yield* tdp_iter_next(kvm, iter);
  return iter.valid && iter.level === level && is_shadow_present_pte(iter.old_spte);
}

/** Unlinks the 2M-level table as a fast zap does: no FROZEN of its own, but its children become FROZEN. */
export function* zap_upper_table(kvm: Kvm): Op {
  const iter: TdpIter = { ...TDP_ITER };
  yield* read_lock(kvm);
  rcu_read_lock(kvm);
  if (yield* walk_to(kvm, iter, PG_LEVEL_1G)) {
    yield* tdp_mmu_set_spte_atomic(kvm, iter, NONPRESENT_SPTE);
    yield* kvm_flush_remote_tlbs(kvm);
  }
  rcu_read_unlock(kvm);
  yield* read_unlock(kvm);
}

/** Zaps a 4K-level table through a FROZEN entry of the 2M-level table. */
export function* zap_lower_table(kvm: Kvm): Op {
  const iter: TdpIter = { ...TDP_ITER };
  yield* read_lock(kvm);
  rcu_read_lock(kvm);
  if (yield* walk_to(kvm, iter, PG_LEVEL_2M)) yield* tdp_mmu_zap_spte_atomic(kvm, iter);
  rcu_read_unlock(kvm);
  yield* read_unlock(kvm);
}

/** What no owner of a FROZEN entry may do: take mmu_lock for write before it has stored something else there. */
export function* zap_lower_table_write_locked(kvm: Kvm): Op {
  const iter: TdpIter = { ...TDP_ITER };
  yield* read_lock(kvm);
  rcu_read_lock(kvm);
  if (
    (yield* walk_to(kvm, iter, PG_LEVEL_2M)) &&
    (yield* tdp_mmu_set_spte_atomic(kvm, iter, FROZEN_SPTE)) === 0
  ) {
    yield* read_unlock(kvm);
    yield* write_lock(kvm);
    yield* __kvm_tdp_mmu_write_spte(kvm, iter.sptep, NONPRESENT_SPTE, FROZEN_SPTE);
    yield* kvm_flush_remote_tlbs(kvm);
    rcu_read_unlock(kvm);
    yield* write_unlock(kvm);
  } else {
    rcu_read_unlock(kvm);
    yield* read_unlock(kvm);
  }
}

/** Somebody else's FROZEN entry stands in a table that has been unlinked. */
export function a_frozen_child_is_in_the_way(kvm: Kvm): boolean {
  for (let table = 1; table < kvm.config.tables; table++)
    if (kvm.pt[table].state === 'detached' && kvm.pt[table].level === 2)
      for (let i = 0; i < kvm.config.fanout; i++) if (kvm.pt[table].frozen_by[i] === 1) return true;
  return false;
}

const choices = {
  kernel: V6_6,
  levels: 3,
  hugePages: 2,
  tables: 4,
  reschedule: false,
  flush: 'atomic',
  guestWrites: false,
} as const;
const witnesses = [a_frozen_child_is_in_the_way, a_table_waits_for_its_grace_period];

export default scenarios({
  'owner-flushes': {
    ...machine(
      choices,
      [process('remover', zap_upper_table), process('owner', zap_lower_table)],
      mapped_small(),
    ),
    title: 'A table is unlinked while somebody zaps what is below it; the remover waits for the FROZEN entry',
    claims: ['T-28'],
    unreached: unreached(
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_side',
      'tdp_iter_next > try_step_up',
      'vcpu_enter_guest > run_guest',
    ),
    properties: SAFETY,
    witnesses,
  },
  'owner-flushes-against-a-fault': {
    ...machine(
      { ...choices, tables: 8, guestReads: true },
      [process('remover', zap_upper_table), process('owner', zap_lower_table)],
      mapped_small(),
    ),
    title: 'The same with a fault inside the table, which must not find the entry free again',
    claims: ['T-28'],
    properties: SAFETY,
    witnesses,
    unreached: unreached(
      'kvm_tdp_mmu_map > tdp_mmu_split_huge_page',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_map_handle_target_level > make_spte',
    ),
  },
  'owner-waits-for-mmu-lock': {
    ...machine(
      choices,
      [process('remover', zap_upper_table), process('owner', zap_lower_table_write_locked)],
      mapped_small(),
    ),
    title: 'The owner of the FROZEN entry waits for mmu_lock, which the remover holds',
    claims: ['T-28'],
    properties: [T7],
    expect: { T7: 'violated' },
    witnesses,
  },
});
