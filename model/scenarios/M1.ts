/**
 * M1: a huge page is split without a flush, in a fault (NX huge pages) and by the eager split, while vCPUs read, write
 * and fetch through whatever they have cached. Stale huge and new small entries translate alike (P7), so nothing
 * else can go wrong either.
 */
import { process, scenarios } from 'mmucheck/language';
import { P7exact, SAFETY } from '../../properties/index.js';
import { kvm_mmu_slot_try_split_huge_pages } from '../kernel/dirty_log.js';
import { machine, mapped_huge } from '../machine.js';
import { PG_LEVEL_4K } from '../state.js';
import { split_exclusively } from './hypothetical.js';
import {
  a_small_page_is_executable,
  a_vcpu_may_use_a_stale_huge_translation,
  every_huge_page_is_split,
} from './witnesses.js';
import { unreached } from './unreached.js';

const properties = [...SAFETY, P7exact];
const guest = { guestReads: true, guestWrites: true, guestFetches: true } as const;

export default scenarios({
  'fault-split': {
    title: 'An exec fault splits a huge page under the read lock, without a flush; both vCPUs go on using it',
    claims: ['M1', 'S000-4(c)', 'S000-7(a)', 'S000-8(a)', 'S000-9'],
    unreached: unreached(
      'kvm_tdp_mmu_map > disallowed_hugepage_adjust',
      'kvm_tdp_mmu_map > tdp_mmu_link_sp',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_side',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_map_handle_target_level > make_spte',
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
    ),
    ...machine(
      { ...guest, vcpus: 2, nxHugePages: true, trackExec: true, flush: 'atomic' },
      [],
      mapped_huge(),
    ),
    properties,
    witnesses: [a_vcpu_may_use_a_stale_huge_translation, a_small_page_is_executable],
  },
  'eager-split': {
    title: 'The eager split, under the read lock, while hardware sets D in the huge entry',
    claims: ['M1', 'S000-7(a)'],
    unreached: unreached(
      'tdp_iter_next > try_step_down',
      'tdp_iter_next > try_step_side',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
      'tdp_mmu_split_huge_pages_root > tdp_mmu_iter_cond_resched',
      'vcpu_enter_guest > kvm_mmu_page_fault',
    ),
    ...machine(
      { ...guest, trackDirty: true, flush: 'atomic' },
      [process('cpu0', kvm_mmu_slot_try_split_huge_pages, PG_LEVEL_4K)],
      mapped_huge({ dirty: false }),
    ),
    properties,
    witnesses: [a_vcpu_may_use_a_stale_huge_translation, every_huge_page_is_split],
  },
  'eager-split-write-locked': {
    title:
      'The eager split under the write lock builds the children from a snapshot: a D set meanwhile is lost in them',
    claims: ['M1', 'S000-7(b)'],
    unreached: unreached(
      'tdp_iter_next > try_step_down',
      'tdp_iter_next > try_step_side',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_set_spte > handle_changed_spte',
      'tdp_mmu_split_huge_pages_root > tdp_mmu_iter_cond_resched',
      'vcpu_enter_guest > kvm_mmu_page_fault',
    ),
    ...machine(
      { ...guest, trackDirty: true, flush: 'atomic' },
      [process('cpu0', split_exclusively)],
      mapped_huge({ dirty: false }),
    ),
    properties,
    expect: { P7exact: 'violated' },
    witnesses: [a_vcpu_may_use_a_stale_huge_translation, every_huge_page_is_split],
  },
});
