/**
 * S000-19: whoever takes mmu_lock after a split that flushed meets no stale huge translation; without that flush there may be some, until
 * the caller of the split flushes for its own reasons. Nobody relies on the difference (S000-16, S000-18): it is one of time.
 */
import { type Op, process, property, scenarios } from 'mmucheck/language';
import { SAFETY } from '../../properties/index.js';
import { T3 } from '../../properties/t3-split-is-flushed.js';
import { kvm_mmu_slot_try_split_huge_pages } from '../kernel/dirty_log.js';
import { kvm_flush_remote_tlbs } from '../kernel/requests.js';
import { machine, mapped_huge } from '../machine.js';
import { type Kvm, PG_LEVEL_4K } from '../state.js';
import { unreached } from './unreached.js';
import { a_vcpu_may_use_a_stale_huge_translation, every_huge_page_is_split } from './witnesses.js';

export function nothing_stale_outside_the_lock(kvm: Kvm): boolean {
  if (kvm.mmu_lock.writer >= 0) return true;
  for (let p = 0; p < kvm.config.processes; p++) if (kvm.mmu_lock.readers[p]) return true;
  return !a_vcpu_may_use_a_stale_huge_translation(kvm);
}

export const IN_TIME = property({
  id: 'S000-19',
  title: 'when mmu_lock is free, no stale huge translation is left of a split',
  invariant: nothing_stale_outside_the_lock,
});

/** Enabling dirty logging, as far as the split goes: the flush at its end is the caller's. */
export function* split_then_flush(kvm: Kvm): Op {
  yield* kvm_mmu_slot_try_split_huge_pages(kvm, PG_LEVEL_4K);
  yield* kvm_flush_remote_tlbs(kvm);
}

const split = {
  ...machine(
    { hugePages: 2, tables: 4, guestGfns: 4, guestReads: true, spontaneousExits: true, flush: 'atomic' },
    [process('cpu0', split_then_flush)],
    mapped_huge(),
  ),
  properties: [...SAFETY, IN_TIME, T3],
  witnesses: [a_vcpu_may_use_a_stale_huge_translation, every_huge_page_is_split],
};

export default scenarios({
  'flush-before-unlock': {
    ...split,
    title: 'Two huge pages are split, and the walk flushes whenever it drops mmu_lock',
    unreached: unreached(
      'tdp_iter_next > try_step_down',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
      'vcpu_enter_guest > kvm_mmu_page_fault',
    ),
    claims: ['S000-19(a)', 'S000-19(c)'],
    variant: ['split-flushes-before-yield'],
  },
  'no-flush-before-unlock': {
    ...split,
    title: 'Two huge pages are split, and only the caller flushes: others may hold mmu_lock before',
    unreached: unreached(
      'tdp_iter_next > try_step_down',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
      'vcpu_enter_guest > kvm_mmu_page_fault',
    ),
    claims: ['S000-19(b)'],
    expect: { 'S000-19': 'violated' },
  },
  'the-window-ends': {
    ...split,
    title: 'The same without the demand to be in time: the stale translations are gone in the end',
    unreached: unreached(
      'tdp_iter_next > try_step_down',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
      'vcpu_enter_guest > kvm_mmu_page_fault',
    ),
    claims: ['S000-19(c)'],
    properties: [...SAFETY, T3],
  },
});
