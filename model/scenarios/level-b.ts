/**
 * A sample of the catalogue once more on level B: walks that read one entry in a step, with a paging-structure cache
 * and explicit TLB entries. The verdicts are those of the default level.
 */
import { process, scenarios } from 'mmucheck/language';
import { P7exact, SAFETY } from '../../properties/index.js';
import type { Config } from '../config.js';
import { kvm_mmu_slot_try_split_huge_pages } from '../kernel/dirty_log.js';
import { migrate_pages } from '../host.js';
import { NONPRESENT_SPTE } from '../kernel/spte.js';
import { host_huge, machine, mapped_huge, mapped_small, unmapped } from '../machine.js';
import { type Kvm, PG_LEVEL_4K } from '../state.js';
import { split_then_migrate } from './threads.js';
import { FAULTS_FIND_THEIR_TABLES, NO_TABLE_IS_UNLINKED, unreached } from './unreached.js';
import {
  a_moved_page_is_mapped_again,
  a_small_page_is_executable,
  a_table_waits_for_its_grace_period,
  a_vcpu_may_use_a_stale_huge_translation,
  every_huge_page_is_split,
  the_host_has_moved_a_page,
  the_paging_structure_cache_is_stale,
} from './witnesses.js';

const LEVEL_B = { tlb: 'explicit', walk: 'per-level', aliases: 'none' } as const;

function table_with_a_hole(kvm: Kvm, config: Config): void {
  mapped_small()(kvm, config);
  host_huge(kvm, config);
  kvm.pt[1].spte[0] = NONPRESENT_SPTE;
}

const collapse = {
  ...machine(
    { ...LEVEL_B, vcpus: 2, reschedule: false, guestReads: true, guestWrites: false },
    [],
    table_with_a_hole,
  ),
  properties: SAFETY,
  witnesses: [a_table_waits_for_its_grace_period, the_paging_structure_cache_is_stale],
};

export default scenarios({
  'M1-fault-split': {
    title: 'M1 on level B: an exec fault splits a huge page without a flush',
    claims: ['M1'],
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
    ...machine(
      {
        ...LEVEL_B,
        aliases: 'one',
        guestReads: true,
        guestFetches: true,
        nxHugePages: true,
        trackExec: true,
        flush: 'atomic',
      },
      [],
      mapped_huge(),
    ),
    properties: [...SAFETY, P7exact],
    witnesses: [a_vcpu_may_use_a_stale_huge_translation, a_small_page_is_executable],
  },
  'M1-eager-split': {
    title: 'M1 on level B: the eager split while hardware sets D in the huge entry',
    claims: ['M1'],
    unreached: unreached(
      'tdp_iter_next > try_step_down',
      'tdp_iter_next > try_step_side',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
      'tdp_mmu_split_huge_pages_root > tdp_mmu_iter_cond_resched',
      'vcpu_enter_guest > kvm_mmu_page_fault',
    ),
    ...machine(
      { ...LEVEL_B, guestReads: true, trackDirty: true, flush: 'atomic' },
      [process('cpu0', kvm_mmu_slot_try_split_huge_pages, PG_LEVEL_4K)],
      mapped_huge({ dirty: false }),
    ),
    properties: [...SAFETY, P7exact],
    witnesses: [a_vcpu_may_use_a_stale_huge_translation, every_huge_page_is_split],
  },
  'M2-with-flush': {
    title: 'M2 on level B: a split without a flush, then a zap of the children with one',
    claims: ['M2'],
    unreached: unreached(
      ...FAULTS_FIND_THEIR_TABLES,
      'handle_removed_pt > kvm_tdp_mmu_write_spte_atomic',
      'kvm_tdp_mmu_map > tdp_iter_next',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_mmu_map_handle_target_level > make_spte',
      'tdp_mmu_set_spte > handle_changed_spte',
    ),
    ...machine(
      { ...LEVEL_B, invalidations: 1, reschedule: false },
      [process('cpu0', split_then_migrate)],
      mapped_huge(),
    ),
    properties: SAFETY,
    witnesses: [a_vcpu_may_use_a_stale_huge_translation, the_host_has_moved_a_page],
  },
  'M2-without-flush': {
    title: 'M2 on level B: the zap does not flush',
    claims: ['M2'],
    unreached: unreached(
      ...FAULTS_FIND_THEIR_TABLES,
      'handle_removed_pt > kvm_tdp_mmu_write_spte_atomic',
      'ipi_handler',
      'kvm_make_all_cpus_request > smp_call_function_many',
      'kvm_tdp_mmu_map > tdp_iter_next',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_mmu_map_handle_target_level > make_spte',
      'tdp_mmu_set_spte > handle_changed_spte',
      'vcpu_enter_guest > local_irq_enable',
      'vcpu_enter_guest > set_mode_outside_guest',
    ),
    ...machine(
      { ...LEVEL_B, invalidations: 1, reschedule: false },
      [process('cpu0', split_then_migrate)],
      mapped_huge(),
    ),
    variant: ['zap-without-flush'],
    expect: { P1: 'violated', P8: 'violated' },
    properties: SAFETY,
    witnesses: [a_vcpu_may_use_a_stale_huge_translation, the_host_has_moved_a_page],
  },
  'M7-stale-test': {
    title: 'M7 on level B: a slow fault against a notifier that moves its page',
    claims: ['M7'],
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
    ...machine(
      { ...LEVEL_B, invalidations: 1, reschedule: false },
      [process('cpu0', migrate_pages, 0, 1)],
      unmapped,
    ),
    properties: SAFETY,
    witnesses: [the_host_has_moved_a_page, a_moved_page_is_mapped_again],
  },
  'M7-no-stale-test': {
    title: 'M7 on level B: a slow fault that does not test for invalidations',
    claims: ['M7'],
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
    ...machine(
      { ...LEVEL_B, invalidations: 1, reschedule: false },
      [process('cpu0', migrate_pages, 0, 1)],
      unmapped,
    ),
    variant: ['no-stale-test'],
    because: 'P5 needs a second vCPU, whose fault meets the stale leaf.',
    expect: { P1: 'violated' },
    properties: SAFETY,
    witnesses: [the_host_has_moved_a_page, a_moved_page_is_mapped_again],
  },
  'S000-3-collapse-flush-in-rcu': {
    ...collapse,
    title: 'S000-3 on level B: a fault replaces a table by a huge leaf and flushes before it leaves RCU',
    claims: ['S000-3(b)'],
    unreached: unreached(
      ...FAULTS_FIND_THEIR_TABLES,
      'handle_removed_pt > kvm_tdp_mmu_write_spte_atomic',
      'kvm_tdp_mmu_map > tdp_iter_next',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'tdp_mmu_map_handle_target_level > make_spte',
    ),
  },
  'S000-3-collapse-flush-after-rcu': {
    ...collapse,
    title: 'S000-3 on level B: the flush comes only after leaving RCU',
    claims: ['S000-3(c)'],
    unreached: unreached(
      ...FAULTS_FIND_THEIR_TABLES,
      'handle_removed_pt > kvm_tdp_mmu_write_spte_atomic',
      'kvm_tdp_mmu_map > tdp_iter_next',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'tdp_mmu_map_handle_target_level > make_spte',
    ),
    variant: ['collapse-flushes-after-rcu'],
    expect: { P4: 'violated' },
  },
});
