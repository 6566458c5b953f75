/**
 * S000-6: somebody who splits a range may leave stale huge translations behind for a while, as long as whoever split flushes in the
 * end. An allocation that fails after the first page was split is where that is forgotten.
 */
import { type Op, process, scenarios } from 'mmucheck/language';
import { SAFETY } from '../../properties/index.js';
import { T3 } from '../../properties/t3-split-is-flushed.js';
import { operations_end } from '../../properties/t4-operations-end.js';
import { write_lock, write_unlock } from '../kernel/locks.js';
import { kvm_flush_remote_tlbs } from '../kernel/requests.js';
import { kvm_split_cross_boundary_leafs } from '../kernel/tdp_mmu/boundary.js';
import { machine, mapped_huge } from '../machine.js';
import type { Kvm } from '../state.js';
import { unreached } from './unreached.js';
import { a_vcpu_may_use_a_stale_huge_translation } from './witnesses.js';

/** A caller that flushes whatever the split returns: part of the range may have been split. */
export function* split_and_flush(kvm: Kvm): Op {
  yield* write_lock(kvm);
  yield* kvm_split_cross_boundary_leafs(kvm, 1, kvm.config.gfns - 1, false);
  yield* kvm_flush_remote_tlbs(kvm);
  yield* write_unlock(kvm);
}

/** A caller that takes an error for "nothing was done". */
export function* split_or_bail_out(kvm: Kvm): Op {
  yield* write_lock(kvm);
  const ret = yield* kvm_split_cross_boundary_leafs(kvm, 1, kvm.config.gfns - 1, false);
  if (ret === 0) yield* kvm_flush_remote_tlbs(kvm);
  yield* write_unlock(kvm);
}

const choices = {
  hugePages: 2,
  tables: 4,
  guestGfns: 4,
  guestReads: true,
  allocationFails: true,
  spontaneousExits: true,
  flush: 'atomic',
} as const;
const common = {
  witnesses: [a_vcpu_may_use_a_stale_huge_translation],
  unreached: unreached(
    'tdp_iter_next > try_step_down',
    'tdp_iter_next > try_step_up',
    'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
    'tdp_mmu_set_spte > handle_changed_spte',
    'vcpu_enter_guest > kvm_mmu_page_fault',
  ),
};

export default scenarios({
  'flushed-on-error': {
    ...machine(choices, [process('cpu0', split_and_flush)], mapped_huge()),
    ...common,
    title: 'A split at both ends of a range that may fail after the first: its caller flushes all the same',
    claims: ['S000-6(a)', 'T3'],
    properties: [...SAFETY, T3, operations_end(['cpu0'])],
  },
  'bails-out': {
    ...machine(choices, [process('cpu0', split_or_bail_out)], mapped_huge()),
    ...common,
    title:
      'The caller returns the error at once: the stale huge translation of the first page stays usable for ever',
    claims: ['S000-6(b)', 'T3'],
    properties: [...SAFETY, T3, operations_end(['cpu0'])],
    expect: { T3: 'violated' },
  },
});
