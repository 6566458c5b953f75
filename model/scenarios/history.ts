/**
 * Bugs of the TDP MMU that were found and fixed in its first years, each with the situation that it needs where no other scenario has
 * it. The others are tagged `fix:` with the commit wherever they are found.
 */
import { eventually, not, process, property, scenarios } from 'mmucheck/language';
import { KERNEL_FAIRNESS } from '../../properties/fairness.js';
import { recover_huge_pages } from './M10.js';
import { P1entry, P13nx, P15, P16, P19, P3log, SAFETY } from '../../properties/index.js';
import { type Config, V6_18, V6_6 } from '../config.js';
import { migrate_pages } from '../host.js';
import { kvm_set_memory_region } from '../kernel/dirty_log.js';
import { kvm_mmu_notifier_clear_young } from '../kernel/mmu_notifier_young.js';
import { NONPRESENT_SPTE } from '../kernel/spte.js';
import { kvm_recover_nx_huge_pages } from '../kernel/nx.js';
import { kvm_mmu_recover_huge_pages } from '../kernel/tdp_mmu/recover.js';
import { set_nx_huge_pages } from '../kernel/zap_all.js';
import { host_huge, machine, mapped_small } from '../machine.js';
import { type Kvm, ROOT } from '../state.js';
import { a_page_is_old } from './tracking.js';
import {
  EVERY_FAULT_IS_FAST,
  FAULTS_FIND_THEIR_TABLES,
  NO_TABLE_IS_UNLINKED,
  unreached,
} from './unreached.js';
import {
  a_root_is_invalid,
  a_table_waits_for_its_grace_period,
  the_host_has_moved_a_page,
  tracking_has_begun,
  two_invalidations_are_open,
} from './witnesses.js';

/** Nobody runs on the root that is zapped: what matters is what KVM still refers to. */
const invalid_root = {
  ...machine(
    { vcpus: 0, roots: 2, hugePages: 2, tables: 4, flush: 'atomic', invalidations: 1 },
    [process('cpu0', set_nx_huge_pages), process('cpu1', migrate_pages, 0, 4)],
    mapped_small(),
  ),
  properties: [...SAFETY, P1entry, P13nx, P15, P16],
  witnesses: [a_root_is_invalid, the_host_has_moved_a_page],
};

/** No page table is huge, and the host maps huge by now. */
function collapsible(kvm: Kvm, config: Config): void {
  mapped_small()(kvm, config);
  host_huge(kvm, config);
}

const access_tracked = {
  ...machine(
    { adBits: false, flush: 'atomic', reschedule: false, followWrites: true, srcu: true },
    [process('cpu0', kvm_mmu_notifier_clear_young, 0, 2), process('cpu1', kvm_set_memory_region)],
    mapped_small(),
  ),
  properties: [...SAFETY, P3log],
  witnesses: [a_page_is_old, tracking_has_begun],
};

const ranged = {
  ...machine(
    {
      rangedFlush: true,
      reach: true,
      tables: 4,
      flush: 'atomic',
      kernel: V6_6,
      guestReads: true,
      guestWrites: false,
      reschedule: false,
      invalidations: 1,
    },
    [process('cpu0', kvm_mmu_recover_huge_pages), process('cpu1', migrate_pages, 0, 2)],
    collapsible,
  ),
  properties: [...SAFETY, P15, P16],
  witnesses: [a_table_waits_for_its_grace_period, the_host_has_moved_a_page],
};

/** Two exec faults have split a page each. */
function two_splits_listed(kvm: Kvm, config: Config): void {
  mapped_small({ executable: true })(kvm, config);
  host_huge(kvm, config);
  for (let table = 1; table <= config.hugePages; table++) {
    kvm.pt[table].nx_huge_page_disallowed = true;
    kvm.nx.listed[table] = true;
    kvm.nx.ptep[table] = { table: ROOT, index: table - 1 };
  }
}

const nx = {
  nxHugePages: true,
  nxRecovery: true,
  trackExec: true,
  guestWrites: false,
  guestReads: true,
  guestFetches: true,
  reach: true,
  flush: 'atomic',
  kernel: V6_6,
} as const;
const nx_recovery = {
  ...machine({ ...nx, tables: 3 }, [process('worker', kvm_recover_nx_huge_pages, 1)], two_splits_listed),
  properties: [...SAFETY, P13nx],
  witnesses: [a_table_waits_for_its_grace_period],
};
const nx_recovery_yields = {
  ...machine(
    { ...nx, hugePages: 2, guestGfns: 2, tables: 5 },
    [process('worker', kvm_recover_nx_huge_pages, 2)],
    two_splits_listed,
  ),
  properties: [...SAFETY, P13nx],
  witnesses: [a_table_waits_for_its_grace_period],
};

