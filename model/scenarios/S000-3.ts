/**
 * S000-3: a split only adds a table, so no missing flush of a split can make a processor walk a freed table (P4). In
 * contrast a collapse unlinks one: its flush must come before the remover leaves its RCU read section.
 */
import { process, scenarios } from 'mmucheck/language';
import { SAFETY } from '../../properties/index.js';
import type { Config } from '../config.js';
import { kvm_mmu_slot_try_split_huge_pages } from '../kernel/dirty_log.js';
import { NONPRESENT_SPTE } from '../kernel/spte.js';
import { host_huge, machine, mapped_huge, mapped_small } from '../machine.js';
import { type Kvm, PG_LEVEL_4K } from '../state.js';
import {
  a_table_waits_for_its_grace_period,
  a_vcpu_may_use_a_stale_huge_translation,
  an_entry_is_frozen,
  every_huge_page_is_split,
} from './witnesses.js';
import { FAULTS_FIND_THEIR_TABLES, unreached } from './unreached.js';

/** A table with a hole in front, where the host maps huge: the next fault on the hole collapses it. */
function table_with_a_hole(kvm: Kvm, config: Config): void {
  mapped_small()(kvm, config);
  host_huge(kvm, config);
  kvm.pt[1].spte[0] = NONPRESENT_SPTE;
}

const collapse = {
  ...machine(
    { vcpus: 2, reach: true, reschedule: false, flush: 'protocol', guestReads: true, guestWrites: false },
    [],
    table_with_a_hole,
  ),
  properties: SAFETY,
  witnesses: [a_table_waits_for_its_grace_period, an_entry_is_frozen],
};

export default scenarios({
  'split-frees-nothing': {
    ...machine(
      { vcpus: 2, tables: 4, reach: true, flush: 'atomic' },
      [process('cpu0', kvm_mmu_slot_try_split_huge_pages, PG_LEVEL_4K)],
      mapped_huge(),
    ),
    title: 'A split without a flush, with paging-structure caches: no table becomes unreachable',
    claims: ['S000-3(a)'],
    unreached: unreached(
      'tdp_iter_next > try_step_down',
      'tdp_iter_next > try_step_side',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
      'tdp_mmu_split_huge_pages_root > tdp_mmu_iter_cond_resched',
      'vcpu_enter_guest > kvm_mmu_page_fault',
      'vcpu_enter_guest > run_guest',
    ),
    properties: SAFETY,
    witnesses: [a_vcpu_may_use_a_stale_huge_translation, every_huge_page_is_split],
  },
  'collapse-flush-in-rcu': {
    ...collapse,
    title: 'A fault replaces a table by a huge leaf and flushes before it leaves RCU',
    claims: ['S000-3(b)'],
    unreached: unreached(
      ...FAULTS_FIND_THEIR_TABLES,
      'handle_removed_pt > kvm_tdp_mmu_write_spte_atomic',
      'kvm_tdp_mmu_map > tdp_iter_next',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'tdp_mmu_map_handle_target_level > make_spte',
    ),
  },
  'collapse-against-exec-fault': {
    ...machine(
      {
        vcpus: 2,
        tables: 4,
        nxHugePages: true,
        trackExec: true,
        flush: 'atomic',
        guestReads: true,
        guestWrites: false,
        guestFetches: true,
      },
      [],
      table_with_a_hole,
    ),
    title: 'A collapse freezes entries that an exec fault of the other vCPU is about to fill',
    claims: ['S000-3(b)'],
    unreached: unreached(
      'handle_removed_pt > kvm_tdp_mmu_write_spte_atomic',
      'kvm_tdp_mmu_map > tdp_mmu_link_sp',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_side',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_map_handle_target_level > make_spte',
    ),
    properties: SAFETY,
    witnesses: [a_table_waits_for_its_grace_period, an_entry_is_frozen],
  },
  'collapse-flush-after-rcu': {
    ...collapse,
    title: 'A fault replaces a table by a huge leaf and flushes only after leaving RCU',
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
