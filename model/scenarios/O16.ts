/**
 * O16: with NX huge pages, an exec fault splits a huge page, and a worker zaps the table some time later, so that the
 * page becomes huge again. Against faults of both kinds: on the way into the table, on the way out of it, and while it
 * is put on the list.
 */
import { process, scenarios } from 'mmucheck/language';
import { P13nx, P13nxall, P16, P4, P18, P19, SAFETY } from '../../properties/index.js';
import { type Config, V6_13, V6_18, V6_6 } from '../config.js';
import { migrate_pages } from '../host.js';
import { kvm_recover_nx_huge_pages } from '../kernel/nx.js';
import { NONPRESENT_SPTE } from '../kernel/spte.js';
import { host_huge, machine, mapped_huge, mapped_small } from '../machine.js';
import type { Kvm } from '../state.js';
import { recover_huge_pages } from './M10.js';
import {
  a_small_page_is_executable,
  a_table_waits_for_its_grace_period,
  an_entry_is_frozen,
  the_host_has_moved_a_page,
} from './witnesses.js';
import { FAULTS_FIND_THEIR_TABLES, unreached } from './unreached.js';

/** An exec fault has split the page; one small page is mapped, and it is on the list. */
function split_for_a_fetch(kvm: Kvm, config: Config): void {
  mapped_small()(kvm, config);
  host_huge(kvm, config);
  kvm.pt[1].spte[1] = NONPRESENT_SPTE;
  kvm.pt[1].nx_huge_page_disallowed = true;
  kvm.nx.listed[1] = true;
}

/** The same for a table whose recovery is not the list's business: executable small pages of a slot that has logged. */
function logged(kvm: Kvm, config: Config): void {
  mapped_small()(kvm, config);
  host_huge(kvm, config);
}

export function a_table_is_listed(kvm: Kvm): boolean {
  for (let table = 1; table < kvm.config.tables; table++) if (kvm.nx.listed[table]) return true;
  return false;
}

export function the_list_is_empty(kvm: Kvm): boolean {
  return !a_table_is_listed(kvm);
}

const guest = {
  nxHugePages: true,
  nxRecovery: true,
  trackExec: true,
  guestFetches: true,
  guestWrites: false,
};
const faults = { ...guest, vcpus: 2, tables: 4, flush: 'atomic', guestReads: true } as const;
const properties = [...SAFETY, P13nx, P16, P18, P19];
const witnesses = [a_table_is_listed, the_list_is_empty, a_table_waits_for_its_grace_period];
const worker = [process('worker', kvm_recover_nx_huge_pages, 1)];
const shared = machine({ ...faults, kernel: V6_18 }, worker, mapped_huge({ executable: false }));

/** The worker itself takes only what is listed, and a fault leaves alone what has the flag: this is who does not. */
const unlinked = machine(
  { ...faults, kernel: V6_13 },
  [process('cpu0', recover_huge_pages)],
  mapped_huge({ executable: false }),
);
/** With paging-structure caches and the whole protocol of a flush. */
const lifetime = machine(
  { ...guest, kernel: V6_18, reach: true, reschedule: false, guestReads: true },
  worker,
  split_for_a_fetch,
);
const stop_logging = machine(
  { ...guest, kernel: V6_13, nxRecovery: false, flush: 'atomic', guestReads: true },
  [process('cpu0', recover_huge_pages)],
  logged,
);

