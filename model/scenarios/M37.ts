/**
 * M37: a fast zap frees page tables without a flush. That is right because every vCPU has left the root before, and
 * whoever loads a root that stands in a page which was a root before flushes what is tagged with it.
 */
import { process, scenarios } from 'mmucheck/language';
import { P13, SAFETY } from '../../properties/index.js';
import { set_nx_huge_pages } from '../kernel/zap_all.js';
import { machine, mapped_small } from '../machine.js';
import { zap_migrate_zap } from './threads.js';
import { FAULTS_FIND_THEIR_TABLES, unreached } from './unreached.js';
import { a_new_root_is_in_use, a_root_is_invalid, the_host_has_moved_a_page } from './witnesses.js';

const choices = {
  vcpus: 1,
  roots: 2,
  tables: 5,
  accounting: true,
  guestReads: true,
  guestWrites: false,
} as const;
const zap = {
  ...machine({ ...choices, reach: true }, [process('cpu0', set_nx_huge_pages)], mapped_small()),
  properties: [...SAFETY, P13],
};
const reuse = {
  ...machine(
    { ...choices, flush: 'atomic', invalidations: 1 },
    [process('cpu0', zap_migrate_zap)],
    mapped_small(),
  ),
  properties: [...SAFETY, P13],
  witnesses: [a_new_root_is_in_use, the_host_has_moved_a_page],
};

export default scenarios({
  'vcpus-have-left': {
    ...zap,
    title: 'A fast zap frees tables without a flush, after every vCPU has been made to drop the root',
    unreached: unreached(
      '__tdp_mmu_zap_root > tdp_iter_next',
      '__tdp_mmu_zap_root > tdp_mmu_iter_cond_resched',
      'handle_removed_pt > kvm_tdp_mmu_write_spte_atomic',
      'kvm_tdp_mmu_map > tdp_mmu_split_huge_page',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'kvm_vcpu_flush_tlb_all',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_side',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_map_handle_target_level > make_spte',
    ),
    claims: ['M37'],
    witnesses: [a_root_is_invalid, a_new_root_is_in_use],
  },
  'root-in-use': {
    ...zap,
    title: 'A fast zap frees the tables of a root that a vCPU still runs on',
    unreached: unreached(
      ...FAULTS_FIND_THEIR_TABLES,
      '__tdp_mmu_zap_root > tdp_iter_next',
      '__tdp_mmu_zap_root > tdp_mmu_iter_cond_resched',
      'handle_removed_pt > kvm_tdp_mmu_write_spte_atomic',
      'ipi_handler',
      'kvm_tdp_mmu_map > kvm_mmu_hugepage_adjust',
      'kvm_tdp_mmu_map > tdp_iter_next',
      'kvm_tdp_mmu_map > tdp_iter_start',
      'kvm_tdp_mmu_map > tdp_mmu_map_handle_target_level',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'kvm_tdp_mmu_put_root',
      'kvm_vcpu_flush_tlb_all',
      'vcpu_enter_guest > kvm_mmu_free_obsolete_roots',
      'vcpu_enter_guest > kvm_mmu_reload',
      'vcpu_enter_guest > local_irq_enable',
      'vcpu_enter_guest > set_mode_outside_guest',
    ),
    claims: ['M37'],
    variant: ['zap-without-reload'],
    expect: { P4: 'violated' },
    witnesses: [a_root_is_invalid],
  },
  'root-page-reused': {
    ...reuse,
    title:
      'A root stands in the page of an earlier root, and whoever loads it flushes what is tagged with the page',
    unreached: unreached(
      '__tdp_mmu_zap_root > tdp_iter_next',
      '__tdp_mmu_zap_root > tdp_mmu_iter_cond_resched',
      'handle_removed_pt > handle_changed_spte',
      'handle_removed_pt > kvm_tdp_mmu_read_spte',
      'handle_removed_pt > kvm_tdp_mmu_write_spte',
      'handle_removed_pt > kvm_tdp_mmu_write_spte_atomic',
      'kvm_tdp_mmu_map > tdp_mmu_split_huge_page',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_map_handle_target_level > make_spte',
    ),
    claims: ['M37'],
  },
  'load-without-flush': {
    ...reuse,
    title:
      'A vCPU loads a root without a flush: translations of the earlier root in that page are used again',
    unreached: unreached(
      '__tdp_mmu_zap_root > tdp_iter_next',
      '__tdp_mmu_zap_root > tdp_mmu_iter_cond_resched',
      'handle_removed_pt > handle_changed_spte',
      'handle_removed_pt > kvm_tdp_mmu_read_spte',
      'handle_removed_pt > kvm_tdp_mmu_write_spte',
      'handle_removed_pt > kvm_tdp_mmu_write_spte_atomic',
      'kvm_tdp_mmu_map > tdp_mmu_split_huge_page',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_map_handle_target_level > make_spte',
    ),
    claims: ['M37'],
    variant: ['load-without-flush'],
    expect: { P1: 'violated' },
  },
});
