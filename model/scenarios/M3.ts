/**
 * M3: the proposal of thread S000-1 to let the split walk say through an out-flag whether it split anything, and what
 * a caller may conclude from `false`: nothing about TLBs. The other CPU that did the split may not have flushed yet.
 */
import { process, scenarios } from 'mmucheck/language';
import { SAFETY } from '../../properties/index.js';
import { logging_begins, machine, mapped_huge } from '../machine.js';
import { SMALL_PAGES, split_and_rely_on_small_pages } from './hypothetical.js';
import { a_caller_relies_on_small_pages, a_vcpu_may_use_a_stale_huge_translation } from './witnesses.js';
import { unreached } from './unreached.js';

const common = {
  unreached: unreached(
    'tdp_iter_next > try_step_down',
    'tdp_iter_next > try_step_side',
    'tdp_iter_next > try_step_up',
    'tdp_mmu_set_spte_atomic > handle_changed_spte',
    'vcpu_enter_guest > kvm_mmu_page_fault',
  ),
  ...machine(
    { vcpus: 2, tables: 5, reschedule: false },
    [process('cpu0', split_and_rely_on_small_pages), process('cpu1', split_and_rely_on_small_pages)],
    logging_begins(mapped_huge()),
  ),
  properties: [...SAFETY, SMALL_PAGES],
  witnesses: [a_vcpu_may_use_a_stale_huge_translation, a_caller_relies_on_small_pages],
};

export default scenarios({
  'flush-if-split': {
    ...common,
    title:
      'Two CPUs split one page, each flushes only if its own walk split something, and relies on 4K pages then',
    claims: ['M3', 'S000-1(b)', 'S000-15(b)'],
    variant: ['split-out-flag'],
    expect: { 'S000-18': 'violated' },
  },
  'flush-always': {
    ...common,
    title:
      'Two CPUs split one page and both flush before they rely on 4K pages: an out-flag is then only news about a call',
    claims: ['M3', 'S000-1(a)', 'S000-18(b)'],
  },
});
