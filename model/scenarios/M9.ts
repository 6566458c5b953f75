/**
 * M9: a fast zap against slow faults on the root that it zaps. A fault that was on its way when the root became
 * invalid must not install anything there: the zap may have passed already, and nobody zaps that root again (bug K20).
 * No vCPU runs on the root any more, so this is no matter of wrong accesses but of leafs and tables that are left over.
 */
import { process, scenarios } from 'mmucheck/language';
import { P13, P16, P23, SAFETY } from '../../properties/index.js';
import { T1 } from '../../properties/t1-faults-end.js';
import { T17 } from '../../properties/t17-vcpus-enter.js';
import { T16 } from '../../properties/t16-invalid-roots-go.js';
import { operations_end } from '../../properties/t4-operations-end.js';
import { T5 } from '../../properties/t5-requests-are-served.js';
import { type Config, V6_9 } from '../config.js';
import { migrate_pages } from '../host.js';
import { NONPRESENT_SPTE } from '../kernel/spte.js';
import { set_nx_huge_pages } from '../kernel/zap_all.js';
import { machine, mapped_huge, mapped_small } from '../machine.js';
import type { Kvm } from '../state.js';
import { FAULTS_FIND_THEIR_TABLES, unreached } from './unreached.js';
import {
  a_new_root_is_in_use,
  a_root_is_invalid,
  a_table_waits_for_its_grace_period,
  the_host_has_moved_a_page,
} from './witnesses.js';

/** What most of these do not execute, each for the reason in unreached.ts. */
const NOWHERE = [
  'handle_removed_pt > kvm_tdp_mmu_write_spte_atomic',
  'kvm_tdp_mmu_map > tdp_mmu_split_huge_page',
  'kvm_tdp_mmu_page_fault > fast_page_fault',
  'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
  'tdp_mmu_map_handle_target_level > make_spte',
] as const;

/** The page that the guest wants is missing, so that a fault is on its way when the zap comes. */
function first_page_missing(kvm: Kvm, config: Config): void {
  mapped_small()(kvm, config);
  kvm.pt[config.roots].spte[0] = NONPRESENT_SPTE;
}

const choices = {
  vcpus: 1,
  roots: 2,
  tables: 5,
  accounting: true,
  flush: 'atomic',
  guestReads: true,
  guestWrites: false,
} as const;
const common = {
  ...machine(
    { ...choices, hugePages: 2, tables: 7 },
    [process('cpu0', set_nx_huge_pages)],
    first_page_missing,
  ),
  properties: [...SAFETY, P13, P16],
  witnesses: [a_root_is_invalid, a_new_root_is_in_use, a_table_waits_for_its_grace_period],
};

export default scenarios({
  'root-test': {
    ...common,
    properties: [...SAFETY, P13, P16, P23, T1, T5, T17, T16, operations_end(['cpu0'])],
    title: 'A fast zap against a slow fault that finds its root invalid, and retries on a new one',
    unreached: unreached(...NOWHERE, 'tdp_iter_next > try_step_up'),
    claims: ['M9'],
  },
  'no-root-test': {
    ...common,
    title: 'A slow fault does not ask whether its root is invalid',
    unreached: unreached(...NOWHERE, 'tdp_iter_next > try_step_up'),
    claims: ['M9', 'K20'],
    variant: ['no-root-test'],
    expect: { P13: 'violated' },
  },
  'restart-steps-on': {
    ...common,
    unreached: unreached(...NOWHERE, 'tdp_iter_next > tdp_iter_restart', 'tdp_iter_next > try_step_up'),
    title: 'The walk that yields steps on from where it restarts, past an entry that it has not seen',
    claims: ['K6'],
    variant: ['yield-steps-on'],
    expect: { P13: 'violated' },
  },
  'two-vcpus': {
    ...machine({ ...choices, vcpus: 2 }, [process('cpu0', set_nx_huge_pages)], first_page_missing),
    title: 'A fast zap against two vCPUs that allocate one new root between them, under the write lock',
    unreached: unreached(
      ...NOWHERE,
      '__tdp_mmu_zap_root > tdp_iter_next',
      '__tdp_mmu_zap_root > tdp_mmu_iter_cond_resched',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_side',
      'tdp_iter_next > try_step_up',
    ),
    claims: ['M9'],
    properties: [...SAFETY, P13],
    witnesses: [a_root_is_invalid, a_new_root_is_in_use],
  },
  'two-vcpus-read-lock': {
    ...machine(
      { ...choices, vcpus: 2, kernel: V6_9 },
      [process('cpu0', set_nx_huge_pages)],
      first_page_missing,
    ),
    title: 'The same under the read lock (6.9), with passes over every level',
    unreached: unreached(...NOWHERE, 'handle_removed_pt > handle_changed_spte'),
    claims: ['M9'],
    properties: [...SAFETY, P13],
    witnesses: [a_root_is_invalid, a_new_root_is_in_use],
  },
  'two-vcpus-one-new-root': {
    ...machine(
      { ...choices, vcpus: 2, kernel: V6_9, reschedule: false, accounting: false, tables: 3 },
      [process('cpu0', set_nx_huge_pages)],
      mapped_huge(),
    ),
    title: 'Two vCPUs that want a new root of one role at the same time get the same one (6.9)',
    unreached: unreached(
      ...FAULTS_FIND_THEIR_TABLES,
      'kvm_tdp_mmu_map > tdp_iter_next',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_side',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_map_handle_target_level > make_spte',
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
      'try_step_down > tdp_iter_refresh_sptep',
    ),
    claims: ['M9', 'P23', 'T16'],
    properties: [...SAFETY, P23, T16, operations_end(['cpu0'])],
    witnesses: [a_root_is_invalid, a_new_root_is_in_use],
  },
  notifier: {
    ...machine(
      { ...choices, invalidations: 1 },
      [process('cpu0', set_nx_huge_pages), process('cpu1', migrate_pages, 0, 2)],
      first_page_missing,
    ),
    title: 'A fast zap against a notifier, which finds what an invalid root still maps',
    unreached: unreached(
      ...NOWHERE,
      '__tdp_mmu_zap_root > tdp_iter_next',
      '__tdp_mmu_zap_root > tdp_mmu_iter_cond_resched',
      'handle_removed_pt > handle_changed_spte',
      'handle_removed_pt > kvm_tdp_mmu_read_spte',
      'handle_removed_pt > kvm_tdp_mmu_write_spte',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
    ),
    claims: ['M9'],
    properties: [...SAFETY, P13, P16],
    witnesses: [a_root_is_invalid, a_new_root_is_in_use, the_host_has_moved_a_page],
  },
});
