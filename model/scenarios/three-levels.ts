/**
 * What needs pages of three sizes: a split that goes down two levels, entry by entry in the walk's order; a collapse
 * that takes a table away together with the tables below it; and faults that go down one level at a time.
 */
import { process, scenarios } from 'mmucheck/language';
import { P7exact, P16, P18, SAFETY } from '../../properties/index.js';
import { type Config, V6_13 } from '../config.js';
import { migrate_pages } from '../host.js';
import { kvm_mmu_slot_try_split_huge_pages, kvm_set_memory_region } from '../kernel/dirty_log.js';
import { NONPRESENT_SPTE } from '../kernel/spte.js';
import { host_giga, machine, mapped_giga, mapped_huge, mapped_small } from '../machine.js';
import { type Kvm, PG_LEVEL_2M, PG_LEVEL_4K } from '../state.js';
import { recover_huge_pages } from './M10.js';
import { split_the_host_then_migrate, split_then_migrate } from './threads.js';
import {
  a_dirty_bit_is_set,
  a_giga_page_is_mapped,
  a_page_is_mapped_at_2M,
  a_small_page_is_executable,
  a_table_waits_for_its_grace_period,
  a_vcpu_may_use_a_stale_huge_translation,
  an_entry_is_frozen,
  every_huge_page_is_split,
  the_host_has_moved_a_page,
  tracking_has_begun,
  two_tables_wait_for_their_grace_period,
} from './witnesses.js';
import {
  EVERY_FAULT_IS_FAST,
  FAULTS_FIND_THEIR_TABLES,
  NO_TABLE_IS_UNLINKED,
  unreached,
} from './unreached.js';

const DEEP = { levels: 3, hugePages: 2, flush: 'atomic' } as const;
const split = process('cpu0', kvm_mmu_slot_try_split_huge_pages, PG_LEVEL_4K);

/** Tables of 4K pages with a hole in front, where the host maps 1G. */
function small_pages_with_a_hole(kvm: Kvm, config: Config): void {
  mapped_small()(kvm, config);
  host_giga(kvm, config);
  kvm.pt[2].spte[0] = NONPRESENT_SPTE;
}

/** A table of 2M pages with a hole in front, where the host maps 1G. */
function huge_pages_with_a_hole(kvm: Kvm, config: Config): void {
  mapped_huge()(kvm, config);
  host_giga(kvm, config);
  kvm.pt[1].spte[0] = NONPRESENT_SPTE;
}

/** A slot that has logged, where the host maps 1G: one page is write-protected, one is not mapped. */
function logged_where_the_host_maps_1G(kvm: Kvm, config: Config): void {
  small_pages_with_a_hole(kvm, config);
  kvm.pt[2].spte[1] = { ...kvm.pt[2].spte[1], writable: false };
}

const eager = {
  ...machine(
    { ...DEEP, tables: 5, guestReads: true, guestWrites: true, trackDirty: true, guestGfns: 3 },
    [split],
    mapped_giga({ dirty: false }),
  ),
  properties: [...SAFETY, P7exact],
  witnesses: [a_page_is_mapped_at_2M, a_vcpu_may_use_a_stale_huge_translation, every_huge_page_is_split],
};

const against_notifier = {
  ...machine(
    { ...DEEP, tables: 6, invalidations: 1, guestGfns: 1, reschedule: false },
    [split, process('cpu1', migrate_pages, 0, 4)],
    mapped_giga(),
  ),
  properties: SAFETY,
  witnesses: [a_vcpu_may_use_a_stale_huge_translation, the_host_has_moved_a_page],
};

const PER_LEVEL = { tlb: 'explicit', walk: 'per-level', aliases: 'none', reach: false } as const;
const PART = { ...DEEP, tables: 6, invalidations: 2, guestGfns: 3, reschedule: false } as const;
const part_moves = {
  properties: [...SAFETY, P16],
  witnesses: [the_host_has_moved_a_page, a_giga_page_is_mapped],
};

const collapse = {
  vcpus: 2,
  reach: true,
  reschedule: false,
  guestReads: true,
  guestWrites: false,
} as const;

