/**
 * M38: a vCPU walks from a cached table address into a table that a huge leaf has replaced, and finds its entries frozen. The violation
 * drops that address as well, so its next walk begins at the root: one fault for each path (T6), and an end of faults (T1) even if whoever
 * collapsed the table never comes to flush.
 */
import { process, scenarios } from 'mmucheck/language';
import { SAFETY } from '../../properties/index.js';
import { T1 } from '../../properties/t1-faults-end.js';
import { V6_13 } from '../config.js';
import { machine } from '../machine.js';
import { logged, recover_huge_pages } from './M10.js';
import { FAULTS_FIND_THEIR_TABLES, unreached } from './unreached.js';
import { the_paging_structure_cache_is_stale } from './witnesses.js';

const collapse = {
  ...machine(
    {
      kernel: V6_13,
      tlb: 'explicit',
      walk: 'per-level',
      aliases: 'none',
      reschedule: false,
      guestReads: true,
      guestWrites: false,
      guestGfns: 2,
      flush: 'atomic',
    },
    [process('cpu0', recover_huge_pages)],
    logged,
  ),
  properties: [...SAFETY, T1],
  /** What cpu0 still owes may never come. */
  fairness: { unfair: ['cpu0'] },
  witnesses: [the_paging_structure_cache_is_stale],
  unreached: unreached(
    ...FAULTS_FIND_THEIR_TABLES,
    'kvm_tdp_mmu_page_fault > fast_page_fault',
    'kvm_tdp_mmu_map > tdp_iter_next',
    'tdp_mmu_map_handle_target_level > make_spte',
    'recover_huge_pages_range > tdp_iter_next',
    'handle_removed_pt > kvm_tdp_mmu_write_spte_atomic',
  ),
};

export default scenarios({
  'violation-drops-path': {
    ...collapse,
    title: 'A walk from a stale table address faults once: the violation drops the address',
    claims: ['M38(a)', 'S000-10(a)', 'T1'],
  },
  'violation-keeps-path': {
    ...collapse,
    title:
      'A processor that keeps the address faults on the frozen table again and again until somebody flushes',
    claims: ['M38(b)', 'S000-10(b)', 'T1'],
    variant: ['violation-keeps-psc'],
    expect: { T1: 'violated' },
  },
});
