/**
 * Steps that a scenario is known not to execute, each with the reason why that is no gap in what it checks. A scenario
 * lists exactly what it does not reach: an excuse that excuses nothing is reported, like a step without one.
 */
const REASONS = {
  'tdp_mmu_set_spte_atomic > handle_changed_spte': 'no change under the read lock unlinks a table',
  'tdp_mmu_set_spte > handle_changed_spte': 'no change under the write lock unlinks a table',
  'handle_removed_pt > kvm_tdp_mmu_write_spte_atomic':
    'tables are unlinked under one of the two locks only, and nobody freezes their entries twice',
  'handle_changed_spte > handle_removed_pt': 'no table is unlinked that has tables below it',
  'handle_removed_pt > handle_changed_spte': 'tables are unlinked under one of the two locks only',
  'tdp_mmu_zap_leafs > tdp_mmu_iter_cond_resched':
    'a walk may yield only after it has made progress, and the range ends then',
  'fast_page_fault > kvm_tdp_mmu_read_spte': 'no fast page fault meets a table on its way',
  'tdp_iter_next > try_step_down': 'no walk meets a table on its way',
  'tdp_iter_next > try_step_side': 'no walk visits two entries of one table',
  'tdp_iter_next > try_step_up': 'no walk goes on behind a 4K-level table',
  'tdp_iter_next > tdp_iter_restart': 'no walk yields',
  'try_step_down > tdp_iter_refresh_sptep': 'no walk meets a table on its way',
  'tdp_mmu_split_huge_pages_root > tdp_mmu_iter_cond_resched':
    'a walk may yield only after it has made progress, and with one entry in the root it ends then',
  'tdp_mmu_split_huge_pages_root > tdp_mmu_alloc_sp_for_split': 'there is no huge page to split',
  'tdp_mmu_split_huge_pages_root > tdp_mmu_split_huge_page': 'there is no huge page to split',
  'tdp_mmu_split_huge_pages_root > tdp_iter_next': 'with one entry in the root the walk ends there',
  'recover_huge_pages_range > tdp_mmu_iter_cond_resched':
    'a walk may yield only after it has made progress, and with one 2M range it ends then',
  'recover_huge_pages_range > tdp_iter_next': 'with one 2M range the walk ends at its first entry',
  'zap_collapsible_spte_range > tdp_iter_next': 'with one 2M range the walk ends at its first entry',
  'kvm_recover_nx_huge_pages > kvm_flush_remote_tlbs': 'nothing is zapped',
  'kvm_recover_nx_huge_pages > kvm_tdp_mmu_zap_sp': 'the slot logs',
  'kvm_recover_nx_huge_pages > kvm_tdp_mmu_zap_possible_nx_huge_page': 'the slot logs',
  'tdp_mmu_iter_cond_resched > kvm_flush_remote_tlbs': 'no walk yields behind something that it has changed',
  'wrprot_gfn_range > tdp_mmu_iter_cond_resched':
    'a walk may yield only after it has made progress, and above the 4K level it ends then',
  'kvm_tdp_mmu_map > track_possible_nx_huge_page': 'no fault splits a page or links a table',
  'wrprot_gfn_range > tdp_mmu_set_spte_atomic': 'nothing that the walk visits is writable',
  'wrprot_gfn_range > tdp_iter_next': 'with one 2M range a walk above the 4K level ends at its first entry',
  'kvm_get_dirty_log_protect > kvm_arch_mmu_enable_log_dirty_pt_masked': 'no page becomes dirty',
  'kvm_vm_ioctl_get_dirty_log > kvm_flush_remote_tlbs_memslot': 'no page becomes dirty',
  'tdp_mmu_map_handle_target_level > make_spte': 'no slow fault maps a page writable while the slot logs',
  'kvm_tdp_mmu_page_fault > fast_page_fault': 'no write fault meets a present translation',
  'make_spte > mark_page_dirty_in_slot': 'the slot does not log, or no slow fault maps a page writable',
  'kvm_faultin_pfn > hva_to_pfn': 'every gfn that faults is private, or has no slot',
  'fast_page_fault > fast_pf_fix_direct_spte': 'no entry may be made writable',
  'fast_pf_fix_direct_spte > mark_page_dirty_in_slot': 'the slot does not log',
  'kvm_tdp_mmu_map > tdp_mmu_split_huge_page': 'no fault meets a huge page above the level that it maps at',
  'kvm_tdp_mmu_map > tdp_mmu_link_sp': 'no fault meets a hole above the level that it maps at',
  'kvm_tdp_mmu_map > tdp_mmu_map_handle_target_level':
    'every slow fault meets an open invalidation, an invalid root or a FROZEN entry',
  'clear_dirty_pt_masked > tdp_mmu_clear_spte_bits': 'no page that is taken out of the log is mapped small',
  'make_spte > mmu_try_to_unsync_pages': 'no shadow page of the last level exists',
  'kvm_tdp_mmu_map > tdp_iter_next': 'every fault maps at the level of the root',
  'kvm_tdp_mmu_map > kvm_mmu_hugepage_adjust':
    'every slow fault maps 4K without a look at the host: its slot logs, has no huge page there, or does not exist',
  'handle_hva_range > kvm_mmu_invalidate_range_add': 'no range of the host lies in two slots',
  'kvm_tdp_mmu_map > disallowed_hugepage_adjust':
    'no fault finds a table at the level that it wants to map at',
  'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs': 'no fault replaces a table',
  'kvm_tdp_mmu_write_spte > __kvm_tdp_mmu_write_spte':
    'every entry that is replaced may change without mmu_lock',
  'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic':
    'no entry is replaced whose bits may change without mmu_lock',
  'tdp_mmu_clear_spte_bits > tdp_mmu_clear_spte_bits_atomic':
    'W is cleared only where it is set and nobody can set bits without mmu_lock',
  'kvm_tdp_mmu_page_fault > kvm_faultin_pfn': 'the fast path answers every fault',
  'kvm_tdp_mmu_page_fault > read_lock': 'no slow fault gets as far as mmu_lock',
  'kvm_tdp_mmu_page_fault > is_page_fault_stale': 'no slow fault gets as far as mmu_lock',
  'kvm_tdp_mmu_page_fault > read_unlock': 'no slow fault gets as far as mmu_lock',
  'kvm_tdp_mmu_page_fault > kvm_tdp_mmu_map': 'no slow fault gets as far as mmu_lock',
  'kvm_mmu_page_fault > x86_emulate_instruction':
    'an emulated write is a step only where it has to be recorded as dirty',
  'vcpu_enter_guest > kvm_mmu_page_fault': 'no access of the guest faults',
  'vcpu_enter_guest > run_guest': 'the guest has nothing to do that changes anything',
  'vcpu_enter_guest > set_mode_outside_guest':
    'no vCPU leaves the guest, or its entry, because nobody kicks it',
  'vcpu_enter_guest > local_irq_enable': 'no vCPU leaves the guest, or its entry, because nobody kicks it',
  '__tdp_mmu_zap_root > tdp_mmu_set_spte_atomic': 'nothing is left to zap under the read lock',
  '__tdp_mmu_zap_root > tdp_iter_next': 'with one entry in the root the walk ends there',
  '__tdp_mmu_zap_root > tdp_mmu_iter_cond_resched':
    'a walk may yield only after it has made progress, and with one entry in the root it ends then',
  'handle_removed_pt > kvm_tdp_mmu_read_spte': 'no table is unlinked under the write lock',
  'handle_removed_pt > kvm_tdp_mmu_write_spte': 'no table is unlinked under the write lock',
  'kvm_tdp_mmu_map > tdp_iter_start': 'no slow fault gets as far as the page tables',
  kvm_tdp_mmu_put_root: 'no root loses its last reference',
  'handle_mmio_page_fault > vcpu_cache_mmio_info':
    'what the vCPU remembers answers every access that an entry of this generation would answer',
  'emulator_read_write_onepage > kvm_vcpu_gfn_to_memslot':
    'every access to MMIO is remembered before it is emulated: no update keeps the vCPU from it',
  'vcpu_enter_guest > kvm_vcpu_srcu_read_lock':
    'no vCPU is told to leave, or to reload its root, when it is about to enter',
  'vcpu_enter_guest > kvm_mmu_free_obsolete_roots': 'no root becomes invalid',
  'vcpu_enter_guest > kvm_mmu_reload': 'no vCPU loses its root',
  'kvm_arch_vcpu_pre_fault_memory > kvm_mmu_reload':
    'no vCPU is without a valid root when it is prefaulted for',
  kvm_tdp_mmu_alloc_root: 'no vCPU loses its root',
  'kvm_mmu_free_obsolete_roots > free_obsolete_root_of_other_level':
    'the vCPU has no obsolete root for its other level',
  'vcpu_enter_guest > vmx_update_cpu_dirty_logging': 'nobody begins or ends to log',
  'vcpu_enter_guest > vmx_flush_pml_buffer': 'no page becomes dirty while its vCPU logs',
  'write_protect_gfn > tdp_iter_next': 'the walk ends at the entry that it changes',
  'kvm_dirty_ring_reset > kvm_reset_dirty_gfn':
    'all entries fit into one word, so one of the two calls does it',
  'kvm_dirty_ring_push > request_soft_full': 'no ring is ever nearly full',
  kvm_dirty_ring_check_request: 'no ring is ever nearly full',
  'kvm_dirty_ring_check_request > request_soft_full': 'no ring is ever nearly full',
  'kvm_arch_mmu_enable_log_dirty_pt_masked > kvm_tdp_mmu_write_protect_gfn':
    'no word of the bitmap covers two huge pages',
  'write_protect_gfn > tdp_mmu_iter_set_spte': 'every huge page has been split before',
  kvm_vcpu_flush_tlb_all: 'nobody requests a flush',
  ipi_handler: 'nobody sends an IPI',
  'kvm_make_all_cpus_request > smp_call_function_many': 'no vCPU is found in the guest',
} as const;

