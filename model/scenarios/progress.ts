/**
 * Progress: nobody retries for ever, waits for ever or leaves an entry frozen, if the scheduler is fair to everybody who must go on.
 * Each with a wrong model of which the same cannot be said.
 */
import { process, scenarios } from 'mmucheck/language';
import { SAFETY } from '../../properties/index.js';
import { T17 } from '../../properties/t17-vcpus-enter.js';
import { T1 } from '../../properties/t1-faults-end.js';
import { T2 } from '../../properties/t2-frozen-is-temporary.js';
import { operations_end } from '../../properties/t4-operations-end.js';
import { T5 } from '../../properties/t5-requests-are-served.js';
import { V6_6 } from '../config.js';
import { migrate_pages } from '../host.js';
import { kvm_mmu_slot_try_split_huge_pages, kvm_swap_active_memslots } from '../kernel/dirty_log.js';
import { walk } from '../hardware/translation.js';
import { host_huge, machine, mapped_huge, mapped_small } from '../machine.js';
import { type Kvm, PG_LEVEL_4K } from '../state.js';
import { logged, recover_huge_pages } from './M10.js';
import { migrate_twice } from './threads.js';
import {
  EVERY_FAULT_IS_FAST,
  FAULTS_FIND_THEIR_TABLES,
  NO_TABLE_IS_UNLINKED,
  unreached,
} from './unreached.js';
import {
  a_moved_page_is_mapped_again,
  a_small_page_is_executable,
  an_entry_is_frozen,
  an_invalidation_is_open,
  every_huge_page_is_split,
  the_host_has_moved_a_page,
} from './witnesses.js';

const moved = [an_invalidation_is_open, the_host_has_moved_a_page, a_moved_page_is_mapped_again];
const zapping = {
  ...machine(
    { hugePages: 2, guestGfns: 1, tables: 4, invalidations: 1 },
    [process('cpu0', migrate_pages, 0, 4)],
    mapped_huge(),
  ),
  witnesses: moved,
  unreached: unreached(
    ...NO_TABLE_IS_UNLINKED,
    ...FAULTS_FIND_THEIR_TABLES,
    'kvm_tdp_mmu_page_fault > fast_page_fault',
    'try_step_down > tdp_iter_refresh_sptep',
    'tdp_iter_next > try_step_up',
    'kvm_tdp_mmu_map > tdp_iter_next',
    'tdp_mmu_map_handle_target_level > make_spte',
    'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
    'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
  ),
};
const twice = {
  ...machine(
    { invalidations: 2, reschedule: false, flush: 'atomic' },
    [process('cpu0', migrate_twice)],
    host_huge,
  ),
  witnesses: moved,
  unreached: unreached(
    ...NO_TABLE_IS_UNLINKED,
    ...FAULTS_FIND_THEIR_TABLES,
    'kvm_tdp_mmu_page_fault > fast_page_fault',
    'try_step_down > tdp_iter_refresh_sptep',
    'tdp_iter_next > try_step_side',
    'tdp_iter_next > try_step_up',
    'kvm_tdp_mmu_map > tdp_iter_next',
    'tdp_mmu_map_handle_target_level > make_spte',
    'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
    'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
  ),
};
const executing = {
  ...machine(
    {
      vcpus: 2,
      tables: 6,
      nxHugePages: true,
      trackExec: true,
      guestReads: true,
      guestWrites: false,
      guestFetches: true,
      guestGfns: 2,
      flush: 'atomic',
      tlb: 'explicit',
      aliases: 'none',
    },
    [],
    host_huge,
  ),
  witnesses: [a_small_page_is_executable],
};
const recovering = {
  ...machine(
    {
      kernel: V6_6,
      reschedule: false,
      guestReads: true,
      guestGfns: 2,
      flush: 'atomic',
      tlb: 'explicit',
      aliases: 'none',
    },
    [process('cpu0', recover_huge_pages)],
    logged,
  ),
  witnesses: [an_entry_is_frozen],
  unreached: unreached(
    ...FAULTS_FIND_THEIR_TABLES,
    'fast_pf_fix_direct_spte > mark_page_dirty_in_slot',
    'kvm_tdp_mmu_map > tdp_iter_next',
    'tdp_mmu_map_handle_target_level > make_spte',
    'zap_collapsible_spte_range > tdp_iter_next',
    'handle_removed_pt > kvm_tdp_mmu_write_spte_atomic',
  ),
};
const splitting = {
  ...machine(
    { trackDirty: true, flush: 'atomic' },
    [process('cpu0', kvm_mmu_slot_try_split_huge_pages, PG_LEVEL_4K)],
    mapped_huge({ dirty: false }),
  ),
  witnesses: [every_huge_page_is_split],
  unreached: unreached(
    'tdp_iter_next > try_step_down',
    'tdp_iter_next > try_step_side',
    'tdp_iter_next > try_step_up',
    'tdp_mmu_set_spte_atomic > handle_changed_spte',
    'tdp_mmu_split_huge_pages_root > tdp_mmu_iter_cond_resched',
    'vcpu_enter_guest > kvm_mmu_page_fault',
  ),
};
export function a_page_becomes_writable(kvm: Kvm): boolean {
  return walk(kvm, 0).writable;
}