/** Two splits may be gone again before the fault that wants to go through them gets there. */
const nx_read_locked = {
  ...machine(
    {
      ...nx,
      kernel: V6_18,
      reach: false,
      guestReads: false,
      guestGfns: 2,
      tables: 4,
    },
    [process('worker', kvm_recover_nx_huge_pages, 1)],
    (kvm, config) => {
      two_splits_listed(kvm, config);
      kvm.pt[1].spte[1] = NONPRESENT_SPTE;
    },
  ),
  properties: [...SAFETY, P13nx, P16, P19],
  witnesses: [a_table_waits_for_its_grace_period],
};

/** Faults are held off by the range of both. */
const two_ranges = {
  ...machine(
    {
      invalidations: 2,
      countInvalidations: true,
      flush: 'atomic',
      reschedule: false,
      guestReads: true,
      guestWrites: false,
    },
    [process('cpu0', migrate_pages, 0, 1), process('cpu1', migrate_pages, 1, 2)],
    mapped_small(),
  ),
  properties: [...SAFETY, P15, P16],
  witnesses: [two_invalidations_are_open, the_host_has_moved_a_page],
};

export function a_table_is_linked(kvm: Kvm): boolean {
  return kvm.pt[ROOT].spte[0].kind === 'TABLE';
}

/** A recovery that does nothing is safe: it has to be asked for what it is there for. */
const RECOVERY = property({
  id: 'recovery',
  title: 'huge pages come back',
  temporal: eventually(not(a_table_is_linked)),
  fairness: KERNEL_FAIRNESS,
});
const recovery = {
  ...machine(
    { vcpus: 0, tables: 2, kernel: V6_6, flush: 'atomic', reschedule: false },
    [process('cpu0', recover_huge_pages)],
    collapsible,
  ),
  properties: [RECOVERY],
  witnesses: [a_table_is_linked],
};