const collapse_small = {
  ...machine({ ...DEEP, ...collapse, tables: 5, flush: 'protocol' }, [], small_pages_with_a_hole),
  properties: SAFETY,
  witnesses: [two_tables_wait_for_their_grace_period, an_entry_is_frozen, a_giga_page_is_mapped],
};

const collapse_huge = {
  ...machine({ ...DEEP, ...collapse, tables: 3, flush: 'protocol' }, [], huge_pages_with_a_hole),
  properties: SAFETY,
  witnesses: [a_table_waits_for_its_grace_period, an_entry_is_frozen, a_giga_page_is_mapped],
};

export default scenarios({
  'eager-split': {
    ...eager,
    title: 'The eager split takes a 1G page down to 4K while hardware sets D in what it is about to replace',
    claims: ['M1', 'S000-7(a)'],
    unreached: unreached(
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
      'vcpu_enter_guest > kvm_mmu_page_fault',
    ),
  },
  'eager-split-wrong-offset': {
    ...eager,
    title: 'The 2M pages of a split 1G page lie one frame apart',
    claims: ['P7'],
    unreached: unreached(
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
      'vcpu_enter_guest > kvm_mmu_page_fault',
    ),
    variant: ['split-ignores-child-size'],
    expect: { P1: 'violated', P7: 'violated', P7exact: 'violated' },
  },
  'eager-split-to-2M': {
    ...machine(
      { ...DEEP, tables: 3, guestReads: true },
      [process('cpu0', kvm_mmu_slot_try_split_huge_pages, PG_LEVEL_2M)],
      mapped_giga(),
    ),
    title: 'The eager split stops at its target level',
    claims: ['M1'],
    unreached: unreached(
      'tdp_iter_next > try_step_down',
      'tdp_iter_next > try_step_side',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
      'tdp_mmu_split_huge_pages_root > tdp_mmu_iter_cond_resched',
      'vcpu_enter_guest > kvm_mmu_page_fault',
      'vcpu_enter_guest > run_guest',
    ),
    properties: [...SAFETY, P7exact],
    witnesses: [a_page_is_mapped_at_2M, a_vcpu_may_use_a_stale_huge_translation],
  },
  'split-against-notifier': {
    ...against_notifier,
    title: 'A 1G page is split and moved by the host while the guest writes to it',
    claims: ['S000-2(a)'],
    unreached: unreached(
      ...FAULTS_FIND_THEIR_TABLES,
      'handle_removed_pt > kvm_tdp_mmu_write_spte_atomic',
      'kvm_tdp_mmu_map > tdp_iter_next',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_mmu_map_handle_target_level > make_spte',
      'tdp_mmu_set_spte > handle_changed_spte',
    ),
  },
  'part-moves': {
    ...part_moves,
    ...machine(PART, [process('cpu0', split_the_host_then_migrate)], mapped_giga()),
    title: 'The host splits its 1G mapping and moves 2M of it; the guest writes to both halves',
    claims: ['M39'],
    unreached: unreached(
      ...NO_TABLE_IS_UNLINKED,
      'kvm_tdp_mmu_map > tdp_mmu_split_huge_page',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_map_handle_target_level > make_spte',
    ),
  },
  'part-moves-against-the-host-rule': {
    ...part_moves,
    ...machine(PART, [process('cpu0', migrate_pages, 0, 2)], mapped_giga()),
    title:
      'The host moves 2M of what it maps by one entry for 1G: a fault beside it maps the old pages again',
    claims: ['M39'],
    unreached: unreached(
      ...NO_TABLE_IS_UNLINKED,
      ...FAULTS_FIND_THEIR_TABLES,
      'kvm_tdp_mmu_map > tdp_iter_next',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_iter_next > try_step_side',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_map_handle_target_level > make_spte',
      'try_step_down > tdp_iter_refresh_sptep',
    ),
    expect: { P1: 'violated', P16: 'violated' },
  },
  'recover-huge-pages': {
    ...machine(
      { ...DEEP, ...collapse, vcpus: 1, guestGfns: 2, tables: 6, kernel: V6_13, flush: 'protocol' },
      [process('cpu0', recover_huge_pages)],
      logged_where_the_host_maps_1G,
    ),
    title: 'When dirty logging stops, a 1G leaf takes the place of a table with all tables below it',
    claims: ['M10'],
    unreached: unreached(
      ...FAULTS_FIND_THEIR_TABLES,
      'handle_removed_pt > kvm_tdp_mmu_write_spte_atomic',
      'kvm_tdp_mmu_map > tdp_iter_next',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'tdp_iter_next > try_step_side',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_map_handle_target_level > make_spte',
      'try_step_down > tdp_iter_refresh_sptep',
    ),
    properties: [...SAFETY, P16],
    witnesses: [two_tables_wait_for_their_grace_period, an_entry_is_frozen, a_giga_page_is_mapped],
  },
  'zap-without-flush': {
    ...machine(
      { ...DEEP, tables: 6, invalidations: 1 },
      [process('cpu0', split_then_migrate)],
      mapped_giga(),
    ),
    title: 'After a split from 1G to 4K the notifier zaps the small pages and skips its flush',
    claims: ['P8', 'S000-8(b)'],
    unreached: unreached(
      ...FAULTS_FIND_THEIR_TABLES,
      'handle_removed_pt > kvm_tdp_mmu_write_spte_atomic',
      'kvm_tdp_mmu_map > tdp_iter_next',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_mmu_map_handle_target_level > make_spte',
      'tdp_mmu_set_spte > handle_changed_spte',
    ),
    variant: ['zap-without-flush'],
    properties: SAFETY,
    expect: { P1: 'violated', P8: 'violated' },
    witnesses: [a_vcpu_may_use_a_stale_huge_translation, the_host_has_moved_a_page],
  },
  'exec-fault': {
    ...machine(
      {
        ...DEEP,
        vcpus: 2,
        tables: 8,
        nxHugePages: true,
        trackExec: true,
        guestReads: true,
        guestWrites: false,
        guestFetches: true,
      },
      [],
      mapped_giga(),
    ),
    title: 'Exec faults split a 1G page that may not be executed, one level at a time',
    claims: ['M1', 'S000-9', 'S000-2(c)'],
    unreached: unreached(
      'kvm_tdp_mmu_map > disallowed_hugepage_adjust',
      'kvm_tdp_mmu_map > tdp_mmu_link_sp',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_side',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_map_handle_target_level > make_spte',
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
    ),
    properties: [...SAFETY, P7exact, P18],
    witnesses: [a_page_is_mapped_at_2M, a_small_page_is_executable, a_vcpu_may_use_a_stale_huge_translation],
  },
  'collapse-small-pages': {
    ...collapse_small,
    title: 'A fault replaces a table with all tables below it by a 1G page',
    claims: ['S000-3(b)'],
    unreached: unreached(
      ...FAULTS_FIND_THEIR_TABLES,
      'handle_removed_pt > kvm_tdp_mmu_write_spte_atomic',
      'kvm_tdp_mmu_map > tdp_iter_next',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'tdp_mmu_map_handle_target_level > make_spte',
    ),
  },
  'collapse-small-pages-without-flush': {
    ...collapse_small,
    title: 'A fault replaces a table with all tables below it by a 1G page, and flushes for 2M pages only',
    claims: ['S000-3(c)'],
    unreached: unreached(
      ...FAULTS_FIND_THEIR_TABLES,
      'handle_removed_pt > kvm_tdp_mmu_write_spte_atomic',
      'ipi_handler',
      'kvm_tdp_mmu_map > tdp_iter_next',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'kvm_vcpu_flush_tlb_all',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_map_handle_target_level > make_spte',
      'vcpu_enter_guest > local_irq_enable',
      'vcpu_enter_guest > set_mode_outside_guest',
    ),
    variant: ['collapse-to-1G-without-flush'],
    expect: { P4: 'violated' },
  },
  'collapse-huge-pages': {
    ...collapse_huge,
    title: 'A fault replaces a table of 2M pages by a 1G page',
    claims: ['S000-3(b)'],
    unreached: unreached(
      ...FAULTS_FIND_THEIR_TABLES,
      'handle_changed_spte > handle_removed_pt',
      'handle_removed_pt > handle_changed_spte',
      'handle_removed_pt > kvm_tdp_mmu_write_spte_atomic',
      'kvm_tdp_mmu_map > tdp_iter_next',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'tdp_mmu_map_handle_target_level > make_spte',
    ),
  },
  'collapse-huge-pages-without-flush': {
    ...collapse_huge,
    title: 'A fault replaces a table of 2M pages by a 1G page, and flushes for 2M pages only',
    claims: ['S000-3(c)'],
    unreached: unreached(
      ...FAULTS_FIND_THEIR_TABLES,
      'handle_changed_spte > handle_removed_pt',
      'handle_removed_pt > handle_changed_spte',
      'handle_removed_pt > kvm_tdp_mmu_write_spte_atomic',
      'ipi_handler',
      'kvm_tdp_mmu_map > tdp_iter_next',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'kvm_vcpu_flush_tlb_all',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_map_handle_target_level > make_spte',
      'vcpu_enter_guest > local_irq_enable',
      'vcpu_enter_guest > set_mode_outside_guest',
    ),
    variant: ['collapse-to-1G-without-flush'],
    expect: { P4: 'violated' },
  },
  'collapse-small-pages-per-level': {
    ...machine(
      { ...DEEP, ...collapse, ...PER_LEVEL, tables: 5, vcpus: 1, guestGfns: 1 },
      [],
      small_pages_with_a_hole,
    ),
    title:
      'The collapse of all tables below a 1G page, by walks of the hardware that read one entry in a step',
    claims: ['S000-3(b)'],
    unreached: unreached(
      ...FAULTS_FIND_THEIR_TABLES,
      'handle_removed_pt > kvm_tdp_mmu_write_spte_atomic',
      'kvm_tdp_mmu_map > tdp_iter_next',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'tdp_mmu_map_handle_target_level > make_spte',
    ),
    properties: SAFETY,
    witnesses: [two_tables_wait_for_their_grace_period, an_entry_is_frozen, a_giga_page_is_mapped],
  },
  'collapse-against-exec-fault': {
    ...machine(
      {
        ...DEEP,
        vcpus: 2,
        tables: 8,
        nxHugePages: true,
        trackExec: true,
        guestReads: true,
        guestWrites: false,
        guestFetches: true,
      },
      [],
      small_pages_with_a_hole,
    ),
    title:
      'A collapse to 1G freezes entries of two levels that an exec fault of the other vCPU is about to fill',
    claims: ['S000-3(b)'],
    unreached: unreached(
      'handle_removed_pt > kvm_tdp_mmu_write_spte_atomic',
      'kvm_tdp_mmu_map > tdp_mmu_link_sp',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_map_handle_target_level > make_spte',
    ),
    properties: SAFETY,
    witnesses: [two_tables_wait_for_their_grace_period, an_entry_is_frozen],
  },
  'enable-dirty-logging': {
    ...machine(
      { ...DEEP, tables: 5, srcu: true, guestGfns: 1 },
      [process('cpu0', kvm_set_memory_region)],
      mapped_giga(),
    ),
    title: 'Dirty logging is enabled on a 1G page that the guest writes to',
    claims: ['S000-13(a)'],
    unreached: unreached(...EVERY_FAULT_IS_FAST, 'tdp_mmu_set_spte_atomic > handle_changed_spte'),
    properties: SAFETY,
    witnesses: [tracking_has_begun, a_dirty_bit_is_set, a_vcpu_may_use_a_stale_huge_translation],
  },
  'enable-without-eager-split': {
    ...machine(
      { ...DEEP, tables: 5, srcu: true, guestGfns: 1, eagerPageSplit: false },
      [process('cpu0', kvm_set_memory_region)],
      mapped_giga(),
    ),
    title: 'Dirty logging without eager splitting: the first write splits the 1G page down to 4K',
    claims: ['S000-13(a)'],
    unreached: unreached(
      'kvm_tdp_mmu_map > kvm_mmu_hugepage_adjust',
      'kvm_tdp_mmu_map > tdp_mmu_link_sp',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
    ),
    properties: SAFETY,
    witnesses: [tracking_has_begun, a_dirty_bit_is_set, a_page_is_mapped_at_2M],
  },
});
