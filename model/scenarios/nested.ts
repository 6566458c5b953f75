/**
 * A vCPU that goes between L1 and L2, with a root for either, and a notifier that zaps in both. The vCPU serves the
 * request to flush in one of the two; what it has cached of the other is there to be used when it goes back (bug K44).
 */
import { process, scenarios } from 'mmucheck/language';
import { P15, P16, P23, SAFETY } from '../../properties/index.js';
import { T17 } from '../../properties/t17-vcpus-enter.js';
import { T16 } from '../../properties/t16-invalid-roots-go.js';
import { operations_end } from '../../properties/t4-operations-end.js';
import { T5 } from '../../properties/t5-requests-are-served.js';
import { type Config, V6_6, V6_9 } from '../config.js';
import { migrate_pages } from '../host.js';
import { set_nx_huge_pages } from '../kernel/zap_all.js';
import { machine, mapped_huge } from '../machine.js';
import { type Kvm, NO_ROOT } from '../state.js';
import { FAULTS_FIND_THEIR_TABLES, unreached } from './unreached.js';
import { the_host_has_moved_a_page } from './witnesses.js';

/** What most of these do not execute, each for the reason in unreached.ts. */
const NOWHERE = [
  'kvm_tdp_mmu_map > tdp_iter_next',
  'kvm_tdp_mmu_page_fault > fast_page_fault',
  'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
  'tdp_mmu_map_handle_target_level > make_spte',
  'tdp_mmu_set_spte_atomic > handle_changed_spte',
] as const;

/** The vCPU is in L2. */
export function a_vcpu_runs_l2(kvm: Kvm): boolean {
  return kvm.vcpus[0].in_guest && kvm.roots.guest_mode[0];
}

export function both_roots_are_new(kvm: Kvm): boolean {
  return kvm.vcpus[0].root >= kvm.config.roles && kvm.roots.other_level[0] >= kvm.config.roles;
}

/** The vCPU is in L2 at first, whose root is 1. */
function in_l2(kvm: Kvm, config: Config): void {
  mapped_huge()(kvm, config);
  kvm.roots.guest_mode[0] = true;
  kvm.vcpus[0].root = 1;
  kvm.roots.other_level[0] = 0;
}

const choices = {
  nested: true,
  roots: 2,
  roles: 2,
  tables: 4,
  guestReads: true,
  guestWrites: false,
} as const;
const notifier = {
  ...machine(
    { ...choices, invalidations: 1, reschedule: false },
    [process('cpu0', migrate_pages, 0, 2)],
    in_l2,
  ),
  properties: [...SAFETY, P15, P16, P23],
  witnesses: [a_vcpu_runs_l2, the_host_has_moved_a_page],
};

/** Its root has become obsolete while it was with userspace, and it has not been in L1 since an earlier zap. */
function without_other_level(kvm: Kvm, config: Config): void {
  in_l2(kvm, config);
  kvm.roots.other_level[0] = NO_ROOT;
  kvm.roots.count[0] = 1;
  kvm.roots.invalid[1] = true;
  kvm.roots.count[1] = 1;
  kvm.roots.request_free_obsolete_roots[0] = true;
}

/** A fast zap makes both roots obsolete: that of the level which the vCPU is at, and the one that it keeps for the other. */
const zapped = {
  claims: ['P23'],
  properties: [...SAFETY, P23, T5, T17, T16, operations_end(['cpu0'])],
  witnesses: [a_vcpu_runs_l2, both_roots_are_new],
};
const zapping = { ...choices, roots: 4, reschedule: false, flush: 'atomic' } as const;

export default scenarios({
  'fast-zap': {
    ...zapped,
    ...machine({ ...zapping, kernel: V6_6 }, [process('cpu0', set_nx_huge_pages)], in_l2),
    unreached: unreached(...NOWHERE, '__tdp_mmu_zap_root > tdp_iter_next'),
    title: 'A fast zap: the vCPU gives back its obsolete roots of both levels, under the write lock',
  },
  'one-level': {
    ...machine({ ...zapping, kernel: V6_9 }, [], without_other_level),
    claims: ['P23'],
    properties: [...SAFETY, P23, T5, T17, T16],
    witnesses: [a_vcpu_runs_l2],
    unreached: unreached(...NOWHERE, 'kvm_mmu_free_obsolete_roots > free_obsolete_root_of_other_level'),
    title: 'The root of L2 is obsolete, and the vCPU has none for L1',
  },
  'fast-zap-of-one-level': {
    ...zapped,
    ...machine({ ...zapping, kernel: V6_6 }, [process('cpu0', set_nx_huge_pages)], in_l2),
    variant: ['obsolete-root-of-other-level-kept'],
    expect: { P23: 'violated', T16: 'violated' },
    witnesses: [a_vcpu_runs_l2],
    unreached: unreached(...NOWHERE, '__tdp_mmu_zap_root > tdp_iter_next'),
    title:
      'A fast zap: the vCPU keeps the obsolete root of the other level, and runs on it when it goes there',
  },
  'fast-zap-read-lock': {
    ...zapped,
    ...machine({ ...zapping, kernel: V6_9 }, [process('cpu0', set_nx_huge_pages)], in_l2),
    unreached: unreached(
      ...NOWHERE,
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_side',
      'tdp_iter_next > try_step_up',
      'try_step_down > tdp_iter_refresh_sptep',
    ),
    title: 'The same under the read lock (6.9)',
  },
  notifier: {
    ...notifier,
    unreached: unreached(
      ...NOWHERE,
      ...FAULTS_FIND_THEIR_TABLES,
      'kvm_tdp_mmu_put_root',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_iter_next > try_step_side',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_set_spte > handle_changed_spte',
      'try_step_down > tdp_iter_refresh_sptep',
      'vcpu_enter_guest > kvm_mmu_free_obsolete_roots',
      'vcpu_enter_guest > kvm_mmu_reload',
    ),
    title: 'A notifier zaps a page in the roots of L1 and L2, and the vCPU flushes both in one of them',
    claims: ['K44'],
  },
  'one-context-flushed': {
    ...notifier,
    unreached: unreached(
      ...NOWHERE,
      ...FAULTS_FIND_THEIR_TABLES,
      'kvm_tdp_mmu_put_root',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_iter_next > try_step_side',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_set_spte > handle_changed_spte',
      'try_step_down > tdp_iter_refresh_sptep',
      'vcpu_enter_guest > kvm_mmu_free_obsolete_roots',
      'vcpu_enter_guest > kvm_mmu_reload',
    ),
    title: 'The vCPU serves the flush request in L1, for the root of L1 only',
    claims: ['K44'],
    variant: ['flush-one-context'],
    expect: { P1: 'violated', P8: 'violated' },
  },
});
