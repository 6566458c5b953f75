/**
 * M30: the first memslot starts to log, by page-modification logging. Every vCPU must log before D is cleared anywhere
 * (D1b before D4): one that sets D with nobody logging it makes a page that is written silently from then on.
 */
import { process, scenarios } from 'mmucheck/language';
import { SAFETY } from '../../properties/index.js';
import type { Choices } from '../config.js';
import { kvm_set_memory_region } from '../kernel/dirty_log.js';
import { machine, mapped_huge, mapped_small } from '../machine.js';
import { unreached } from './unreached.js';
import {
  a_page_is_clean_and_writable,
  a_page_is_write_protected,
  every_vcpu_logs_modifications,
  tracking_has_begun,
} from './witnesses.js';

const choices: Partial<Choices> = { pml: 1, trackDirty: true, srcu: true, reschedule: false };
const enabling = [process('cpu0', kvm_set_memory_region)];
const small = {
  ...machine({ ...choices, eagerPageSplit: false }, enabling, mapped_small()),
  properties: SAFETY,
  witnesses: [a_page_is_clean_and_writable, every_vcpu_logs_modifications, tracking_has_begun],
};

export default scenarios({
  'in-order': {
    ...small,
    unreached: unreached(
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
      'vcpu_enter_guest > kvm_mmu_page_fault',
      'wrprot_gfn_range > tdp_iter_next',
      'wrprot_gfn_range > tdp_mmu_set_spte_atomic',
    ),
    title: 'The first slot starts to log: PML on, then D cleared',
    claims: ['M30'],
  },
  'clear-first': {
    ...small,
    unreached: unreached(
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
      'vcpu_enter_guest > kvm_mmu_page_fault',
      'wrprot_gfn_range > tdp_iter_next',
      'wrprot_gfn_range > tdp_mmu_set_spte_atomic',
    ),
    title: 'D is cleared before PML is on',
    claims: ['M30'],
    variant: ['pml-after-clear'],
    expect: { P3: 'violated' },
  },
  'without-wait': {
    ...small,
    unreached: unreached(
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
      'vcpu_enter_guest > kvm_mmu_page_fault',
      'wrprot_gfn_range > tdp_iter_next',
      'wrprot_gfn_range > tdp_mmu_set_spte_atomic',
    ),
    title: 'Nobody waits until the vCPUs have left the guest and turned PML on',
    claims: ['M30'],
    variant: ['pml-without-wait'],
    expect: { P3: 'violated' },
  },
  'counted-late': {
    ...small,
    unreached: unreached(
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
      'vcpu_enter_guest > kvm_mmu_page_fault',
      'vcpu_enter_guest > vmx_flush_pml_buffer',
      'wrprot_gfn_range > tdp_iter_next',
      'wrprot_gfn_range > tdp_mmu_set_spte_atomic',
    ),
    title: 'The vCPUs are told to look at the count of logging slots before it is raised',
    claims: ['M30'],
    variant: ['pml-counted-late'],
    expect: { P3: 'violated' },
    witnesses: [a_page_is_clean_and_writable, tracking_has_begun],
  },
  'huge-page': {
    ...machine({ ...choices, guestGfns: 2 }, enabling, mapped_huge()),
    unreached: unreached(
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
      'vcpu_enter_guest > kvm_mmu_page_fault',
      'wrprot_gfn_range > tdp_iter_next',
      'wrprot_gfn_range > tdp_mmu_set_spte_atomic',
    ),
    title: 'The first slot starts to log, with a huge page that is split at once',
    claims: ['M30'],
    properties: SAFETY,
    witnesses: [a_page_is_clean_and_writable, every_vcpu_logs_modifications, tracking_has_begun],
  },
  'huge-page-without-eager-split': {
    ...machine({ ...choices, guestGfns: 2, eagerPageSplit: false }, enabling, mapped_huge()),
    unreached: unreached(
      'kvm_tdp_mmu_map > kvm_mmu_hugepage_adjust',
      'kvm_tdp_mmu_map > tdp_mmu_link_sp',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_side',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
      'wrprot_gfn_range > tdp_iter_next',
    ),
    title: 'The first slot starts to log, with a huge page that is write-protected',
    claims: ['M30'],
    properties: SAFETY,
    witnesses: [
      a_page_is_clean_and_writable,
      a_page_is_write_protected,
      every_vcpu_logs_modifications,
      tracking_has_begun,
    ],
  },
  'two-vcpus': {
    ...machine(
      { ...choices, vcpus: 2, eagerPageSplit: false, flush: 'atomic', spontaneousExits: true },
      enabling,
      mapped_small(),
    ),
    unreached: unreached(
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
      'vcpu_enter_guest > kvm_mmu_page_fault',
      'wrprot_gfn_range > tdp_iter_next',
      'wrprot_gfn_range > tdp_mmu_set_spte_atomic',
    ),
    title: 'The first slot starts to log under two vCPUs, kicks being one step',
    claims: ['M30'],
    properties: SAFETY,
    witnesses: [a_page_is_clean_and_writable, every_vcpu_logs_modifications, tracking_has_begun],
  },
});
