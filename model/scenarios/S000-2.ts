/**
 * S000-2, -3, -16: the eager split drops mmu_lock in the middle of its walk without a flush, while everything that
 * may use, zap, protect or harvest the same range runs. No caller breaks: each flushes later for a reason of its own.
 * Only a processor with the iTLB erratum can tell, if huge pages may be executable.
 */
import { process, scenarios } from 'mmucheck/language';
import { P18, SAFETY } from '../../properties/index.js';
import { T14 } from '../../properties/t14-tables-are-given-back.js';
import { V6_13, V6_18 } from '../config.js';
import { migrate_pages } from '../host.js';
import { kvm_mmu_slot_try_split_huge_pages } from '../kernel/dirty_log.js';
import { kvm_recover_nx_huge_pages } from '../kernel/nx.js';
import { logging_begins, machine, mapped_huge } from '../machine.js';
import { PG_LEVEL_4K } from '../state.js';
import { recover_huge_pages } from './M10.js';
import { enable_then_get } from './threads.js';
import {
  a_dirty_bit_is_set,
  a_page_is_harvested,
  a_table_waits_for_its_grace_period,
  a_vcpu_may_use_a_stale_huge_translation,
  every_huge_page_is_split,
  the_host_has_moved_a_page,
  tracking_has_begun,
} from './witnesses.js';
import { FAULTS_FIND_THEIR_TABLES, NO_TABLE_IS_UNLINKED, unreached } from './unreached.js';

const split = process('cpu0', kvm_mmu_slot_try_split_huge_pages, PG_LEVEL_4K);

const against_notifier = {
  ...machine(
    { hugePages: 2, tables: 4, invalidations: 1, flush: 'atomic' },
    [split, process('cpu1', migrate_pages, 0, 2)],
    logging_begins(mapped_huge()),
  ),
  properties: SAFETY,
  witnesses: [a_vcpu_may_use_a_stale_huge_translation, every_huge_page_is_split, the_host_has_moved_a_page],
};

const executable = {
  ...machine(
    { hugePages: 2, tables: 4, flush: 'atomic', trackExec: true, guestFetches: true, guestReads: true },
    [split],
    mapped_huge(),
  ),
  properties: [...SAFETY, P18],
  expect: { P18: 'violated' },
  witnesses: [a_vcpu_may_use_a_stale_huge_translation, every_huge_page_is_split],
} as const;

const not_executable = {
  ...machine(
    {
      hugePages: 1,
      flush: 'atomic',
      trackExec: true,
      guestFetches: true,
      guestReads: true,
      nxHugePages: true,
    },
    [split],
    mapped_huge(),
  ),
};

