/**
 * S000-4: a fault splits a huge page. Its own processor has dropped the huge translation with the violation; the others have not. So "nobody
 * has it cached" is no reason for leaving out the flush (that nothing can go wrong is one: M1/fault-split).
 */
import { property, scenarios } from 'mmucheck/language';
import { SAFETY } from '../../properties/index.js';
import type { Choices } from '../config.js';
import { may_hold } from '../hardware/translation.js';
import { entry_level } from '../hardware/tables.js';
import { logging, machine, mapped_huge } from '../machine.js';
import type { Kvm } from '../state.js';
import { unreached } from './unreached.js';
import { every_huge_page_is_split } from './witnesses.js';

/** Only faults split here. */
export function what_is_split_is_cached_nowhere(before: Kvm, after: Kvm): boolean {
  for (let i = 0; i < before.config.rootEntries; i++)
    if (before.pt[0].spte[i].kind === 'LEAF' && after.pt[0].spte[i].kind === 'TABLE')
      for (let v = 0; v < before.config.vcpus; v++)
        if (may_hold(before, v, i * before.config.fanout, entry_level(before, 0))) return false;
  return true;
}

export const CACHED_NOWHERE = property({
  id: 'S000-4',
  title: 'no processor has the huge translation cached that a fault splits',
  step: what_is_split_is_cached_nowhere,
});

/** Entries one by one, for one lane: a violation drops exactly what the manual says. */
const hardware = { tlb: 'explicit', aliases: 'none', flush: 'atomic' } as const satisfies Partial<Choices>;
const exec = {
  ...hardware,
  nxHugePages: true,
  trackExec: true,
  guestReads: true,
  guestFetches: true,
} as const;
const properties = [CACHED_NOWHERE, ...SAFETY];
const witnesses = [every_huge_page_is_split];

export default scenarios({
  'exec-fault': {
    ...machine({ ...exec, vcpus: 2, guestWrites: false }, [], mapped_huge()),
    title: 'A fetch splits a huge page that may not be executed, while the other vCPU reads through it',
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
    claims: ['S000-4(a)'],
    properties,
    expect: { 'S000-4': 'violated' },
    witnesses,
  },
  'write-fault': {
    ...machine({ ...hardware, vcpus: 2, guestReads: true }, [], logging(mapped_huge({ writable: false }))),
    title:
      'A write splits a huge page that dirty logging has protected, while the other vCPU reads through it',
    unreached: unreached(
      'kvm_tdp_mmu_map > kvm_mmu_hugepage_adjust',
      'kvm_tdp_mmu_map > tdp_mmu_link_sp',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_side',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
    ),
    claims: ['S000-4(a)'],
    properties,
    expect: { 'S000-4': 'violated' },
    witnesses,
  },
  'one-vcpu': {
    ...machine({ ...exec, guestWrites: false }, [], mapped_huge()),
    title: 'One vCPU alone: its violation has dropped the translation that its fault splits',
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
    claims: ['S000-4(d)'],
    properties,
    witnesses,
  },
});
