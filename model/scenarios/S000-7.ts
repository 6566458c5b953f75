/**
 * S000-7: may the D bits of the children decide about a flush after a split? Under the read lock they are those of the entry that was
 * replaced. Under the write lock they come from a snapshot, and hardware that has set D since (and cached it) is not seen: pages that
 * look clean then need the flush all the same. A hypothetical caller; those that exist flush in any case.
 */
import { type Op, process, scenarios } from 'mmucheck/language';
import { SAFETY } from '../../properties/index.js';
import { start_dirty_page_tracking } from '../kernel/dirty_log.js';
import {
  rcu_read_lock,
  rcu_read_unlock,
  read_lock,
  read_unlock,
  write_lock,
  write_unlock,
} from '../kernel/locks.js';
import { kvm_flush_remote_tlbs } from '../kernel/requests.js';
import { TDP_ITER, tdp_iter_next, tdp_iter_start, type TdpIter } from '../kernel/tdp_iter.js';
import { tdp_mmu_set_spte_atomic, without_bit } from '../kernel/tdp_mmu/set_spte.js';
import { kvm_tdp_mmu_try_split_huge_pages } from '../kernel/tdp_mmu/split.js';
import { logging_begins, machine, mapped_huge } from '../machine.js';
import type { Config } from '../config.js';
import { type Kvm, PG_LEVEL_4K } from '../state.js';
import { unreached } from './unreached.js';
import {
  a_page_is_clean_and_writable,
  a_vcpu_may_use_a_stale_huge_translation,
  every_huge_page_is_split,
  tracking_has_begun,
} from './witnesses.js';

/** Splits, clears D, flushes only where a page was dirty, and relies on every write being logged. */
function* begin_to_log(kvm: Kvm, shared: boolean): Op {
  if (shared) yield* read_lock(kvm);
  else yield* write_lock(kvm);
  yield* kvm_tdp_mmu_try_split_huge_pages(kvm, 0, kvm.config.gfns, PG_LEVEL_4K, shared);
  if (shared) {
    yield* read_unlock(kvm);
  } else {
    yield* write_unlock(kvm);
  }
  yield* read_lock(kvm);
  const dirty = yield* clear_dirty_small_pages(kvm);
  if (dirty) yield* kvm_flush_remote_tlbs(kvm);
  yield* read_unlock(kvm);
  start_dirty_page_tracking(kvm);
}

/** Returns whether one of them was dirty. */
function* clear_dirty_small_pages(kvm: Kvm): Op<boolean> {
  let dirty = false;
  const iter: TdpIter = { ...TDP_ITER };
  rcu_read_lock(kvm);
  for (
    yield* tdp_iter_start(kvm, iter, PG_LEVEL_4K, 0);
    iter.valid && iter.gfn < kvm.config.gfns;
    yield* tdp_iter_next(kvm, iter)
  ) {
    while (iter.level === PG_LEVEL_4K && iter.old_spte.kind === 'LEAF' && iter.old_spte.dirty) {
      dirty = true;
      if ((yield* tdp_mmu_set_spte_atomic(kvm, iter, without_bit(iter.old_spte, 'DIRTY'))) === 0) break;
    }
  }
  rcu_read_unlock(kvm);
  return dirty;
}

export function* split_read_locked_then_log(kvm: Kvm): Op {
  yield* begin_to_log(kvm, true);
}

export function* split_write_locked_then_log(kvm: Kvm): Op {
  yield* begin_to_log(kvm, false);
}

/** A slot that logs by PML, with a clean huge page. */
function clean(kvm: Kvm, config: Config): void {
  logging_begins(mapped_huge({ dirty: false }))(kvm, config);
  kvm.dirty.nr_memslots_dirty_logging = 1;
  for (let v = 0; v < config.vcpus; v++) kvm.vcpus[v].pml.enabled = 1;
}

const common = {
  properties: SAFETY,
  witnesses: [
    a_vcpu_may_use_a_stale_huge_translation,
    every_huge_page_is_split,
    tracking_has_begun,
    a_page_is_clean_and_writable,
  ],
};
const choices = { trackDirty: true, pml: 2, guestGfns: 2, reschedule: false, flush: 'atomic' } as const;

export default scenarios({
  'read-locked-d-decides': {
    ...common,
    ...machine(choices, [process('cpu0', split_read_locked_then_log)], clean),
    title: 'A split under the read lock, then D of the small pages decides whether to flush',
    unreached: unreached(
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
      'vcpu_enter_guest > kvm_mmu_page_fault',
    ),
    claims: ['S000-7(c)'],
  },
  'write-locked-d-decides': {
    ...common,
    ...machine(choices, [process('cpu0', split_write_locked_then_log)], clean),
    title:
      'The same under the write lock: D that was set in the huge page after the snapshot is in no small page',
    unreached: unreached('tdp_mmu_set_spte > handle_changed_spte', 'vcpu_enter_guest > kvm_mmu_page_fault'),
    claims: ['S000-7(d)'],
    expect: { P3: 'violated', P8: 'violated' },
  },
});