export default scenarios({
  'split-against-notifier': {
    ...against_notifier,
    title: 'A split that yields without a flush, a notifier that moves one of the pages, and a writing guest',
    claims: ['S000-2(a)', 'S000-5(a)', 'S000-15(a)'],
    unreached: unreached(
      ...NO_TABLE_IS_UNLINKED,
      'kvm_tdp_mmu_map > kvm_mmu_hugepage_adjust',
      'kvm_tdp_mmu_map > tdp_mmu_split_huge_page',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
    ),
  },
  'enable-against-notifier': {
    ...machine(
      { hugePages: 1, tables: 4, invalidations: 1, flush: 'atomic', srcu: true },
      [process('cpu0', enable_then_get), process('cpu1', migrate_pages, 0, 2)],
      mapped_huge(),
    ),
    title: 'Enabling dirty logging and reading the log, against a notifier and a writing guest',
    claims: ['S000-2(a)', 'S000-13(a)'],
    unreached: unreached(
      ...NO_TABLE_IS_UNLINKED,
      'kvm_tdp_mmu_map > tdp_mmu_split_huge_page',
      'tdp_mmu_clear_spte_bits > tdp_mmu_clear_spte_bits_atomic',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_split_huge_pages_root > tdp_mmu_iter_cond_resched',
    ),
    properties: SAFETY,
    witnesses: [
      a_vcpu_may_use_a_stale_huge_translation,
      tracking_has_begun,
      a_dirty_bit_is_set,
      a_page_is_harvested,
      the_host_has_moved_a_page,
    ],
  },
  'split-against-nx-recovery': {
    ...machine(
      {
        kernel: V6_18,
        tables: 5,
        flush: 'atomic',
        nxHugePages: true,
        nxRecovery: true,
        trackExec: true,
        guestReads: true,
        guestWrites: false,
        guestFetches: true,
      },
      [split, process('worker', kvm_recover_nx_huge_pages, 1)],
      mapped_huge(),
    ),
    title:
      'A split that yields without a flush, the worker that recovers NX huge pages, and a guest that executes',
    claims: ['S000-2(a)'],
    unreached: unreached(
      'handle_removed_pt > kvm_tdp_mmu_write_spte_atomic',
      'kvm_tdp_mmu_map > disallowed_hugepage_adjust',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'tdp_iter_next > try_step_side',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_map_handle_target_level > make_spte',
      'tdp_mmu_split_huge_pages_root > tdp_mmu_iter_cond_resched',
    ),
    properties: SAFETY,
    witnesses: [
      a_vcpu_may_use_a_stale_huge_translation,
      every_huge_page_is_split,
      a_table_waits_for_its_grace_period,
    ],
  },
  'split-against-recovery': {
    ...machine(
      { kernel: V6_13, hugePages: 2, tables: 6, reach: true, guestReads: true, flush: 'atomic' },
      [split, process('cpu1', recover_huge_pages)],
      mapped_huge(),
    ),
    title: 'A split that yields without a flush, a walk that puts huge pages back, and a writing guest',
    claims: ['S000-2(a)'],
    unreached: unreached(
      ...FAULTS_FIND_THEIR_TABLES,
      'handle_removed_pt > kvm_tdp_mmu_write_spte_atomic',
      'kvm_tdp_mmu_map > tdp_iter_next',
      'kvm_tdp_mmu_map > tdp_mmu_map_handle_target_level',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'tdp_iter_next > try_step_down',
      'tdp_iter_next > try_step_up',
    ),
    properties: SAFETY,
    witnesses: [
      a_vcpu_may_use_a_stale_huge_translation,
      every_huge_page_is_split,
      a_table_waits_for_its_grace_period,
    ],
  },
  'executable-huge-pages': {
    ...executable,
    title: 'Huge pages are executable: huge and small translations for fetches coexist in one TLB',
    claims: ['S000-2(b)'],
    unreached: unreached(
      'tdp_iter_next > try_step_down',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
      'vcpu_enter_guest > kvm_mmu_page_fault',
      'vcpu_enter_guest > run_guest',
    ),
  },
  'nx-huge-pages': {
    ...not_executable,
    title:
      'With NX huge pages on, a huge translation for fetches does not exist, so two sizes never meet in a fetch',
    claims: ['S000-2(c)', 'T14'],
    unreached: unreached(
      'kvm_tdp_mmu_map > disallowed_hugepage_adjust',
      'kvm_tdp_mmu_map > tdp_mmu_link_sp',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'tdp_iter_next > try_step_side',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_map_handle_target_level > make_spte',
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
      'tdp_mmu_split_huge_pages_root > tdp_mmu_iter_cond_resched',
    ),
    properties: [...SAFETY, P18, T14],
    witnesses: [a_vcpu_may_use_a_stale_huge_translation, every_huge_page_is_split],
  },
  'spare-page-forgotten': {
    ...not_executable,
    title: 'The split has allocated a page for a table, finds that a fault was faster, and forgets the page',
    claims: ['T14'],
    variant: ['split-keeps-spare-page'],
    properties: [T14],
    expect: { T14: 'violated' },
    witnesses: [every_huge_page_is_split],
  },
  'flush-before-yield': {
    ...against_notifier,
    title: 'The posted version, which flushes before it yields: no property tells it from the one without',
    claims: ['S000-16(a)'],
    unreached: unreached(
      ...NO_TABLE_IS_UNLINKED,
      'kvm_tdp_mmu_map > kvm_mmu_hugepage_adjust',
      'kvm_tdp_mmu_map > tdp_mmu_split_huge_page',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
    ),
    variant: ['split-flushes-before-yield'],
  },
  'flush-before-yield-executable': {
    ...executable,
    title: 'The posted version on a processor with the iTLB erratum: the window is shorter, and still there',
    claims: ['S000-16(b)'],
    unreached: unreached(
      'tdp_iter_next > try_step_down',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
      'vcpu_enter_guest > kvm_mmu_page_fault',
      'vcpu_enter_guest > run_guest',
    ),
    variant: ['split-flushes-before-yield'],
    because:
      'The flush comes when the walk yields or ends. Until then the vCPU may hold both sizes, so a property about ' +
      'states tells the two versions apart no more than the others do; only the length of the window differs.',
  },
});