export default scenarios({
  'tables-zapped': {
    ...recovery,
    unreached: unreached(
      'handle_removed_pt > kvm_tdp_mmu_write_spte_atomic',
      'zap_collapsible_spte_range > tdp_iter_next',
    ),
    title: 'When logging stops, tables that could be huge pages are zapped',
    claims: ['fix:87aa9ec939ec'],
  },
  'tables-skipped': {
    ...recovery,
    title: 'The walk looks for leafs to zap, and finds none',
    claims: ['fix:87aa9ec939ec'],
    variant: ['recovery-skips-tables'],
    expect: { recovery: 'violated' },
  },
  'two-ranges': {
    ...two_ranges,
    unreached: unreached(
      ...NO_TABLE_IS_UNLINKED,
      ...FAULTS_FIND_THEIR_TABLES,
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_map_handle_target_level > make_spte',
    ),
    title: 'Two notifiers move neighbours at once, and faults are kept out of both ranges',
    claims: ['M7'],
  },
  'later-range-replaces': {
    ...two_ranges,
    unreached: unreached(
      ...NO_TABLE_IS_UNLINKED,
      ...FAULTS_FIND_THEIR_TABLES,
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_map_handle_target_level > make_spte',
    ),
    title: 'The range of the second invalidation replaces that of the first, which is still open',
    claims: ['P16'],
    variant: ['later-range-replaces'],
    expect: { P1: 'violated', P16: 'violated' },
  },
  'target-level-reached': {
    ...nx_read_locked,
    unreached: unreached(
      'handle_removed_pt > kvm_tdp_mmu_write_spte_atomic',
      'kvm_tdp_mmu_map > disallowed_hugepage_adjust',
      'kvm_tdp_mmu_map > tdp_mmu_split_huge_page',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_side',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_map_handle_target_level > make_spte',
    ),
    title: 'A table is zapped under the read lock while an exec fault is about to step down into it',
    claims: ['fix:80a3e4ae962d', 'fix:e25f0e0cd51b'],
  },
  'target-level-missed': {
    ...nx_read_locked,
    unreached: unreached(
      'handle_removed_pt > kvm_tdp_mmu_write_spte_atomic',
      'kvm_tdp_mmu_map > disallowed_hugepage_adjust',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_side',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_map_handle_target_level > make_spte',
    ),
    title: 'The fault maps its small page where its walk has ended, at the level of the table that is gone',
    claims: ['fix:80a3e4ae962d'],
    variant: ['map-without-target-level'],
    expect: { P1: 'violated', P16: 'violated' },
  },
  'removed-children-are-holes': {
    ...nx_read_locked,
    unreached: unreached(
      'kvm_tdp_mmu_map > disallowed_hugepage_adjust',
      'kvm_tdp_mmu_map > tdp_mmu_split_huge_page',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_side',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_map_handle_target_level > make_spte',
    ),
    title: 'The entries of an unlinked table become holes, which a fault fills that is still inside',
    claims: ['fix:e25f0e0cd51b'],
    variant: ['removed-children-are-holes'],
    expect: { P5: 'violated' },
  },
  'nx-recovery': {
    ...nx_recovery,
    unreached: unreached(
      'kvm_tdp_mmu_map > disallowed_hugepage_adjust',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_side',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_map_handle_target_level > make_spte',
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
    ),
    title:
      'The NX recovery worker flushes before it leaves RCU, and so before the table that it zapped is freed',
    claims: ['fix:048f49809c52'],
  },
  'nx-recovery-without-flush': {
    ...nx_recovery,
    unreached: unreached(
      'kvm_tdp_mmu_map > disallowed_hugepage_adjust',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_side',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_map_handle_target_level > make_spte',
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
    ),
    title: 'The NX recovery worker forgets that the zap in the TDP MMU owes a flush',
    claims: ['fix:048f49809c52'],
    variant: ['nx-recovery-without-flush'],
    expect: { P4: 'violated' },
  },
  'nx-recovery-yields': {
    ...nx_recovery_yields,
    unreached: unreached(
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_side',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_map_handle_target_level > make_spte',
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
    ),
    title: 'The NX recovery worker yields between two zaps, with a flush before',
    claims: ['fix:33a3164161fc'],
  },
  'nx-recovery-yields-without-flush': {
    ...nx_recovery_yields,
    unreached: unreached(
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_side',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_map_handle_target_level > make_spte',
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
    ),
    title: 'The NX recovery worker yields between two zaps, and what it owes for the first is not flushed',
    claims: ['fix:33a3164161fc'],
    variant: ['nx-recovery-yields-without-flush'],
    expect: { P4: 'violated' },
  },
  'invalid-root-unmapped': {
    ...invalid_root,
    unreached: unreached(
      'handle_removed_pt > kvm_tdp_mmu_write_spte_atomic',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_mmu_set_spte > handle_changed_spte',
    ),
    title: 'A notifier unmaps a page also in a root that is being zapped',
    claims: ['fix:d62007edf01f'],
  },
  'invalid-root-skipped': {
    ...invalid_root,
    unreached: unreached(
      'handle_removed_pt > kvm_tdp_mmu_write_spte_atomic',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_mmu_set_spte > handle_changed_spte',
    ),
    title: 'A notifier leaves the root alone that is being zapped: its entries outlive the page',
    claims: ['fix:d62007edf01f'],
    variant: ['notifier-skips-invalid-roots'],
    expect: { P1entry: 'violated' },
  },
  'root-without-reference': {
    ...invalid_root,
    unreached: unreached(
      'handle_removed_pt > kvm_tdp_mmu_write_spte_atomic',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_mmu_set_spte > handle_changed_spte',
    ),
    title:
      'A notifier yields in a root of which it has no reference, and comes back to a page table that has been freed',
    claims: ['fix:7533377215b6'],
    variant: ['notifier-holds-no-root'],
    expect: { P4: 'violated' },
  },
  'access-tracked-then-logged': {
    ...access_tracked,
    unreached: unreached(
      ...EVERY_FAULT_IS_FAST,
      'tdp_iter_next > tdp_iter_restart',
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
      'tdp_mmu_split_huge_pages_root > tdp_iter_next',
      'tdp_mmu_split_huge_pages_root > tdp_mmu_alloc_sp_for_split',
      'tdp_mmu_split_huge_pages_root > tdp_mmu_split_huge_page',
    ),
    title:
      'Aging has taken all rights without a flush, then logging begins: nothing is left to protect, and it flushes all the same',
    claims: ['fix:b64d740ea7dd'],
  },
  'access-tracked-then-logged-without-flush': {
    ...access_tracked,
    unreached: unreached(
      ...EVERY_FAULT_IS_FAST,
      'tdp_iter_next > tdp_iter_restart',
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
      'tdp_mmu_split_huge_pages_root > tdp_iter_next',
      'tdp_mmu_split_huge_pages_root > tdp_mmu_alloc_sp_for_split',
      'tdp_mmu_split_huge_pages_root > tdp_mmu_split_huge_page',
    ),
    title: 'Enabling does not flush, because aging has left it nothing to write-protect',
    claims: ['fix:b64d740ea7dd'],
    variant: ['enable-flushes-if-changed'],
    expect: { P3: 'violated', P3log: 'violated' },
  },
  'zapped-range-flushed': {
    ...ranged,
    unreached: unreached(
      ...FAULTS_FIND_THEIR_TABLES,
      'handle_removed_pt > kvm_tdp_mmu_write_spte_atomic',
      'kvm_tdp_mmu_map > tdp_iter_next',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_mmu_map_handle_target_level > make_spte',
      'tdp_mmu_set_spte > handle_changed_spte',
      'zap_collapsible_spte_range > tdp_iter_next',
    ),
    title: 'Tables are zapped with flushes of their range only',
    claims: ['fix:574c3c55e969'],
  },
  'other-range-flushed': {
    ...ranged,
    unreached: unreached(
      ...FAULTS_FIND_THEIR_TABLES,
      'handle_removed_pt > kvm_tdp_mmu_write_spte_atomic',
      'kvm_tdp_mmu_map > tdp_iter_next',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_mmu_map_handle_target_level > make_spte',
      'tdp_mmu_set_spte > handle_changed_spte',
      'zap_collapsible_spte_range > tdp_iter_next',
    ),
    title: 'Tables are zapped with flushes that begin at their last page',
    claims: ['fix:574c3c55e969'],
    variant: ['zap-flushes-from-last-child'],
    expect: { P1: 'violated' },
  },
});
