/**
 * Aging takes A away, or without A/D bits every right, and mostly does not flush. Nothing that others decide may depend
 * on what it has left in memory: a zap must flush for an entry that gives no rights, write tracking for one without W,
 * and stores must expect it at any time once it runs without mmu_lock.
 */
import { process, property, scenarios } from 'mmucheck/language';
import { P2, P16, SAFETY } from '../../properties/index.js';
import { type Config, V6_13, V6_15, V6_6 } from '../config.js';
import { migrate_pages } from '../host.js';
import { kvm_vm_ioctl_get_dirty_log } from '../kernel/dirty_log.js';
import {
  kvm_mmu_notifier_clear_flush_young,
  kvm_mmu_notifier_clear_young,
} from '../kernel/mmu_notifier_young.js';
import { kvm_write_track_add_gfn } from '../kernel/page_track.js';
import { NONPRESENT_SPTE } from '../kernel/spte.js';
import { host_huge, logging, machine, mapped_huge, mapped_small } from '../machine.js';
import type { Kvm } from '../state.js';
import { enable_then_get } from './threads.js';
import {
  age_then_age_and_flush,
  a_gfn_is_write_tracked,
  a_page_is_old,
  a_table_entry_is_old,
} from './tracking.js';
import {
  EVERY_FAULT_IS_FAST,
  FAULTS_FIND_THEIR_TABLES,
  NO_TABLE_IS_UNLINKED,
  unreached,
} from './unreached.js';
import {
  a_page_becomes_writable_during_its_invalidation,
  a_page_is_harvested,
  a_table_waits_for_its_grace_period,
  the_host_has_moved_a_page,
  tracking_has_begun,
} from './witnesses.js';

/** What several of these do not execute, each for the reason in unreached.ts. */
const NOWHERE = [
  ...NO_TABLE_IS_UNLINKED,
  ...FAULTS_FIND_THEIR_TABLES,
  'fast_pf_fix_direct_spte > mark_page_dirty_in_slot',
  'tdp_iter_next > tdp_iter_restart',
  'tdp_iter_next > try_step_up',
  'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
  'tdp_mmu_map_handle_target_level > make_spte',
] as const;

const common = { properties: [...SAFETY, P16] };
const small = { flush: 'atomic', reschedule: false, guestReads: true } as const;
const aging = process('cpu0', kvm_mmu_notifier_clear_young, 0, 1);
const migrating = process('cpu1', migrate_pages, 0, 1);

const tracked_zap = {
  ...common,
  ...machine({ ...small, adBits: false, invalidations: 1 }, [aging, migrating], mapped_small()),
  witnesses: [a_page_is_old, the_host_has_moved_a_page],
};
const lockless_tracked_zap = {
  ...common,
  ...machine(
    { ...small, kernel: V6_15, adBits: false, invalidations: 1 },
    [aging, migrating],
    mapped_small(),
  ),
  witnesses: [a_page_is_old, the_host_has_moved_a_page],
};
const write_protected = {
  ...common,
  ...machine(
    { ...small },
    [process('cpu0', kvm_mmu_notifier_clear_flush_young, 0, 2)],
    mapped_small({ writable: false }),
  ),
  witnesses: [a_page_is_old],
};
const tracked_writes = {
  properties: [...SAFETY, P2],
  ...machine(
    { ...small, adBits: false, writeTracking: true },
    [aging, process('cpu1', kvm_write_track_add_gfn, 0)],
    mapped_small(),
  ),
  witnesses: [a_page_is_old, a_gfn_is_write_tracked],
};
const flushing = {
  ...common,
  ...machine(
    { ...small, adBits: false, flush: 'protocol' },
    [process('cpu0', age_then_age_and_flush)],
    mapped_small(),
  ),
  witnesses: [a_page_is_old],
};

/** The same with nothing in the table: a fault on any of its gfns may be on its way. */
function empty_table(kvm: Kvm, config: Config): void {
  table_with_a_hole(kvm, config);
  for (let i = 0; i < config.fanout; i++) kvm.pt[1].spte[i] = NONPRESENT_SPTE;
}

/** A table with a hole in front, where the host maps huge: the next fault on the hole collapses it. */
function table_with_a_hole(kvm: Kvm, config: Config): void {
  mapped_small()(kvm, config);
  host_huge(kvm, config);
  kvm.pt[1].spte[0] = NONPRESENT_SPTE;
}

/** P5, as far as it is asserted where an entry is written: not the clearing of A itself, but what comes of it. */
const OWNERS = property({ id: 'P5', title: 'a FROZEN entry is overwritten by its owner only' });

/**
 * A question, not a known bug: no report of it is known, and it rests on A being one of the bits of the FROZEN constant.
 * Aging has read a leaf whose table a fault then removes; fetch_and() turns FROZEN into a non-present value that nobody
 * takes for FROZEN, and a fault that is still inside the removed table installs its leaf there.
 */
