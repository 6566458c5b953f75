/**
 * Write tracking (P2): a gfn that is shadowed as a page table must not be writable without an exit. What makes it hard
 * is that a clear W proves nothing about TLBs: dirty logging and aging clear it and flush later or never. MMU-writable
 * does, and decides.
 */
import { process, scenarios } from 'mmucheck/language';
import { P2, P22, P3log, SAFETY } from '../../properties/index.js';
import { T10 } from '../../properties/t10-huge-pages-come-back.js';
import { operation_does } from '../../properties/t13-operations-do-their-work.js';
import type { Config } from '../config.js';
import { walk } from '../hardware/translation.js';
import { enable_dirty_logging, kvm_vm_ioctl_get_dirty_log } from '../kernel/dirty_log.js';
import { rwlock_is_free } from '../kernel/locks.js';
import { kvm_write_track_add_gfn, kvm_write_track_remove_gfn } from '../kernel/page_track.js';
import { kvm_gfn_is_write_tracked } from '../kernel/unsync.js';
import { host_huge, logging, logging_begins, machine, mapped_huge, mapped_small } from '../machine.js';
import type { Kvm } from '../state.js';
import {
  shadow_then_sync,
  track_untrack_migrate,
  a_gfn_is_write_tracked,
  a_shadow_page_is_unsync,
  a_write_tracked_gfn_shares_its_huge_page,
  tracking_has_ended_and_the_guest_writes,
} from './tracking.js';
import {
  EVERY_FAULT_IS_FAST,
  FAULTS_FIND_THEIR_TABLES,
  NO_TABLE_IS_UNLINKED,
  unreached,
} from './unreached.js';
import {
  a_page_is_harvested,
  every_huge_page_is_split,
  the_host_has_moved_a_page,
  tracking_has_begun,
} from './witnesses.js';

/** gfn 0 is tracked. */
function tracked(kvm: Kvm, config: Config): void {
  mapped_small()(kvm, config);
  kvm.pt[1].spte[0] = { ...kvm.pt[1].spte[0], writable: false, mmu_writable: false };
  kvm.tracking.gfn_write_track[0] = 1;
  kvm.tracking.disallow_lpage[0] = 1;
  kvm.ghost.write_tracked[0] = true;
}

export function no_gfn_is_tracked(kvm: Kvm): boolean {
  for (let gfn = 0; gfn < kvm.config.trackedGfns; gfn++) if (kvm_gfn_is_write_tracked(kvm, gfn)) return false;
  return true;
}

/** With mmu_lock free: no fault is between the two. */
export function unsync_gfns_are_writable(kvm: Kvm): boolean {
  if (!rwlock_is_free(kvm.mmu_lock, kvm.config.processes)) return true;
  for (let gfn = 0; gfn < kvm.config.trackedGfns; gfn++)
    if (kvm.tracking.shadow_page[gfn] === 'unsync' && !walk(kvm, gfn).writable) return false;
  return true;
}

/** The same, and whoever writes to the other one has to say so. */
function tracked_beside_a_clean_page(kvm: Kvm, config: Config): void {
  tracked(kvm, config);
  kvm.pt[1].spte[1] = { ...kvm.pt[1].spte[1], writable: false };
}

const common = { properties: [P2, P22, ...SAFETY] };

const logging_too = {
  ...common,
  ...machine(
    { writeTracking: true, flush: 'atomic', reschedule: false },
    [process('cpu0', enable_dirty_logging), process('cpu1', kvm_write_track_add_gfn, 0)],
    logging_begins(mapped_small()),
  ),
  witnesses: [a_gfn_is_write_tracked, tracking_has_begun],
};

const mapped_writable = {
  ...common,
  ...machine(
    { vcpus: 2, writeTracking: true, flush: 'protocol', reschedule: false },
    [process('cpu0', kvm_write_track_add_gfn, 0)],
    mapped_small(),
  ),
  witnesses: [a_gfn_is_write_tracked],
};

const holes = {
  ...common,
  ...machine(
    { vcpus: 2, tables: 4, writeTracking: true, flush: 'atomic', guestGfns: 2, reschedule: false },
    [process('cpu0', kvm_write_track_add_gfn, 1)],
    host_huge,
  ),
  witnesses: [a_gfn_is_write_tracked],
};

const tracked_for_a_while = {
  ...machine(
    { writeTracking: true, invalidations: 1, flush: 'atomic', reschedule: false },
    [process('cpu0', track_untrack_migrate)],
    host_huge,
  ),
  witnesses: [a_gfn_is_write_tracked, the_host_has_moved_a_page],
  unreached: unreached(
    'fast_page_fault > fast_pf_fix_direct_spte',
    'handle_removed_pt > kvm_tdp_mmu_write_spte_atomic',
    'kvm_mmu_page_fault > x86_emulate_instruction',
    'kvm_tdp_mmu_map > tdp_mmu_split_huge_page',
    'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
    'tdp_iter_next > tdp_iter_restart',
    'tdp_mmu_map_handle_target_level > make_spte',
    'tdp_mmu_set_spte > handle_changed_spte',
  ),
};

