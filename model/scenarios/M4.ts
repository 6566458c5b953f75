/**
 * M4: two CPUs enable dirty logging at once (the table a1 a2 b1 b2 b3 a3 a4 of thread S000-12). The second one finds
 * the pages split and protected already; if it skips its flush for that reason, writes through the first one's not
 * yet flushed entries go unrecorded after it has started tracking.
 *
 * Today's ioctl flushes unconditionally and holds slots_lock: each of the two alone is enough.
 */
import { process, scenarios } from 'mmucheck/language';
import { SAFETY } from '../../properties/index.js';
import { enable_dirty_logging } from '../kernel/dirty_log.js';
import { logging_begins, machine, mapped_huge } from '../machine.js';
import { a_page_is_write_protected, every_huge_page_is_split, tracking_has_begun } from './witnesses.js';
import { EVERY_FAULT_IS_FAST, unreached } from './unreached.js';

const common = {
  unreached: unreached(...EVERY_FAULT_IS_FAST, 'tdp_mmu_set_spte_atomic > handle_changed_spte'),
  properties: SAFETY,
  witnesses: [every_huge_page_is_split, a_page_is_write_protected, tracking_has_begun],
};

const enabling_twice = [process('cpu0', enable_dirty_logging), process('cpu1', enable_dirty_logging)];
const one_huge_page = machine(
  { tables: 4, reschedule: false },
  enabling_twice,
  logging_begins(mapped_huge()),
);
const two_huge_pages = machine(
  { hugePages: 2, tables: 6, reschedule: false },
  enabling_twice,
  logging_begins(mapped_huge()),
);

export default scenarios({
  'conditional-flush': {
    ...common,
    ...one_huge_page,
    title:
      'Two CPUs enable dirty logging without slots_lock, and flush only if their own walk protected something',
    claims: ['M4', 'S000-12(a)'],
    variant: ['no-slots-lock', 'enable-flushes-if-changed'],
    expect: { P3: 'violated' },
  },
  'conditional-flush-with-slots-lock': {
    ...common,
    ...one_huge_page,
    title:
      'Two CPUs enable dirty logging and flush conditionally, but slots_lock makes them exclude each other',
    claims: ['M4', 'S000-12(b)'],
    variant: ['enable-flushes-if-changed'],
  },
  'unconditional-flush': {
    ...common,
    ...one_huge_page,
    title: 'Two CPUs enable dirty logging without slots_lock, and both flush whatever they found',
    claims: ['M4', 'S000-12(c)'],
    variant: ['no-slots-lock'],
  },
  'unconditional-flush-two-pages': {
    ...common,
    ...two_huge_pages,
    title: 'Two CPUs enable dirty logging over two huge pages without slots_lock, and both flush',
    claims: ['M4', 'S000-12(c)'],
    variant: ['no-slots-lock'],
  },
});
