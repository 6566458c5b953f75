/**
 * The dirty ring: vCPUs push what they dirty, userspace takes it out and resets. A page is copied after the RESET that
 * followed its entry, so its flush has to come before RESET returns.
 */
import { process, scenarios } from 'mmucheck/language';
import { P24, P3log, SAFETY } from '../../properties/index.js';
import { T17 } from '../../properties/t17-vcpus-enter.js';
import { operations_end } from '../../properties/t4-operations-end.js';
import type { Config } from '../config.js';
import { harvest_dirty_rings } from '../kernel/dirty_ring_reset.js';
import { logging, machine, mapped_small } from '../machine.js';
import type { Kvm } from '../state.js';
import { harvest_twice } from './threads.js';
import { EVERY_FAULT_IS_FAST, unreached } from './unreached.js';
import {
  a_fast_fault_is_about_to_mark_its_page,
  a_page_is_harvested,
  a_ring_is_nearly_full,
} from './witnesses.js';

/** What most of these do not execute, each for the reason in unreached.ts. */
const NOWHERE = [
  ...EVERY_FAULT_IS_FAST,
  'kvm_dirty_ring_reset > kvm_reset_dirty_gfn',
  'tdp_iter_next > tdp_iter_restart',
  'tdp_mmu_clear_spte_bits > tdp_mmu_clear_spte_bits_atomic',
] as const;

const LOG = [...SAFETY, P3log];
const choices = { dirtyRing: 2, followWrites: true, reschedule: false, guestGfns: 2 };
const harvest = [process('cpu0', harvest_dirty_rings)];
const by_w = {
  ...machine(choices, harvest, logging(mapped_small({ writable: false }))),
  properties: LOG,
  witnesses: [a_fast_fault_is_about_to_mark_its_page, a_page_is_harvested, a_ring_is_nearly_full],
};

/** Two entries are in the ring, which may have no room for more. */
function two_entries(kvm: Kvm, config: Config): void {
  logging(mapped_small())(kvm, config);
  const ring = kvm.dirty.ring[0];
  ring.dirty_index = 2;
  for (let gfn = 0; gfn < 2; gfn++) {
    ring.offset[gfn] = gfn;
    ring.flags[gfn] = 'DIRTY';
  }
  kvm.dirty.request_dirty_ring_soft_full[0] = config.dirtyRing === 2;
}

/** The guest writes to pages that it may write to, and dirties no others. */
const two_threads = {
  ...machine(
    { dirtyRing: 3, reschedule: false, flush: 'atomic', guestReads: true, guestWrites: false },
    [process('cpu0', harvest_dirty_rings), process('cpu1', harvest_dirty_rings)],
    two_entries,
  ),
  properties: [...SAFETY, P24, operations_end(['cpu0', 'cpu1'])],
  witnesses: [a_page_is_harvested],
  unreached: unreached(
    'kvm_dirty_ring_check_request',
    'kvm_dirty_ring_check_request > request_soft_full',
    'kvm_dirty_ring_reset > kvm_reset_dirty_gfn',
    'tdp_iter_next > tdp_iter_restart',
    'tdp_mmu_clear_spte_bits > tdp_mmu_clear_spte_bits_atomic',
    'vcpu_enter_guest > kvm_mmu_page_fault',
    'vcpu_enter_guest > run_guest',
  ),
};