const collapse_choices = {
  vcpus: 2,
  tables: 4,
  kernel: V6_15,
  nxHugePages: true,
  trackExec: true,
  flush: 'atomic',
  guestReads: true,
  guestWrites: false,
  guestFetches: true,
  guestGfns: 2,
} as const;
const aging_one = process('cpu0', kvm_mmu_notifier_clear_young, 1, 2);
const collapse = {
  ...common,
  ...machine(collapse_choices, [aging_one], table_with_a_hole),
  witnesses: [a_table_waits_for_its_grace_period],
};

export default scenarios({
  'with-ad-bits': {
    ...write_protected,
    title: 'Aging clears A in an entry that a fast page fault makes writable',
    claims: [],
    unreached: unreached(
      ...EVERY_FAULT_IS_FAST,
      'fast_pf_fix_direct_spte > mark_page_dirty_in_slot',
      'tdp_iter_next > tdp_iter_restart',
    ),
  },
  'stores-plainly': {
    ...write_protected,
    title: 'Aging stores plainly and takes the W of a fast page fault away with A',
    claims: ['P6'],
    variant: ['aging-stores-plainly'],
    expect: { P6: 'violated' },
    unreached: unreached(
      ...EVERY_FAULT_IS_FAST,
      'fast_pf_fix_direct_spte > mark_page_dirty_in_slot',
      'tdp_iter_next > tdp_iter_restart',
    ),
  },
  'access-tracking-against-zap': {
    ...tracked_zap,
    title:
      'Without A/D bits: the host moves a page whose entry has been marked for access tracking, unflushed',
    claims: [],
    unreached: unreached(...NOWHERE),
  },
  'zap-flushes-for-rights': {
    ...tracked_zap,
    title: 'A zap takes such an entry for one that nobody can have cached',
    claims: ['P1'],
    variant: ['zap-flushes-for-rights'],
    expect: { P1: 'violated' },
    unreached: unreached(...NOWHERE),
  },
  'access-tracking-against-write-tracking': {
    ...tracked_writes,
    title: 'Without A/D bits: a gfn becomes write-tracked after aging has dropped W without a flush',
    claims: [],
    unreached: unreached(
      ...NOWHERE,
      'kvm_mmu_page_fault > x86_emulate_instruction',
      'kvm_tdp_mmu_map > kvm_mmu_hugepage_adjust',
    ),
  },
  'write-tracking-tests-w': {
    ...tracked_writes,
    title: 'Write tracking passes over the entry, because it has no W',
    claims: ['K11'],
    variant: ['write-protect-tests-w'],
    expect: { P2: 'violated' },
    unreached: unreached(
      ...NOWHERE,
      'kvm_mmu_page_fault > x86_emulate_instruction',
      'kvm_tdp_mmu_map > kvm_mmu_hugepage_adjust',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
    ),
  },
  'access-tracking-against-get': {
    ...common,
    ...machine(
      { ...small, adBits: false },
      [aging, process('cpu1', kvm_vm_ioctl_get_dirty_log)],
      logging(mapped_small({ writable: false })),
    ),
    title: 'Without A/D bits: aging drops W while KVM_GET_DIRTY_LOG takes the bits, and faults give it back',
    claims: [],
    witnesses: [a_page_is_old, a_page_is_harvested],
    unreached: unreached(
      ...EVERY_FAULT_IS_FAST,
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_clear_spte_bits > tdp_mmu_clear_spte_bits_atomic',
    ),
  },
  'clear-flush-young': {
    ...flushing,
    title: 'Without A/D bits, up to 6.12: clear_flush_young() flushes, clear_young() does not',
    claims: [],
    unreached: unreached(
      ...EVERY_FAULT_IS_FAST,
      ...FAULTS_FIND_THEIR_TABLES,
      'fast_pf_fix_direct_spte > mark_page_dirty_in_slot',
      'kvm_tdp_mmu_map > tdp_mmu_map_handle_target_level',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_iter_next > tdp_iter_restart',
    ),
  },
  'clear-flush-young-without-flush': {
    ...flushing,
    title: 'clear_flush_young() does not flush either',
    claims: ['P8'],
    variant: ['clear-flush-young-without-flush'],
    expect: { P8: 'violated' },
    unreached: unreached(
      ...EVERY_FAULT_IS_FAST,
      ...FAULTS_FIND_THEIR_TABLES,
      'fast_pf_fix_direct_spte > mark_page_dirty_in_slot',
      'ipi_handler',
      'kvm_tdp_mmu_map > tdp_mmu_map_handle_target_level',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'kvm_vcpu_flush_tlb_all',
      'tdp_iter_next > tdp_iter_restart',
      'vcpu_enter_guest > local_irq_enable',
      'vcpu_enter_guest > set_mode_outside_guest',
    ),
  },
  'lockless-access-tracking-against-zap': {
    ...lockless_tracked_zap,
    title: 'From 6.15: aging without mmu_lock marks an entry for access tracking while it is zapped',
    claims: [],
    unreached: unreached(...NOWHERE, 'kvm_tdp_mmu_write_spte > __kvm_tdp_mmu_write_spte'),
  },
  'lockless-stores-plainly': {
    ...lockless_tracked_zap,
    title: 'From 6.15: the zap takes an entry for stable that aging may change without mmu_lock',
    claims: ['P6'],
    variant: ['tracked-entries-only-are-volatile'],
    expect: { P6: 'violated' },
    unreached: unreached(...NOWHERE),
  },
  'lockless-against-split': {
    ...common,
    ...machine(
      {
        ...small,
        kernel: V6_15,
        nxHugePages: true,
        trackExec: true,
        guestFetches: true,
        guestWrites: false,
      },
      [process('cpu0', kvm_mmu_notifier_clear_young, 0, 2)],
      mapped_huge(),
    ),
    title:
      'From 6.15: aging clears A in an entry that a fault has split meanwhile: A of a table, which means nothing',
    claims: [],
    witnesses: [a_table_entry_is_old],
    unreached: unreached(
      'kvm_tdp_mmu_map > disallowed_hugepage_adjust',
      'kvm_tdp_mmu_map > tdp_mmu_link_sp',
      'kvm_tdp_mmu_map > tdp_mmu_map_handle_target_level',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
    ),
  },
  'lockless-against-collapse': {
    ...collapse,
    title: 'From 6.15: aging clears a bit of the FROZEN value in a table that is being removed (unconfirmed)',
    claims: ['O19(a)'],
    expect: { P5: 'violated' },
    unreached: unreached(
      'handle_removed_pt > kvm_tdp_mmu_write_spte_atomic',
      'kvm_tdp_mmu_map > tdp_mmu_link_sp',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_side',
      'tdp_mmu_map_handle_target_level > make_spte',
    ),
  },
  'lockless-against-collapse-installs': {
    ...collapse,
    ...machine(collapse_choices, [aging_one], empty_table),
    title:
      'The same with page statistics: a fault maps a page where the changed value stands, in a table that is gone',
    claims: ['O19(b)'],
    properties: [OWNERS],
    expect: { P5: 'violated' },
  },
  'lockless-against-collapse-other-frozen-value': {
    ...collapse,
    title: 'The same with a FROZEN value in which that bit is clear',
    claims: ['O19(c)'],
    variant: ['frozen-value-without-a'],
    unreached: unreached(
      'handle_removed_pt > kvm_tdp_mmu_write_spte_atomic',
      'kvm_tdp_mmu_map > tdp_mmu_link_sp',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_side',
      'tdp_mmu_map_handle_target_level > make_spte',
    ),
  },
  'lockless-against-zap': {
    ...common,
    ...machine(
      { ...small, vcpus: 2, kernel: V6_15, invalidations: 1 },
      [aging, migrating],
      mapped_small({ dirty: false }),
    ),
    title: 'From 6.15: aging without mmu_lock against a zap that stores plainly where only A may change',
    claims: [],
    witnesses: [a_page_is_old, the_host_has_moved_a_page],
    unreached: unreached(...NOWHERE, 'kvm_tdp_mmu_page_fault > fast_page_fault'),
  },
  'flushes-no-more': {
    ...common,
    ...machine(
      { ...small, kernel: V6_13, invalidations: 1 },
      [process('cpu0', kvm_mmu_notifier_clear_flush_young, 0, 1), migrating],
      mapped_small({ writable: false }),
    ),
    title: 'From 6.13: clear_flush_young() does not flush, and the zap of the same page finds it old',
    claims: [],
    witnesses: [a_page_is_old, the_host_has_moved_a_page, a_page_becomes_writable_during_its_invalidation],
    unreached: unreached(...NOWHERE),
  },
  'access-tracking-against-enable': {
    ...common,
    ...machine(
      { ...small, kernel: V6_6, adBits: false, srcu: true },
      [aging, process('cpu1', enable_then_get)],
      mapped_small(),
    ),
    title: 'Without A/D bits: dirty logging is enabled and read while aging drops W without a flush',
    claims: [],
    witnesses: [a_page_is_old, tracking_has_begun, a_page_is_harvested],
    unreached: unreached(
      ...EVERY_FAULT_IS_FAST,
      'tdp_iter_next > tdp_iter_restart',
      'tdp_mmu_clear_spte_bits > tdp_mmu_clear_spte_bits_atomic',
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
      'tdp_mmu_split_huge_pages_root > tdp_iter_next',
      'tdp_mmu_split_huge_pages_root > tdp_mmu_alloc_sp_for_split',
      'tdp_mmu_split_huge_pages_root > tdp_mmu_split_huge_page',
    ),
  },
});