export default scenarios({
  'against-dirty-logging': {
    ...logging_too,
    title: 'A gfn becomes write-tracked after dirty logging has cleared W and before it has flushed',
    claims: ['K11'],
    unreached: unreached(
      ...NO_TABLE_IS_UNLINKED,
      ...FAULTS_FIND_THEIR_TABLES,
      'kvm_tdp_mmu_map > kvm_mmu_hugepage_adjust',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_map_handle_target_level > make_spte',
      'tdp_mmu_split_huge_pages_root > tdp_iter_next',
      'tdp_mmu_split_huge_pages_root > tdp_mmu_alloc_sp_for_split',
      'tdp_mmu_split_huge_pages_root > tdp_mmu_split_huge_page',
    ),
  },
  'tests-w': {
    ...logging_too,
    title: 'Write tracking passes over entries without W, which dirty logging has not flushed yet',
    claims: ['K11'],
    variant: ['write-protect-tests-w'],
    expect: { P2: 'violated' },
    unreached: unreached(
      ...NO_TABLE_IS_UNLINKED,
      ...FAULTS_FIND_THEIR_TABLES,
      'kvm_tdp_mmu_map > kvm_mmu_hugepage_adjust',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_map_handle_target_level > make_spte',
      'tdp_mmu_split_huge_pages_root > tdp_iter_next',
      'tdp_mmu_split_huge_pages_root > tdp_mmu_alloc_sp_for_split',
      'tdp_mmu_split_huge_pages_root > tdp_mmu_split_huge_page',
    ),
  },
  'flushes-for-w': {
    ...logging_too,
    title: 'Write tracking clears MMU-writable of such an entry, but flushes only if it has cleared W',
    claims: ['P2', 'fix:7f31c9595e3c'],
    variant: ['write-protect-flushes-for-w'],
    expect: { P2: 'violated' },
    unreached: unreached(
      ...NO_TABLE_IS_UNLINKED,
      ...FAULTS_FIND_THEIR_TABLES,
      'kvm_tdp_mmu_map > kvm_mmu_hugepage_adjust',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_map_handle_target_level > make_spte',
      'tdp_mmu_split_huge_pages_root > tdp_iter_next',
      'tdp_mmu_split_huge_pages_root > tdp_mmu_alloc_sp_for_split',
      'tdp_mmu_split_huge_pages_root > tdp_mmu_split_huge_page',
    ),
  },
  protocol: {
    ...mapped_writable,
    title: 'A writable gfn becomes write-tracked while two vCPUs write to it',
    claims: [],
    unreached: unreached(
      ...EVERY_FAULT_IS_FAST,
      'kvm_mmu_page_fault > x86_emulate_instruction',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_set_spte > handle_changed_spte',
    ),
  },
  'flush-after-unlock': {
    ...mapped_writable,
    title: 'Write tracking flushes after it has dropped mmu_lock',
    claims: ['P2'],
    variant: ['write-track-flushes-unlocked'],
    expect: { P2: 'violated' },
    unreached: unreached(
      ...EVERY_FAULT_IS_FAST,
      'kvm_mmu_page_fault > x86_emulate_instruction',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_set_spte > handle_changed_spte',
    ),
  },
  'without-flush': {
    ...mapped_writable,
    title: 'Write tracking does not flush',
    claims: ['P2'],
    variant: ['write-track-without-flush'],
    expect: { P2: 'violated', P8: 'violated' },
    unreached: unreached(
      ...EVERY_FAULT_IS_FAST,
      'ipi_handler',
      'kvm_mmu_page_fault > x86_emulate_instruction',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'kvm_vcpu_flush_tlb_all',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_set_spte > handle_changed_spte',
      'vcpu_enter_guest > local_irq_enable',
      'vcpu_enter_guest > set_mode_outside_guest',
    ),
  },
  'against-huge-faults': {
    ...holes,
    title: 'A gfn becomes write-tracked while faults are about to map the huge page around it',
    claims: [],
    witnesses: [a_gfn_is_write_tracked, a_write_tracked_gfn_shares_its_huge_page],
    unreached: unreached(
      ...NO_TABLE_IS_UNLINKED,
      'fast_page_fault > fast_pf_fix_direct_spte',
      'kvm_mmu_page_fault > x86_emulate_instruction',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_side',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_map_handle_target_level > make_spte',
    ),
  },
  'fault-ignores-tracking': {
    ...holes,
    title: 'Faults make entries writable without asking whether the gfn is tracked',
    claims: ['P2'],
    variant: ['fault-ignores-write-tracking'],
    expect: { P2: 'violated' },
    unreached: unreached(
      ...NO_TABLE_IS_UNLINKED,
      'fast_page_fault > fast_pf_fix_direct_spte',
      'kvm_mmu_page_fault > x86_emulate_instruction',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_side',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_map_handle_target_level > make_spte',
    ),
  },
  'fault-ignores-lpage-info': {
    ...holes,
    title: 'Faults map huge over a tracked gfn: they ask about the first gfn of the page only',
    claims: ['P2'],
    variant: ['fault-ignores-lpage-info'],
    expect: { P2: 'violated' },
    unreached: unreached(
      ...NO_TABLE_IS_UNLINKED,
      ...FAULTS_FIND_THEIR_TABLES,
      'fast_page_fault > fast_pf_fix_direct_spte',
      'fast_page_fault > kvm_tdp_mmu_read_spte',
      'kvm_mmu_page_fault > x86_emulate_instruction',
      'kvm_tdp_mmu_map > tdp_iter_next',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_side',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_map_handle_target_level > make_spte',
      'try_step_down > tdp_iter_refresh_sptep',
    ),
  },
  'tracked-huge-page': {
    ...common,
    ...machine(
      { vcpus: 2, tables: 4, writeTracking: true, flush: 'atomic', guestGfns: 2, reschedule: false },
      [process('cpu0', kvm_write_track_add_gfn, 1)],
      mapped_huge(),
    ),
    title:
      'A huge page loses W because one of its gfns is tracked; a fault splits it, and the other gfn is writable again',
    claims: [],
    witnesses: [a_gfn_is_write_tracked, every_huge_page_is_split, a_write_tracked_gfn_shares_its_huge_page],
    unreached: unreached(
      ...NO_TABLE_IS_UNLINKED,
      'fast_page_fault > fast_pf_fix_direct_spte',
      'kvm_mmu_page_fault > x86_emulate_instruction',
      'kvm_tdp_mmu_map > kvm_mmu_hugepage_adjust',
      'kvm_tdp_mmu_map > tdp_mmu_link_sp',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_side',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_map_handle_target_level > make_spte',
    ),
  },
  unsync: {
    ...common,
    ...machine(
      { vcpus: 2, writeTracking: true, flush: 'atomic', reschedule: false },
      [process('cpu0', shadow_then_sync)],
      mapped_small(),
    ),
    title:
      'A 4K-level guest page table is shadowed, a write makes the shadow page unsync, and it is synchronised again',
    claims: [],
    properties: [
      ...common.properties,
      operation_does('cpu0', 'a gfn that nobody may write is synchronised', unsync_gfns_are_writable),
    ],
    witnesses: [a_gfn_is_write_tracked, a_shadow_page_is_unsync],
    unreached: unreached(
      ...NO_TABLE_IS_UNLINKED,
      ...FAULTS_FIND_THEIR_TABLES,
      'fast_page_fault > fast_pf_fix_direct_spte',
      'kvm_mmu_page_fault > x86_emulate_instruction',
      'kvm_tdp_mmu_map > kvm_mmu_hugepage_adjust',
      'make_spte > mark_page_dirty_in_slot',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
    ),
  },
  'emulated-writes-are-logged': {
    ...machine(
      { writeTracking: true, followWrites: true, flush: 'atomic', reschedule: false },
      [process('cpu0', kvm_vm_ioctl_get_dirty_log)],
      logging(tracked_beside_a_clean_page),
    ),
    title: 'Writes to a tracked gfn are emulated, and recorded as dirty',
    properties: [...common.properties, P3log],
    claims: [],
    witnesses: [a_gfn_is_write_tracked, a_page_is_harvested],
    unreached: unreached(
      ...EVERY_FAULT_IS_FAST,
      'clear_dirty_pt_masked > tdp_mmu_clear_spte_bits',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_up',
    ),
  },
  'huge-again': {
    ...tracked_for_a_while,
    title: 'Tracking ends, the host moves the huge page, and a fault maps it huge again',
    properties: [...common.properties, T10],
    claims: ['T10'],
  },
  'small-for-ever': {
    ...tracked_for_a_while,
    title: 'Tracking ends, and the count of lpage_info stays: the range is never huge again',
    properties: [...common.properties, T10],
    claims: ['T10', 'P22'],
    variant: ['write-track-leaks-lpage-count'],
    expect: { P22: 'violated', T10: 'violated' },
    unreached: {
      ...tracked_for_a_while.unreached,
      ...unreached('tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs'),
    },
  },
  'tracking-ends': {
    ...common,
    ...machine(
      { vcpus: 2, writeTracking: true, flush: 'atomic', reschedule: false },
      [process('cpu0', kvm_write_track_remove_gfn, 0)],
      tracked,
    ),
    title: 'Tracking ends, and the next write makes the page writable again',
    claims: [],
    properties: [
      ...common.properties,
      operation_does('cpu0', 'no gfn is tracked any more', no_gfn_is_tracked),
    ],
    witnesses: [a_gfn_is_write_tracked, tracking_has_ended_and_the_guest_writes],
    unreached: unreached(
      ...FAULTS_FIND_THEIR_TABLES,
      'fast_page_fault > fast_pf_fix_direct_spte',
      'kvm_mmu_page_fault > x86_emulate_instruction',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_side',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_map_handle_target_level > make_spte',
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
    ),
  },
});
