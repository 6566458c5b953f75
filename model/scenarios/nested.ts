/**
 * A vCPU that goes between L1 and L2, with a root for either, and a notifier that zaps in both. The vCPU serves the
 * request to flush in one of the two; what it has cached of the other is there to be used when it goes back (bug K44).
 */
import { process, scenarios } from 'mmucheck/language';
import { P15, P16, SAFETY } from '../../properties/index.js';
import type { Config } from '../config.js';
import { migrate_pages } from '../host.js';

import { machine, mapped_huge } from '../machine.js';
import type { Kvm } from '../state.js';
import { unreached } from './unreached.js';
import { the_host_has_moved_a_page } from './witnesses.js';

/** The vCPU is in L2. */
export function a_vcpu_runs_l2(kvm: Kvm): boolean {
  return kvm.vcpus[0].in_guest && kvm.roots.guest_mode[0];
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
  properties: [...SAFETY, P15, P16],
  witnesses: [a_vcpu_runs_l2, the_host_has_moved_a_page],
};

export default scenarios({
  notifier: {
    ...notifier,
    unreached: unreached(
      'kvm_tdp_mmu_map > tdp_iter_next',
      'kvm_tdp_mmu_map > tdp_mmu_link_sp',
      'kvm_tdp_mmu_map > tdp_mmu_split_huge_page',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'kvm_tdp_mmu_put_root',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_iter_next > try_step_side',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_map_handle_target_level > make_spte',
      'tdp_mmu_set_spte > handle_changed_spte',
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
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
      'kvm_tdp_mmu_map > tdp_iter_next',
      'kvm_tdp_mmu_map > tdp_mmu_link_sp',
      'kvm_tdp_mmu_map > tdp_mmu_split_huge_page',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'kvm_tdp_mmu_put_root',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_iter_next > try_step_side',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_map_handle_target_level > make_spte',
      'tdp_mmu_set_spte > handle_changed_spte',
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
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
