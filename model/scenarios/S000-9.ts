/**
 * S000-9: after an NX split another vCPU may still hold the huge translation, which lacks X. Its fetch faults although
 * memory allows it. The handler finds nothing to do (or repeats a same-frame update) and the guest goes on: no harm.
 * Both forms of TLB, with one linear alias, so that a violation drops what the manual says and no more.
 * With explicit entries the faults are seen to end (T1), one for each entry (T6, S000-11); without what a violation
 * invalidates they never do (S000-10).
 */
import { scenarios } from 'mmucheck/language';
import { SAFETY } from '../../properties/index.js';
import { T1 } from '../../properties/t1-faults-end.js';
import { T6 } from '../../properties/t6-one-spurious-fault.js';
import { V6_13_FINAL } from '../config.js';
import { may_hold_huge, walk } from '../hardware/translation.js';
import { machine, mapped_huge } from '../machine.js';
import type { Kvm } from '../state.js';
import { a_small_page_is_executable, a_vcpu_may_use_a_stale_huge_translation } from './witnesses.js';
import { unreached } from './unreached.js';

/** vCPU 1 is in the guest with the stale entry while a walk would allow its fetch: what follows is spurious. */
export function the_other_vcpu_may_fault_spuriously(kvm: Kvm): boolean {
  const leaf = walk(kvm, 0);
  return kvm.vcpus[1].in_guest && may_hold_huge(kvm, 1, 0) && leaf.kind === 'LEAF' && leaf.executable;
}

const fetches = {
  vcpus: 2,
  nxHugePages: true,
  trackExec: true,
  guestReads: false,
  guestWrites: false,
  guestFetches: true,
  flush: 'atomic',
} as const;
const common = {
  unreached: unreached(
    'kvm_tdp_mmu_map > disallowed_hugepage_adjust',
    'kvm_tdp_mmu_map > tdp_mmu_link_sp',
    'tdp_iter_next > tdp_iter_restart',
    'tdp_iter_next > try_step_side',
    'tdp_iter_next > try_step_up',
    'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
    'tdp_mmu_map_handle_target_level > make_spte',
    'tdp_mmu_set_spte_atomic > handle_changed_spte',
  ),
  properties: SAFETY,
  witnesses: [
    a_vcpu_may_use_a_stale_huge_translation,
    a_small_page_is_executable,
    the_other_vcpu_may_fault_spuriously,
  ],
};

export default scenarios({
  'may-cache': {
    ...machine({ ...fetches, aliases: 'one' }, [], mapped_huge()),
    ...common,
    title: 'Spurious exec faults through a stale huge entry, may-cache TLB with one alias',
    claims: ['S000-9'],
  },
  explicit: {
    ...machine({ ...fetches, tlb: 'explicit', aliases: 'none' }, [], mapped_huge()),
    ...common,
    title: 'Spurious exec faults through a stale huge entry, explicit TLB entries',
    claims: ['S000-9', 'S000-10(a)', 'S000-11(a)', 'T1', 'T6'],
    properties: [...SAFETY, T1, T6],
  },
  'explicit-6.13': {
    ...machine({ ...fetches, kernel: V6_13_FINAL, tlb: 'explicit', aliases: 'none' }, [], mapped_huge()),
    ...common,
    title: 'The same since the end of 6.13, where the handler leaves the leaf alone',
    claims: ['S000-9', 'S000-10(a)', 'S000-11(a)', 'T1', 'T6'],
    unreached: unreached(
      'kvm_tdp_mmu_map > disallowed_hugepage_adjust',
      'kvm_tdp_mmu_map > tdp_mmu_link_sp',
      'kvm_tdp_mmu_map > tdp_mmu_map_handle_target_level',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_side',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
    ),
    properties: [...SAFETY, T1, T6],
  },
  'violation-keeps-translations': {
    ...machine({ ...fetches, tlb: 'explicit', aliases: 'none' }, [], mapped_huge()),
    ...common,
    title:
      'The same on a processor whose violations invalidate nothing: the stale entry may be used, and fault, for ever',
    claims: ['S000-10(b)', 'T1', 'T6'],
    variant: ['violation-keeps-translations'],
    properties: [...SAFETY, T1, T6],
    expect: { T1: 'violated', T6: 'violated' },
  },
  'one-alias': {
    ...machine({ ...fetches, tlb: 'explicit', aliases: 'one' }, [], mapped_huge()),
    ...common,
    title: 'A linear alias has a stale entry of its own: faults end, but there may be one for each entry',
    claims: ['S000-11(b)', 'T6'],
    properties: [...SAFETY, T1, T6],
    expect: { T6: 'violated' },
  },
});