export default scenarios({
  'write-locked': {
    ...machine({ ...faults, kernel: V6_6 }, worker, mapped_huge({ executable: false })),
    title: 'Up to 6.17: the worker holds mmu_lock for write',
    claims: ['O16'],
    unreached: unreached(
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_side',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_map_handle_target_level > make_spte',
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
    ),
    properties: [...properties, P13nxall],
    witnesses: [...witnesses, a_small_page_is_executable],
  },
  'read-locked': {
    ...shared,
    title: 'From 6.18 on: the worker holds mmu_lock for read, and zaps only what still is where it was',
    claims: ['O16'],
    unreached: unreached(
      'handle_removed_pt > kvm_tdp_mmu_write_spte_atomic',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_side',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_map_handle_target_level > make_spte',
    ),
    properties,
    witnesses: [...witnesses, a_small_page_is_executable, an_entry_is_frozen],
  },
  'read-locked-yielding': {
    ...machine(
      { ...guest, kernel: V6_18, hugePages: 2, guestGfns: 4, tables: 5, flush: 'atomic', guestReads: true },
      [process('worker', kvm_recover_nx_huge_pages, 2)],
      split_for_a_fetch,
    ),
    title: 'The worker zaps two tables and may yield after each, with its flush before',
    claims: ['O16'],
    unreached: unreached(
      'handle_removed_pt > kvm_tdp_mmu_write_spte_atomic',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_map_handle_target_level > make_spte',
    ),
    properties: [...properties, P13nxall],
    witnesses,
  },
  'against-notifier': {
    ...machine(
      {
        ...guest,
        kernel: V6_18,
        flush: 'atomic',
        guestReads: true,
        guestFetches: false,
        reschedule: false,
        invalidations: 1,
      },
      [...worker, process('cpu1', migrate_pages, 0, 2)],
      split_for_a_fetch,
    ),
    title:
      'A notifier finds nothing where the worker has zapped: the flush must come before mmu_lock is dropped',
    claims: ['O16'],
    properties,
    witnesses: [a_table_is_listed, the_list_is_empty, the_host_has_moved_a_page],
    unreached: unreached(
      ...FAULTS_FIND_THEIR_TABLES,
      'handle_removed_pt > kvm_tdp_mmu_write_spte_atomic',
      'kvm_tdp_mmu_map > track_possible_nx_huge_page',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_mmu_map_handle_target_level > make_spte',
      'tdp_mmu_set_spte > handle_changed_spte',
    ),
  },
  'second-page': {
    ...machine(
      {
        ...guest,
        kernel: V6_6,
        hugePages: 2,
        guestGfns: 3,
        tables: 5,
        flush: 'atomic',
        reschedule: false,
      },
      worker,
      mapped_huge({ executable: false }),
    ),
    title:
      'The worker finds the entry that points to a table where the fault has left it, be it not the first',
    claims: ['O16'],
    properties: [...properties, P13nxall],
    witnesses,
    unreached: unreached(
      'kvm_tdp_mmu_map > disallowed_hugepage_adjust',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_side',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_map_handle_target_level > make_spte',
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
    ),
  },
  'unlinked-before-listed': {
    ...unlinked,
    title: 'Logging stops: the table of an exec fault is replaced before the fault has put it on the list',
    claims: ['P13'],
    unreached: unreached(
      'handle_removed_pt > kvm_tdp_mmu_write_spte_atomic',
      'kvm_tdp_mmu_map > disallowed_hugepage_adjust',
      'kvm_tdp_mmu_map > tdp_mmu_link_sp',
      'kvm_tdp_mmu_map > tdp_mmu_map_handle_target_level',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'recover_huge_pages_range > tdp_iter_next',
      'recover_huge_pages_range > tdp_mmu_iter_cond_resched',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_side',
      'tdp_iter_next > try_step_up',
    ),
    properties,
    witnesses: [a_table_is_listed, a_table_waits_for_its_grace_period, an_entry_is_frozen],
  },
  'listed-without-recheck': {
    ...unlinked,
    title: 'A fault lists its table without looking whether it has been unlinked',
    claims: ['P13', 'fix:21a36ac6b6c7'],
    variant: ['nx-list-without-recheck'],
    properties: [P13nx],
    expect: { P13nx: 'violated' },
    witnesses: [a_table_is_listed],
  },
  'flag-after-link': {
    ...shared,
    title: 'The flag is set when the table is listed, not before it is linked',
    claims: ['K31', 'P13'],
    variant: ['nx-flag-after-link'],
    properties: [P13nx],
    expect: { P13nx: 'violated' },
    witnesses,
  },
  'flush-in-rcu': {
    ...lifetime,
    title: 'The worker flushes before it leaves RCU',
    claims: ['O16'],
    unreached: unreached(
      'handle_removed_pt > kvm_tdp_mmu_write_spte_atomic',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_side',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_map_handle_target_level > make_spte',
    ),
    properties,
    witnesses,
  },
  'flush-after-rcu': {
    ...lifetime,
    title: 'The worker leaves RCU before it flushes',
    claims: ['O16'],
    variant: ['nx-recovery-flushes-after-rcu'],
    properties: [P4],
    expect: { P4: 'violated' },
    witnesses,
  },
  'no-x-after-logging': {
    ...stop_logging,
    title: 'Logging stops with NX huge pages: executable small pages make a huge one that is not',
    claims: ['P19'],
    unreached: unreached(
      'handle_removed_pt > kvm_tdp_mmu_write_spte_atomic',
      'kvm_tdp_mmu_map > disallowed_hugepage_adjust',
      'kvm_tdp_mmu_map > tdp_mmu_link_sp',
      'kvm_tdp_mmu_map > tdp_mmu_map_handle_target_level',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'recover_huge_pages_range > tdp_iter_next',
      'recover_huge_pages_range > tdp_mmu_iter_cond_resched',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_side',
      'tdp_iter_next > try_step_up',
    ),
    properties: [...SAFETY, P16, P18, P19],
    witnesses: [a_table_waits_for_its_grace_period],
  },
  'x-after-logging': {
    ...stop_logging,
    title: 'The huge leaf that takes the place of executable small ones keeps their X',
    claims: ['P19'],
    variant: ['huge-spte-keeps-x'],
    properties: [P18, P19],
    expect: { P18: 'violated', P19: 'violated' },
    witnesses: [a_table_waits_for_its_grace_period],
  },
});
