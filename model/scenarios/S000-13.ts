/**
 * S000-13, -18: every caller of the eager split flushes afterwards, whatever the split did: enabling dirty logging
 * always, KVM_GET_DIRTY_LOG if any bit was set (and it never splits). That is why nobody needs a flush of the split
 * itself, and each of those flushes is needed. A caller that split only, and relied on it, would need its own.
 */
import { process, scenarios } from 'mmucheck/language';
import { SAFETY } from '../../properties/index.js';
import type { Config } from '../config.js';
import { host_huge, machine, mapped_huge, mapped_small } from '../machine.js';
import type { Kvm } from '../state.js';
import { SMALL_PAGES, split_and_rely_on_small_pages } from './hypothetical.js';
import { enable_then_clear, enable_then_get } from './threads.js';
import {
  a_caller_relies_on_small_pages,
  a_dirty_bit_is_set,
  a_page_is_harvested,
  a_vcpu_may_use_a_stale_huge_translation,
  every_huge_page_is_split,
  tracking_has_begun,
} from './witnesses.js';
import {
  EVERY_FAULT_IS_FAST,
  FAULTS_FIND_THEIR_TABLES,
  NO_TABLE_IS_UNLINKED,
  unreached,
} from './unreached.js';

const enable = {
  ...machine({ srcu: true }, [process('cpu0', enable_then_get)], mapped_huge()),
  properties: SAFETY,
  witnesses: [
    a_vcpu_may_use_a_stale_huge_translation,
    every_huge_page_is_split,
    tracking_has_begun,
    a_dirty_bit_is_set,
    a_page_is_harvested,
  ],
};
const enable_during_fault = {
  ...enable,
  ...machine({ srcu: true }, [process('cpu0', enable_then_get)], host_huge),
};
function host_read_only(kvm: Kvm, config: Config): void {
  mapped_small({ writable: false, mmu_writable: false, host_writable: false })(kvm, config);
  for (let gfn = 0; gfn < config.gfns; gfn++) kvm.host.writable[gfn] = false;
}
const rely = {
  ...machine({}, [process('cpu0', split_and_rely_on_small_pages)], mapped_huge()),
  properties: [...SAFETY, SMALL_PAGES],
  witnesses: [a_vcpu_may_use_a_stale_huge_translation, a_caller_relies_on_small_pages],
};

