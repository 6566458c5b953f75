/**
 * Faults that no guest takes (KVM_PRE_FAULT_MEMORY) and faults that fail: neither may leave anything behind that the
 * properties forbid, and the tests for invalidations outside mmu_lock, from 6.9 on, decide nothing.
 */
import { process, scenarios } from 'mmucheck/language';
import { P15, P16, SAFETY } from '../../properties/index.js';
import { T17 } from '../../properties/t17-vcpus-enter.js';
import { type Config, V6_11, V6_15, V6_16 } from '../config.js';
import { migrate_pages } from '../host.js';
import { NONPRESENT_SPTE } from '../kernel/spte.js';
import { machine, mapped_small } from '../machine.js';
import { type Kvm, NO_ROOT } from '../state.js';
import { a_page_is_old } from './tracking.js';
import { FAULTS_FIND_THEIR_TABLES, NO_TABLE_IS_UNLINKED, unreached } from './unreached.js';
import {
  a_moved_page_is_mapped_again,
  a_small_page_is_mapped,
  an_invalidation_is_open,
  the_host_has_moved_a_page,
} from './witnesses.js';

/** What most of these do not execute, each for the reason in unreached.ts. */
const NOWHERE = [
  'kvm_tdp_mmu_map > tdp_mmu_split_huge_page',
  'kvm_tdp_mmu_page_fault > fast_page_fault',
  'tdp_iter_next > tdp_iter_restart',
  'tdp_iter_next > try_step_up',
  'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
  'tdp_mmu_map_handle_target_level > make_spte',
  'tdp_mmu_set_spte_atomic > handle_changed_spte',
] as const;

function table_of_holes(kvm: Kvm, config: Config): void {
  mapped_small()(kvm, config);
  for (let i = 0; i < config.fanout; i++) kvm.pt[1].spte[i] = NONPRESENT_SPTE;
}

const common = {
  claims: [],
  properties: [...SAFETY, P15, P16],
  witnesses: [an_invalidation_is_open, the_host_has_moved_a_page, a_moved_page_is_mapped_again],
};
const small = { invalidations: 1, countInvalidations: true, reschedule: false, flush: 'atomic' } as const;
const moving = process('cpu0', migrate_pages, 0, 1);

/** A vCPU that has never run: userspace maps what it will need. */
function without_root(kvm: Kvm): void {
  kvm.vcpus[0].root = NO_ROOT;
  kvm.roots.count[0] = kvm.roots.count[0] - 1;
}

/** All roots have been zapped while the vCPU was with userspace: it is asked to drop its root when it runs next. */
function obsolete_root(kvm: Kvm): void {
  kvm.roots.invalid[0] = true;
  kvm.roots.count[0] = kvm.roots.count[0] - 1;
  kvm.roots.request_free_obsolete_roots[0] = true;
}

const rooted = {
  ...small,
  invalidations: 0,
  prefault: true,
  roots: 2,
  guestReads: true,
  guestWrites: false,
} as const;
const prefault_first = { properties: [...SAFETY, T17], witnesses: [a_small_page_is_mapped] };

export default scenarios({
  'before-the-first-run': {
    ...prefault_first,
    ...machine({ ...rooted, kernel: V6_11 }, [], without_root),
    title: 'A prefault for a vCPU that has never run loads a root first',
    claims: ['T17'],
    unreached: unreached(
      ...NOWHERE,
      'kvm_tdp_mmu_alloc_root',
      'tdp_iter_next > try_step_side',
      'vcpu_enter_guest > kvm_mmu_free_obsolete_roots',
    ),
  },
  'obsolete-root': {
    ...prefault_first,
    ...machine({ ...rooted, kernel: V6_15 }, [], obsolete_root),
    title: 'A prefault for a vCPU whose root has become obsolete since it ran drops that root first (6.15)',
    claims: ['T17', 'fix:20a6cff3b283'],
    unreached: unreached(...NOWHERE, 'tdp_iter_next > try_step_side'),
  },
  'obsolete-root-6.11': {
    ...prefault_first,
    ...machine({ ...rooted, kernel: V6_11 }, [], obsolete_root),
    title: 'It keeps the root, whose faults are stale, and tries for ever (6.11 to 6.14)',
    claims: ['T17', 'fix:20a6cff3b283'],
    expect: { T17: 'violated' },
    unreached: unreached(
      ...NOWHERE,
      'kvm_arch_vcpu_pre_fault_memory > kvm_mmu_reload',
      'tdp_iter_next > try_step_side',
    ),
  },
  'against-notifier': {
    ...common,
    ...machine({ ...small, vcpus: 2, kernel: V6_16, prefault: true }, [moving], table_of_holes),
    title: 'Prefaults of both vCPUs against a notifier that moves the page',
    witnesses: [...common.witnesses, a_page_is_old],
    unreached: unreached(
      ...NOWHERE,
      'kvm_tdp_mmu_map > tdp_mmu_link_sp',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_mmu_set_spte > handle_changed_spte',
    ),
  },
  'over-present-leafs': {
    ...common,
    ...machine(
      { ...small, vcpus: 2, kernel: V6_11, prefault: true, guestReads: true },
      [moving],
      table_of_holes,
    ),
    title: 'Prefaults before 6.13, which write over present leafs',
    witnesses: [...common.witnesses, a_page_is_old],
    unreached: unreached(
      ...NOWHERE,
      'kvm_tdp_mmu_map > tdp_mmu_link_sp',
      'tdp_mmu_set_spte > handle_changed_spte',
    ),
  },
  'without-ad-bits': {
    ...common,
    ...machine({ ...small, kernel: V6_16, prefault: true, adBits: false }, [moving], table_of_holes),
    title: 'Without A/D bits a prefault leaves an entry without rights, which the first access restores',
    witnesses: [...common.witnesses, a_page_is_old],
    unreached: unreached(
      ...NO_TABLE_IS_UNLINKED,
      ...FAULTS_FIND_THEIR_TABLES,
      'fast_pf_fix_direct_spte > mark_page_dirty_in_slot',
      'kvm_tdp_mmu_write_spte > __kvm_tdp_mmu_write_spte',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_map_handle_target_level > make_spte',
    ),
  },
  errors: {
    ...common,
    ...machine({ ...small, vcpus: 2, kernel: V6_16, faultErrors: true }, [moving], table_of_holes),
    title: 'Faults find no memory for tables, or no page at the host, while a notifier moves the page',
    unreached: unreached(
      ...NOWHERE,
      'kvm_tdp_mmu_map > tdp_mmu_link_sp',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_mmu_set_spte > handle_changed_spte',
    ),
  },
});
