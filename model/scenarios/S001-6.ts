/** S001-6: to split for an accepted page, the ordinary split to its level does what the split at the ends of its block does. */
import { process, scenarios } from 'mmucheck/language';
import { SAFETY } from '../../properties/index.js';
import { machine } from '../machine.js';
import { AS_ACCEPTED, split_for_any_accepted_block } from './boundaries.js';
import { unreached } from './unreached.js';
import { a_page_is_mapped_at_2M } from './witnesses.js';

const choices = { levels: 3, hugePages: 4, tables: 7, flush: 'atomic', guestWrites: false } as const;
const accept = process('vcpu', split_for_any_accepted_block);
const checked = { properties: [...SAFETY, AS_ACCEPTED], witnesses: [a_page_is_mapped_at_2M] };

export default scenarios({
  'to-the-level': {
    ...checked,
    ...machine({ ...choices, boundarySplit: 'none' }, [accept]),
    title: 'The block is split to the level that the guest accepts, for every block and mixture of sizes',
    claims: ['S001-6(a)'],
    unreached: unreached(
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_mmu_set_spte > handle_changed_spte',
      'tdp_mmu_split_huge_pages_root > tdp_mmu_iter_cond_resched',
      'vcpu_enter_guest > run_guest',
    ),
  },
  'at-the-ends': {
    ...checked,
    ...machine({ ...choices, boundarySplit: 'walk' }, [accept]),
    title: 'What crosses an end of the block is split: the same leafs',
    claims: ['S001-6(a)'],
    unreached: unreached(
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_mmu_set_spte > handle_changed_spte',
      'tdp_mmu_split_huge_pages_root > tdp_mmu_iter_cond_resched',
      'vcpu_enter_guest > run_guest',
    ),
  },
  'end-inclusive': {
    ...checked,
    ...machine({ ...choices, boundarySplit: 'walk' }, [accept]),
    title: 'The filter of the walk takes the end of the block for its last page',
    claims: ['S001-6(b)'],
    variant: ['boundary-walk-end-inclusive'],
    expect: { 'S001-6': 'violated' },
    unreached: unreached(
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_mmu_set_spte > handle_changed_spte',
      'tdp_mmu_split_huge_pages_root > tdp_mmu_iter_cond_resched',
      'vcpu_enter_guest > run_guest',
    ),
  },
});