export default scenarios({
  'enable-and-get': {
    ...enable,
    title: 'Dirty logging is enabled on a huge mapping and the log is read once, while the guest writes',
    claims: ['S000-13(a)', 'S000-18(a)'],
    unreached: unreached(
      ...EVERY_FAULT_IS_FAST,
      'tdp_mmu_clear_spte_bits > tdp_mmu_clear_spte_bits_atomic',
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
      'tdp_mmu_split_huge_pages_root > tdp_mmu_iter_cond_resched',
    ),
  },
  'enable-without-flush': {
    ...enable,
    title: 'Enabling dirty logging does not flush',
    claims: ['S000-13(b)', 'S000-8(b)'],
    unreached: unreached(
      ...EVERY_FAULT_IS_FAST,
      'tdp_mmu_clear_spte_bits > tdp_mmu_clear_spte_bits_atomic',
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
      'tdp_mmu_split_huge_pages_root > tdp_mmu_iter_cond_resched',
    ),
    variant: ['enable-without-flush'],
    expect: { P3: 'violated', P8: 'violated' },
  },
  'get-without-flush': {
    ...enable,
    title: 'KVM_GET_DIRTY_LOG does not flush',
    claims: ['S000-13(b)'],
    unreached: unreached(
      ...EVERY_FAULT_IS_FAST,
      'tdp_mmu_clear_spte_bits > tdp_mmu_clear_spte_bits_atomic',
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
      'tdp_mmu_split_huge_pages_root > tdp_mmu_iter_cond_resched',
    ),
    variant: ['get-without-flush'],
    expect: { P3: 'violated', P8: 'violated' },
  },
  'clear-without-flush': {
    ...machine(
      { manualProtect: true, initiallyAllSet: true, eagerPageSplit: false },
      [process('cpu0', enable_then_clear)],
      mapped_huge(),
    ),
    title: 'KVM_CLEAR_DIRTY_LOG does not flush',
    claims: ['S000-13(b)'],
    unreached: unreached(
      ...NO_TABLE_IS_UNLINKED,
      'clear_dirty_pt_masked > tdp_mmu_clear_spte_bits',
      'fast_page_fault > fast_pf_fix_direct_spte',
      'ipi_handler',
      'kvm_tdp_mmu_map > kvm_mmu_hugepage_adjust',
      'kvm_tdp_mmu_map > tdp_mmu_link_sp',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'kvm_vcpu_flush_tlb_all',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_side',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'vcpu_enter_guest > local_irq_enable',
      'vcpu_enter_guest > set_mode_outside_guest',
      'write_protect_gfn > tdp_iter_next',
    ),
    properties: SAFETY,
    witnesses: [a_page_is_harvested],
    variant: ['clear-without-flush'],
    expect: { P3: 'violated', P8: 'violated' },
  },
  'enable-without-eager-split': {
    ...enable,
    ...machine(
      { srcu: true, eagerPageSplit: false, guestGfns: 2 },
      [process('cpu0', enable_then_get)],
      mapped_huge(),
    ),
    title:
      'Dirty logging without eager splitting: the huge page is write-protected, and the first write splits it',
    claims: ['S000-13(a)'],
    unreached: unreached(
      'kvm_tdp_mmu_map > kvm_mmu_hugepage_adjust',
      'kvm_tdp_mmu_map > tdp_mmu_link_sp',
      'tdp_mmu_clear_spte_bits > tdp_mmu_clear_spte_bits_atomic',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
    ),
  },
  'read-only-host-page': {
    ...enable,
    ...machine({ srcu: true }, [process('cpu0', enable_then_get)], host_read_only),
    title: 'Dirty logging of a page that the host maps read-only: no fault may make it writable',
    claims: ['S000-13(a)'],
    unreached: unreached(
      ...FAULTS_FIND_THEIR_TABLES,
      'fast_page_fault > fast_pf_fix_direct_spte',
      'kvm_get_dirty_log_protect > kvm_arch_mmu_enable_log_dirty_pt_masked',
      'kvm_vm_ioctl_get_dirty_log > kvm_flush_remote_tlbs_memslot',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_map_handle_target_level > make_spte',
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
      'tdp_mmu_split_huge_pages_root > tdp_iter_next',
      'tdp_mmu_split_huge_pages_root > tdp_mmu_alloc_sp_for_split',
      'tdp_mmu_split_huge_pages_root > tdp_mmu_iter_cond_resched',
      'tdp_mmu_split_huge_pages_root > tdp_mmu_split_huge_page',
      'wrprot_gfn_range > tdp_mmu_set_spte_atomic',
    ),
    witnesses: [tracking_has_begun],
  },
  'enable-during-fault': {
    ...enable_during_fault,
    title: 'Dirty logging is enabled while a fault is on its way that looked the memslot up before',
    claims: ['S000-13(a)'],
    unreached: unreached(
      'kvm_tdp_mmu_map > tdp_mmu_split_huge_page',
      'tdp_mmu_clear_spte_bits > tdp_mmu_clear_spte_bits_atomic',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
      'tdp_mmu_split_huge_pages_root > tdp_mmu_iter_cond_resched',
    ),
  },
  'enable-without-srcu': {
    ...enable_during_fault,
    title:
      'Enabling does not wait for faults that use the old memslots: one installs a writable huge page afterwards',
    claims: ['O17'],
    unreached: unreached(
      'tdp_mmu_clear_spte_bits > tdp_mmu_clear_spte_bits_atomic',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
      'tdp_mmu_split_huge_pages_root > tdp_mmu_iter_cond_resched',
    ),
    variant: ['enable-without-srcu'],
    expect: { P3: 'violated' },
  },
  'rely-on-pure-split': {
    ...rely,
    title: 'A caller that splits, does not flush, and relies on 4K pages',
    claims: ['S000-18(c)'],
    unreached: unreached(
      'ipi_handler',
      'kvm_vcpu_flush_tlb_all',
      'tdp_iter_next > try_step_down',
      'tdp_iter_next > try_step_side',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
      'tdp_mmu_split_huge_pages_root > tdp_mmu_iter_cond_resched',
      'vcpu_enter_guest > kvm_mmu_page_fault',
      'vcpu_enter_guest > local_irq_enable',
      'vcpu_enter_guest > run_guest',
      'vcpu_enter_guest > set_mode_outside_guest',
    ),
    variant: ['rely-without-flush'],
    expect: { 'S000-18': 'violated' },
  },
});