const executed = [
  'kvm_tdp_mmu_page_fault > fast_page_fault',
  'tdp_iter_next > tdp_iter_restart',
  'tdp_iter_next > try_step_side',
  'tdp_iter_next > try_step_up',
  'tdp_mmu_map_handle_target_level > make_spte',
] as const;

export default scenarios({
  'slots-replaced-beside-exits': {
    ...machine(
      { srcu: true, flush: 'atomic', spontaneousExits: true, reschedule: false },
      [process('cpu0', kvm_swap_active_memslots)],
      mapped_small(),
    ),
    title:
      'A vCPU exits and enters again and again: who waits for SRCU waits only for those inside that were there before',
    claims: ['T4'],
    properties: [...SAFETY, T17, operations_end(['cpu0'])],
    witnesses: [],
    unreached: unreached('vcpu_enter_guest > kvm_mmu_page_fault'),
  },
  'zap-yields': {
    ...zapping,
    title: 'A zap that yields ends, its requests are served, and so do the faults of a vCPU meanwhile',
    claims: ['T1', 'T2', 'T4', 'T5', 'K9(b)'],
    properties: [...SAFETY, T1, T2, operations_end(['cpu0']), T5, T17],
  },
  'zap-yields-without-progress': {
    ...zapping,
    title: 'A walk may yield again before it has moved: under an always contended lock it never ends',
    claims: ['T4', 'K9'],
    variant: ['yield-without-progress'],
    properties: [...SAFETY, operations_end(['cpu0'])],
    expect: { T4: 'violated' },
  },
  'locks-without-queue': {
    ...zapping,
    title:
      'Whoever finds mmu_lock free gets it: a vCPU that retries its fault takes it again and again, and the writer starves',
    claims: ['T4'],
    properties: [...SAFETY, operations_end(['cpu0'], { strong: ['ipi*'] })],
    expect: { T4: 'violated' },
  },
  'kick-without-ipi': {
    ...zapping,
    title: 'A request without an interrupt: a vCPU that stays in the guest never serves it',
    claims: ['T5'],
    variant: ['kick-without-ipi'],
    properties: [...SAFETY, T5],
    expect: { T5: 'violated', P1: 'violated', P8: 'violated' },
    unreached: { ...zapping.unreached, ...unreached('ipi_handler') },
  },
  'two-invalidations': {
    ...twice,
    title: 'The sequence count moves twice, and faults still come to an end',
    claims: ['T1', 'K22(b)'],
    properties: [...SAFETY, T1, operations_end(['cpu0'])],
  },
  'sequence-truncated': {
    ...twice,
    title:
      'The snapshot of the sequence count is kept in too few bits: once the count has outgrown them, every fault retries for ever',
    claims: ['T1', 'K22'],
    variant: ['sequence-truncated'],
    properties: [...SAFETY, T1],
    expect: { T1: 'violated' },
  },
  'nx-split': {
    ...executing,
    title:
      'Two vCPUs read and execute below one huge page that may not be executed: they come to agree on its table',
    claims: ['M11(b)', 'T1', 'K31(b)'],
    unreached: unreached(
      ...executed,
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
    ),
    properties: [...SAFETY, T1],
  },
  'nx-flag-after-link': {
    ...executing,
    title:
      'The table of an exec fault is linked before it is marked: a read fault may put the huge page back once more',
    claims: ['M11', 'T1', 'K31'],
    because:
      'Each round needs a read fault that began while the page was unmapped; the split of the huge page that it installs maps everything, so there are as many rounds as vCPUs and no more. What suffers is the list of possible NX pages.',
    variant: ['nx-flag-after-link'],
    unreached: unreached(...executed, 'handle_removed_pt > kvm_tdp_mmu_write_spte_atomic'),
    properties: [...SAFETY, T1],
  },
  'frozen-window': {
    ...recovering,
    title:
      'A zap under the read lock freezes an entry and flushes: faults that find it retry until it is done',
    claims: ['T1', 'T2', 'T4'],
    properties: [...SAFETY, T1, T2, operations_end(['cpu0'])],
  },
  'frozen-for-ever': {
    ...recovering,
    title:
      'The zap forgets to store what is to stand there: the entry stays frozen, and faults on it retry for ever',
    claims: ['T1', 'T2'],
    variant: ['frozen-for-ever'],
    properties: [...SAFETY, T1, T2],
    expect: { T1: 'violated', T2: 'violated' },
  },
  'exchange-refreshed': {
    ...splitting,
    title: 'A split that loses against hardware which sets D tries again with what it found',
    claims: ['T4'],
    properties: [...SAFETY, operations_end(['cpu0'])],
  },
  'exchange-without-refresh': {
    ...splitting,
    title: 'The same with the value that it expected at first: it tries for ever',
    claims: ['T4'],
    variant: ['exchange-without-refresh'],
    properties: [...SAFETY, operations_end(['cpu0'])],
    expect: { T4: 'violated', T7: 'violated' },
  },
  'fast-fault': {
    ...machine(
      { reschedule: false, flush: 'atomic', guestReads: true, tlb: 'explicit', aliases: 'none' },
      [],
      mapped_small({ writable: false }),
    ),
    title: 'A fast page fault gives W back, and the access does not fault again',
    claims: ['T1'],
    properties: [...SAFETY, T1],
    witnesses: [a_page_becomes_writable],
    unreached: unreached(...EVERY_FAULT_IS_FAST, 'fast_pf_fix_direct_spte > mark_page_dirty_in_slot'),
  },
});