export default scenarios({
  'two-words': {
    ...machine({ ...choices, wordBits: 1 }, harvest, two_entries),
    unreached: unreached(
      ...EVERY_FAULT_IS_FAST,
      'tdp_iter_next > tdp_iter_restart',
      'tdp_mmu_clear_spte_bits > tdp_mmu_clear_spte_bits_atomic',
    ),
    title: 'RESET of a full ring whose entries are of two words: all is freed, and the vCPU runs again',
    claims: ['O18', 'T17', 'P24'],
    properties: [...LOG, P24, T17, operations_end(['cpu0'])],
    witnesses: [a_page_is_harvested, a_ring_is_nearly_full],
  },
  'two-threads': {
    ...two_threads,
    title:
      'Two threads collect and reset: one finds that the other has reset its entry, and returns before that one flushes',
    claims: ['O30(a)', 'P24'],
    expect: { P3: 'violated' },
  },
  'two-threads-unlocked': {
    ...two_threads,
    title:
      'The same without slots_lock: both free the same entry, and one goes on to an entry that nobody has handed back',
    claims: ['O18', 'P24'],
    variant: ['reset-without-lock'],
    expect: { P3: 'violated', P24: 'violated' },
  },
  'two-threads-flush-locked': {
    ...two_threads,
    title: 'The same with a flush before slots_lock is released',
    claims: ['O30(b)', 'P24'],
    variant: ['reset-flushes-under-lock'],
  },
  'by-w': {
    ...by_w,
    unreached: unreached(...NOWHERE),
    title: 'A dirty ring, by W',
    claims: ['O18', 'S000-13(a)'],
  },
  'reset-without-flush': {
    ...by_w,
    unreached: unreached(
      ...NOWHERE,
      'ipi_handler',
      'kvm_vcpu_flush_tlb_all',
      'vcpu_enter_guest > local_irq_enable',
      'vcpu_enter_guest > set_mode_outside_guest',
    ),
    title: 'RESET without a flush',
    claims: ['O18', 'S000-13(b)'],
    variant: ['reset-without-flush'],
    expect: { P3: 'violated', P3log: 'violated', P8: 'violated' },
  },
  'flag-before-data': {
    ...by_w,
    unreached: unreached(...NOWHERE),
    title: 'An entry is published before it says which page',
    claims: ['O18', 'fix:8929bc965964'],
    variant: ['ring-flag-before-data'],
    expect: { P3: 'violated', P3log: 'violated' },
  },
  'nearly-full': {
    ...machine({ ...choices, dirtyRing: 1 }, harvest, logging(mapped_small({ writable: false }))),
    unreached: unreached(...NOWHERE),
    title:
      'A vCPU does not run on when its ring is nearly full, whenever userspace runs it again, and does when there is room',
    claims: ['O18', 'T17'],
    properties: [...LOG, P24, T17, operations_end(['cpu0'])],
    witnesses: [a_fast_fault_is_about_to_mark_its_page, a_page_is_harvested, a_ring_is_nearly_full],
  },
  'without-soft-full': {
    ...machine({ ...choices, dirtyRing: 1 }, harvest, logging(mapped_small({ writable: false }))),
    unreached: unreached(
      ...NOWHERE,
      'kvm_dirty_ring_check_request',
      'kvm_dirty_ring_check_request > request_soft_full',
    ),
    title: 'A vCPU runs on when its ring is nearly full',
    claims: ['O18'],
    properties: LOG,
    variant: ['ring-without-soft-full'],
    expect: { P3: 'violated' },
    witnesses: [a_fast_fault_is_about_to_mark_its_page, a_page_is_harvested],
  },
  pml: {
    ...machine({ ...choices, pml: 1, trackDirty: true }, harvest, logging(mapped_small({ dirty: false }))),
    unreached: unreached(
      'kvm_dirty_ring_reset > kvm_reset_dirty_gfn',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_mmu_clear_spte_bits > tdp_mmu_clear_spte_bits_atomic',
      'vcpu_enter_guest > kvm_mmu_page_fault',
      'vcpu_enter_guest > vmx_update_cpu_dirty_logging',
    ),
    title: 'A dirty ring behind a PML buffer',
    claims: ['O18'],
    properties: LOG,
    witnesses: [a_page_is_harvested, a_ring_is_nearly_full],
  },
  'two-rounds': {
    ...machine(
      { ...choices, guestGfns: 1, dirtyRing: 1 },
      [process('cpu0', harvest_twice)],
      logging(mapped_small({ writable: false })),
    ),
    unreached: unreached(...NOWHERE, 'tdp_iter_next > try_step_up'),
    title: 'A dirty ring that is full after one entry, harvested twice',
    claims: ['O18'],
    properties: LOG,
    witnesses: [a_fast_fault_is_about_to_mark_its_page, a_page_is_harvested, a_ring_is_nearly_full],
  },
});
