/**
 * M34: two faults on one gfn. One finds the host's mapping read-only; the host makes it writable, which no notifier
 * reports; the other fault maps the gfn writable; then the first one installs what it has found, over that. Nothing in
 * memory says any more that writable translations may be cached, and write tracking does not flush.
 */
import { process, scenarios } from 'mmucheck/language';
import { P2, SAFETY } from '../../properties/index.js';
import { type Config, V6_13, V6_13_FINAL, V6_6 } from '../config.js';
import { make_pte_writable } from '../host.js';
import { kvm_write_track_add_gfn } from '../kernel/page_track.js';
import { NONPRESENT_SPTE } from '../kernel/spte.js';
import { machine, mapped_small } from '../machine.js';
import type { Kvm } from '../state.js';
import { a_gfn_is_write_tracked, a_tracked_gfn_was_writable_at_the_host } from './tracking.js';
import { FAULTS_FIND_THEIR_TABLES, NO_TABLE_IS_UNLINKED, unreached } from './unreached.js';

/** A table with holes; the host maps everything read-only. */
function read_only_at_the_host(kvm: Kvm, config: Config): void {
  mapped_small()(kvm, config);
  for (let i = 0; i < config.fanout; i++) kvm.pt[1].spte[i] = NONPRESENT_SPTE;
  for (let gfn = 0; gfn < config.gfns; gfn++) kvm.host.writable[gfn] = false;
}

function two_faults(kernel: number) {
  return {
    ...machine(
      {
        kernel,
        vcpus: 2,
        writeTracking: true,
        faultErrors: true,
        flush: 'atomic',
        guestReads: true,
        guestWrites: true,
        reschedule: false,
      },
      [process('cpu0', kvm_write_track_add_gfn, 0), process('host', make_pte_writable, 0)],
      read_only_at_the_host,
    ),
    properties: [P2, ...SAFETY],
    witnesses: [a_gfn_is_write_tracked, a_tracked_gfn_was_writable_at_the_host],
    claims: ['M34', 'fix:386d69f9f29b'],
  };
}

export default scenarios({
  'leaf-overwritten': {
    ...two_faults(V6_6),
    title: '6.6: a late fault stores its read-only leaf over a writable one, and nobody flushes',
    expect: { P2: 'violated' },
    unreached: unreached(
      ...NO_TABLE_IS_UNLINKED,
      ...FAULTS_FIND_THEIR_TABLES,
      'fast_page_fault > fast_pf_fix_direct_spte',
      'kvm_mmu_page_fault > x86_emulate_instruction',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_map_handle_target_level > make_spte',
    ),
  },
  'leaf-overwritten-and-flushed': {
    ...two_faults(V6_13),
    title: '6.13 before its last release candidates: whoever clears MMU-writable flushes',
    unreached: unreached(
      ...NO_TABLE_IS_UNLINKED,
      ...FAULTS_FIND_THEIR_TABLES,
      'fast_page_fault > fast_pf_fix_direct_spte',
      'kvm_mmu_page_fault > x86_emulate_instruction',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_map_handle_target_level > make_spte',
    ),
  },
  'leaf-left-alone': {
    ...two_faults(V6_13_FINAL),
    title: 'Since the end of 6.13: a fault leaves a leaf alone that allows what it needs',
    unreached: unreached(
      ...NO_TABLE_IS_UNLINKED,
      ...FAULTS_FIND_THEIR_TABLES,
      'fast_page_fault > fast_pf_fix_direct_spte',
      'kvm_mmu_page_fault > x86_emulate_instruction',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_map_handle_target_level > make_spte',
    ),
  },
});
