/**
 * M33: dirty logging that begins with every bit set protects nothing at first, so KVM_CLEAR_DIRTY_LOG may meet huge
 * leafs. Those that it does not split it makes read-only, MMU-writable included, and it flushes only after mmu_lock is
 * dropped: until then write tracking takes the leaf for one of which nobody holds a writable translation.
 */
import { process, scenarios } from 'mmucheck/language';
import { P2, SAFETY } from '../../properties/index.js';
import type { Choices, Config } from '../config.js';
import { kvm_vm_ioctl_clear_dirty_log } from '../kernel/clear_dirty_log.js';
import { kvm_write_track_add_gfn } from '../kernel/page_track.js';
import { logging, machine, mapped_huge } from '../machine.js';
import type { Kvm } from '../state.js';
import { a_gfn_is_write_tracked } from './tracking.js';
import { FAULTS_FIND_THEIR_TABLES, NO_TABLE_IS_UNLINKED, unreached } from './unreached.js';
import { a_page_is_harvested, every_huge_page_is_split } from './witnesses.js';

/** Logging has begun on a huge page, every bit is set, and userspace has seen that. */
function all_set(kvm: Kvm, config: Config): void {
  logging(mapped_huge())(kvm, config);
  for (let word = 0; word < config.words; word++) {
    kvm.memslot.dirty_bitmap[word] = config.wordMask;
    kvm.dirty.user_bitmap[word] = config.wordMask;
  }
}

function clear_against_tracking(choices: Partial<Choices>) {
  return {
    ...machine(
      {
        tables: 4,
        manualProtect: true,
        initiallyAllSet: true,
        writeTracking: true,
        flush: 'atomic',
        reschedule: false,
        ...choices,
      },
      [process('cpu0', kvm_vm_ioctl_clear_dirty_log), process('cpu1', kvm_write_track_add_gfn, 0)],
      all_set,
    ),
    properties: [P2, ...SAFETY],
    claims: ['M33'],
  };
}

export default scenarios({
  'eager-split-off': {
    ...clear_against_tracking({ eagerPageSplit: false }),
    title:
      'KVM_CLEAR_DIRTY_LOG leaves the page huge and takes MMU-writable without a flush, then write tracking begins',
    expect: { P2: 'violated' },
    witnesses: [a_gfn_is_write_tracked, a_page_is_harvested],
    unreached: unreached(
      ...NO_TABLE_IS_UNLINKED,
      'fast_page_fault > fast_pf_fix_direct_spte',
      'clear_dirty_pt_masked > tdp_mmu_clear_spte_bits',
      'kvm_tdp_mmu_map > kvm_mmu_hugepage_adjust',
      'kvm_tdp_mmu_map > tdp_mmu_link_sp',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'make_spte > mmu_try_to_unsync_pages',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
    ),
  },
  'eager-split-fails': {
    ...clear_against_tracking({ allocationFails: true }),
    title: 'The same where the eager split finds no memory',
    expect: { P2: 'violated' },
    witnesses: [a_gfn_is_write_tracked, a_page_is_harvested, every_huge_page_is_split],
    unreached: unreached(
      ...NO_TABLE_IS_UNLINKED,
      'kvm_tdp_mmu_map > kvm_mmu_hugepage_adjust',
      'kvm_tdp_mmu_map > tdp_mmu_link_sp',
      'make_spte > mmu_try_to_unsync_pages',
      'tdp_mmu_clear_spte_bits > tdp_mmu_clear_spte_bits_atomic',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
    ),
  },
  'eager-split-complete': {
    ...clear_against_tracking({}),
    title: 'KVM_CLEAR_DIRTY_LOG splits the page and takes only W, so write tracking flushes',
    witnesses: [a_gfn_is_write_tracked, a_page_is_harvested, every_huge_page_is_split],
    unreached: unreached(
      ...NO_TABLE_IS_UNLINKED,
      ...FAULTS_FIND_THEIR_TABLES,
      'kvm_tdp_mmu_map > kvm_mmu_hugepage_adjust',
      'tdp_mmu_clear_spte_bits > tdp_mmu_clear_spte_bits_atomic',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_map_handle_target_level > make_spte',
    ),
  },
});