type Key = keyof typeof REASONS;

/** The fast path answers every fault. */
export const EVERY_FAULT_IS_FAST = [
  'kvm_tdp_mmu_page_fault > is_page_fault_stale',
  'kvm_tdp_mmu_page_fault > kvm_faultin_pfn',
  'kvm_tdp_mmu_page_fault > kvm_tdp_mmu_map',
  'kvm_tdp_mmu_page_fault > read_lock',
  'kvm_tdp_mmu_page_fault > read_unlock',
] as const satisfies readonly Key[];

/** Neither under the read lock nor under the write lock. */
export const NO_TABLE_IS_UNLINKED = [
  'tdp_mmu_set_spte_atomic > handle_changed_spte',
  'tdp_mmu_set_spte > handle_changed_spte',
] as const satisfies readonly Key[];

/** No fault has to make a table on its way, out of a huge page or out of nothing. */
export const FAULTS_FIND_THEIR_TABLES = [
  'kvm_tdp_mmu_map > tdp_mmu_split_huge_page',
  'kvm_tdp_mmu_map > tdp_mmu_link_sp',
] as const satisfies readonly Key[];

/** The excuses of a scenario: a function, or `caller > callee` for the calls of one function in another. */
export function unreached(...keys: readonly Key[]): Readonly<Record<string, string>> {
  return Object.fromEntries(keys.map((key) => [key, REASONS[key]]));
}
