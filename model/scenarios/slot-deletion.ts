/**
 * A memslot is deleted while vCPUs fault on it, and when the ioctl has returned its memory is out of reach (P1).
 * What is mapped goes in a fast zap or leaf by leaf. Faults that have found the slot valid are waited for; those that
 * find the invalid copy try again.
 */
import { process, scenarios } from 'mmucheck/language';
import { P13, P21, SAFETY } from '../../properties/index.js';
import type { Config } from '../config.js';
import { delete_memslot } from '../kernel/set_memslot.js';
import { NONPRESENT_SPTE } from '../kernel/spte.js';
import { machine, mapped_small, with_memslot } from '../machine.js';
import type { Kvm } from '../state.js';
import { the_slot_has_gone, the_slot_is_invalid } from './slot-witnesses.js';
import { FAULTS_FIND_THEIR_TABLES, unreached } from './unreached.js';
import { a_new_root_is_in_use } from './witnesses.js';

function first_page_missing(kvm: Kvm, config: Config): void {
  mapped_small()(kvm, config);
  kvm.pt[config.roots].spte[0] = NONPRESENT_SPTE;
}

const choices = {
  vcpus: 1,
  tables: 3,
  srcu: true,
  memslots: 1,
  memslotGenerations: 2,
  accounting: true,
  guestReads: true,
  guestWrites: false,
  guestGfns: 2,
  flush: 'atomic',
} as const;
const leafs = {
  ...machine(choices, [process('cpu0', delete_memslot, 0)], with_memslot(0, 0, 2, 0, first_page_missing)),
  properties: [...SAFETY, P13, P21],
  witnesses: [the_slot_is_invalid, the_slot_has_gone],
};
const fast = {
  ...machine(
    { ...choices, roots: 2, tables: 5 },
    [process('cpu0', delete_memslot, 0)],
    with_memslot(0, 0, 2, 0, first_page_missing),
  ),
  properties: [...SAFETY, P13, P21],
  witnesses: [the_slot_is_invalid, the_slot_has_gone, a_new_root_is_in_use],
};

export default scenarios({
  leafs: {
    ...leafs,
    title: 'A slot is deleted and its leafs are zapped, against a fault',
    unreached: unreached(
      ...FAULTS_FIND_THEIR_TABLES,
      'handle_changed_spte > handle_removed_pt',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_map_handle_target_level > make_spte',
    ),
    claims: ['O11'],
  },
  'fast-zap': {
    ...fast,
    title: 'A slot is deleted with a fast zap, against a fault',
    unreached: unreached(
      ...FAULTS_FIND_THEIR_TABLES,
      '__tdp_mmu_zap_root > tdp_iter_next',
      '__tdp_mmu_zap_root > tdp_mmu_iter_cond_resched',
      'handle_removed_pt > kvm_tdp_mmu_write_spte_atomic',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_side',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_map_handle_target_level > make_spte',
    ),
    claims: ['O11'],
  },
  'without-srcu': {
    ...leafs,
    title: 'Deleting a slot does not wait for faults that found it valid: one maps it after the zap',
    unreached: unreached(
      ...FAULTS_FIND_THEIR_TABLES,
      'handle_changed_spte > handle_removed_pt',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_map_handle_target_level > make_spte',
    ),
    claims: ['O11'],
    variant: ['delete-without-srcu'],
    expect: { P1: 'violated', P21: 'violated' },
  },
  'invalid-slot-used': {
    ...leafs,
    title: 'A fault takes the invalid copy of a slot for a valid one',
    unreached: unreached(
      ...FAULTS_FIND_THEIR_TABLES,
      'handle_changed_spte > handle_removed_pt',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_map_handle_target_level > make_spte',
    ),
    claims: ['O11'],
    variant: ['invalid-slot-used'],
    expect: { P1: 'violated' },
  },
});
