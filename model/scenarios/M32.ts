/**
 * M32: manual protection. KVM_GET_DIRTY_LOG shows the bitmap; a write after it and before KVM_CLEAR_DIRTY_LOG leaves
 * no bit behind, and need not: userspace copies the page after CLEAR has returned. So every write is reported (P3log),
 * but not every write is shown by a later GET (P3get).
 */
import { process, scenarios } from 'mmucheck/language';
import { P3get, P3log, SAFETY } from '../../properties/index.js';
import { clear_whole_dirty_log } from '../kernel/clear_dirty_log.js';
import { logging, machine, mapped_small } from '../machine.js';
import { EVERY_FAULT_IS_FAST, unreached } from './unreached.js';
import { a_dirty_bit_is_set, a_page_is_harvested } from './witnesses.js';

export default scenarios({
  'by-w': {
    ...machine(
      { manualProtect: true, followWrites: true, reschedule: false },
      [process('cpu0', clear_whole_dirty_log)],
      logging(mapped_small({ writable: false })),
    ),
    unreached: unreached(
      ...EVERY_FAULT_IS_FAST,
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_clear_spte_bits > tdp_mmu_clear_spte_bits_atomic',
    ),
    title: 'Manual protection: GET, write, CLEAR',
    claims: ['M32'],
    properties: [...SAFETY, P3log, P3get],
    expect: { P3get: 'violated' },
    witnesses: [a_dirty_bit_is_set, a_page_is_harvested],
  },
  'two-pages': {
    ...machine(
      { manualProtect: true, flush: 'atomic', guestGfns: 2, reschedule: false },
      [process('cpu0', clear_whole_dirty_log)],
      logging(mapped_small({ writable: false })),
    ),
    unreached: unreached(
      ...EVERY_FAULT_IS_FAST,
      'tdp_iter_next > tdp_iter_restart',
      'tdp_mmu_clear_spte_bits > tdp_mmu_clear_spte_bits_atomic',
    ),
    title: 'CLEAR takes the bit of one page out of a word while a write sets that of another',
    claims: ['M32'],
    properties: SAFETY,
    witnesses: [a_dirty_bit_is_set, a_page_is_harvested],
  },
});
