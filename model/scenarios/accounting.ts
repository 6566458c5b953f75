/**
 * P13 where nothing else is at stake: entries that come, go, split and collapse, with page statistics and the count of
 * tables; and two wrong ways of counting.
 */
import { scenarios } from 'mmucheck/language';
import { P13, SAFETY } from '../../properties/index.js';
import type { Config } from '../config.js';
import { NONPRESENT_SPTE } from '../kernel/spte.js';
import { host_huge, machine, mapped_small } from '../machine.js';
import type { Kvm } from '../state.js';
import { unreached } from './unreached.js';
import { a_small_page_is_executable, a_table_waits_for_its_grace_period } from './witnesses.js';

/** A table with a hole in front, where the host maps huge: the next fault on the hole collapses it. */
function table_with_a_hole(kvm: Kvm, config: Config): void {
  mapped_small()(kvm, config);
  host_huge(kvm, config);
  kvm.pt[1].spte[0] = NONPRESENT_SPTE;
}

const split_and_collapse = {
  ...machine(
    {
      vcpus: 2,
      tables: 4,
      nxHugePages: true,
      trackExec: true,
      accounting: true,
      flush: 'atomic',
      guestReads: true,
      guestWrites: false,
      guestFetches: true,
    },
    [],
    table_with_a_hole,
  ),
  properties: [...SAFETY, P13],
  witnesses: [a_table_waits_for_its_grace_period],
};

export default scenarios({
  'split-and-collapse': {
    ...split_and_collapse,
    title:
      'Two vCPUs collapse a table, split the huge page again and map its pages, and every page is counted',
    unreached: unreached(
      'handle_removed_pt > kvm_tdp_mmu_write_spte_atomic',
      'kvm_tdp_mmu_map > tdp_mmu_link_sp',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_side',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_map_handle_target_level > make_spte',
    ),
    claims: ['P13'],
    witnesses: [a_table_waits_for_its_grace_period, a_small_page_is_executable],
  },
  'table-not-unaccounted': {
    ...split_and_collapse,
    title: 'A table that is unlinked stays in the count',
    unreached: unreached(
      'handle_removed_pt > kvm_tdp_mmu_write_spte_atomic',
      'kvm_tdp_mmu_map > tdp_mmu_link_sp',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_side',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_map_handle_target_level > make_spte',
    ),
    claims: ['P13'],
    variant: ['table-not-unaccounted'],
    expect: { P13: 'violated' },
  },
  'statistics-before-exchange': {
    ...split_and_collapse,
    title: 'Page statistics change before an exchange that may fail',
    unreached: unreached(
      'handle_removed_pt > kvm_tdp_mmu_write_spte_atomic',
      'kvm_tdp_mmu_map > tdp_mmu_link_sp',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_side',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_map_handle_target_level > make_spte',
    ),
    claims: ['P13'],
    variant: ['statistics-before-exchange'],
    expect: { P13: 'violated' },
  },
});
