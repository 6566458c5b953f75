/**
 * Memslots are created, deleted and moved while vCPUs fault and notifiers run. Userspace relies on each ioctl when it has
 * returned: what a slot does not cover any more is out of reach (P1), and what has been freed is not used (P21). Notifiers
 * find the same slots at the end of an invalidation as at its start (P15). What is MMIO is in mmio.ts.
 */
import { type Op, process, scenarios } from 'mmucheck/language';
import { P13, P15, P16, P21, SAFETY } from '../../properties/index.js';
import { operations_end } from '../../properties/t4-operations-end.js';
import { T9 } from '../../properties/t9-memslots-settle.js';
import { V6_16, V6_18 } from '../config.js';
import { migrate_pages } from '../host.js';
import { create_memslot, delete_memslot, move_memslot } from '../kernel/set_memslot.js';
import { host_huge, logging, machine, mapped_small, with_memslot } from '../machine.js';
import type { Kvm } from '../state.js';
import {
  a_moved_slot_is_mapped,
  both_slots_are_mapped,
  the_other_slot_is_mapped,
  the_slot_has_come,
  the_slot_has_gone,
  the_slot_is_back,
  the_slot_is_invalid,
} from './slot-witnesses.js';
import { NO_TABLE_IS_UNLINKED, unreached } from './unreached.js';
import {
  a_new_root_is_in_use,
  an_invalidation_is_open,
  the_host_has_moved_a_page,
  two_invalidations_are_open,
} from './witnesses.js';

/** What most of these do not execute, each for the reason in unreached.ts. */
const NOWHERE = [
  'kvm_tdp_mmu_map > tdp_mmu_split_huge_page',
  'kvm_tdp_mmu_page_fault > fast_page_fault',
  'tdp_iter_next > tdp_iter_restart',
  'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
  'tdp_mmu_map_handle_target_level > make_spte',
] as const;

const choices = {
  vcpus: 1,
  hugePages: 2,
  tables: 3,
  srcu: true,
  memslots: 1,
  memslotGenerations: 2,
  accounting: true,
  guestReads: true,
  guestWrites: false,
  guestGfns: 4,
  reschedule: false,
  flush: 'atomic',
} as const;
const properties = [...SAFETY, P13, P16, P21];
const move = process('cpu0', move_memslot, 0, 2);
const moved = {
  ...machine(choices, [move], with_memslot(0, 0, 2, 0)),
  properties,
  witnesses: [the_slot_is_invalid, a_moved_slot_is_mapped],
};
const small = { ...choices, hugePages: 1, guestGfns: 1 } as const;
const deleted = {
  ...machine(small, [process('cpu0', delete_memslot, 0)], with_memslot(0, 0, 2, 0)),
  properties,
  witnesses: [the_slot_is_invalid, the_slot_has_gone],
};
const notified = { ...small, memslotGenerations: 1, invalidations: 1, countInvalidations: true } as const;
const moving = process('cpu1', migrate_pages, 0, 1);
const created_beside_notifier = {
  ...machine(notified, [process('cpu0', create_memslot, 0, 0, 2, 0), moving]),
  properties: [...properties, P15],
  witnesses: [the_slot_has_come, an_invalidation_is_open, the_host_has_moved_a_page],
};
const prefaulted = {
  ...small,
  accounting: false,
  guestReads: false,
  guestWrites: true,
  prefault: true,
} as const;
const deletion_ends = { properties: [operations_end(['cpu0'])], witnesses: [the_slot_is_invalid] };

const prefault_beside_zap = {
  ...machine(
    {
      ...prefaulted,
      kernel: V6_18,
      guestWrites: false,
      spontaneousExits: true,
      hugePages: 2,
      memslots: 2,
      roots: 2,
      tables: 6,
    },
    [process('cpu0', delete_memslot, 0)],
    with_memslot(0, 2, 2, 2, with_memslot(1, 0, 2, 0)),
  ),
  properties: deletion_ends.properties,
  witnesses: [the_slot_is_invalid, a_new_root_is_in_use],
};

/** A slot is created, of pages that do not stand in their huge pages where its gfns do. Then the host moves one of these. */
export function* create_misaligned_and_migrate(kvm: Kvm): Op {
  yield* create_memslot(kvm, 0, 0, 2, 1);
  yield* migrate_pages(kvm, 0, 2);
}

export default scenarios({
  move: {
    ...moved,
    title: 'A slot is moved to another gfn, and its leafs are zapped, against faults on both',
    unreached: unreached(
      ...NOWHERE,
      'handle_changed_spte > handle_removed_pt',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
    ),
    claims: ['O11'],
  },
  'move-fast-zap': {
    ...machine({ ...choices, guestGfns: 3, roots: 2, tables: 6 }, [move], with_memslot(0, 0, 2, 0)),
    title: 'A slot is moved to another gfn, with a fast zap',
    properties,
    witnesses: [the_slot_is_invalid, a_new_root_is_in_use],
    unreached: unreached(
      ...NOWHERE,
      'handle_removed_pt > kvm_tdp_mmu_write_spte_atomic',
      'tdp_iter_next > try_step_up',
    ),
    claims: ['O11'],
  },
  'move-fails': {
    ...machine({ ...choices, allocationFails: true }, [move], with_memslot(0, 0, 2, 0)),
    title: 'There is no memory for the metadata of a slot that is moved, and the old one comes back',
    properties: [...properties, T9],
    witnesses: [the_slot_is_invalid, a_moved_slot_is_mapped, the_slot_is_back],
    unreached: unreached(
      ...NOWHERE,
      'handle_changed_spte > handle_removed_pt',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
    ),
    claims: ['O11'],
  },
  'move-without-zap': {
    ...moved,
    title: 'A slot is moved, and what it has mapped stays',
    unreached: unreached(
      ...NOWHERE,
      'handle_changed_spte > handle_removed_pt',
      'tdp_iter_next > try_step_side',
      'tdp_iter_next > try_step_up',
    ),
    claims: ['O11'],
    variant: ['move-without-zap'],
    expect: { P1: 'violated' },
  },
  'move-without-invalid-slot': {
    ...moved,
    title: 'A slot is zapped while faults still find it valid, and then moved',
    unreached: unreached(
      ...NOWHERE,
      'handle_changed_spte > handle_removed_pt',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
    ),
    claims: ['O11'],
    variant: ['move-without-invalid-slot'],
    expect: { P1: 'violated' },
    witnesses: [a_moved_slot_is_mapped],
  },
  'freed-after-readers': {
    ...deleted,
    title: 'A slot is deleted: its invalid copy is freed when no fault can have found it',
    unreached: unreached(
      ...NOWHERE,
      'handle_changed_spte > handle_removed_pt',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
    ),
    claims: ['O11', 'T9'],
    properties: [...properties, T9],
  },
  'not-propagated': {
    ...deleted,
    title:
      'A slot is deleted in one of the two sets only: the next update begins with one that has been freed',
    unreached: unreached(
      ...NOWHERE,
      'handle_changed_spte > handle_removed_pt',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
    ),
    claims: ['T9'],
    variant: ['memslot-not-propagated'],
    properties: [...properties, T9],
    expect: { T9: 'violated' },
  },
  'freed-before-readers': {
    ...deleted,
    title: 'The invalid copy of a slot is freed while faults find it',
    unreached: unreached(
      ...NOWHERE,
      'handle_changed_spte > handle_removed_pt',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
    ),
    claims: ['O11'],
    variant: ['invalid-slot-freed-early'],
    expect: { P21: 'violated' },
  },
  'deleted-while-logging': {
    ...machine(
      { ...small, guestReads: false, guestWrites: true },
      [process('cpu0', delete_memslot, 0)],
      with_memslot(0, 0, 2, 0, logging(mapped_small({ writable: false }))),
    ),
    title: 'A slot that logs is deleted, against a fast page fault that marks a page in its bitmap',
    properties: [P21],
    witnesses: [the_slot_has_gone],
    unreached: unreached(
      'handle_changed_spte > handle_removed_pt',
      'kvm_faultin_pfn > hva_to_pfn',
      'kvm_tdp_mmu_page_fault > is_page_fault_stale',
      'kvm_tdp_mmu_page_fault > kvm_tdp_mmu_map',
      'kvm_tdp_mmu_page_fault > read_lock',
      'kvm_tdp_mmu_page_fault > read_unlock',
    ),
    claims: ['O11'],
  },
  'deleted-while-logging-without-srcu': {
    ...machine(
      { ...small, guestReads: false, guestWrites: true },
      [process('cpu0', delete_memslot, 0)],
      with_memslot(0, 0, 2, 0, logging(mapped_small({ writable: false }))),
    ),
    title: 'A slot that logs is freed with its bitmap, while a fast page fault is about to mark a page in it',
    properties: [P21],
    witnesses: [the_slot_has_gone],
    unreached: unreached(),
    claims: ['O11'],
    variant: ['delete-without-srcu'],
    expect: { P21: 'violated' },
  },
  'another-slot': {
    ...machine(
      { ...choices, memslots: 2, guestGfns: 3 },
      [process('cpu0', delete_memslot, 0)],
      with_memslot(0, 0, 2, 0, with_memslot(1, 2, 2, 2)),
    ),
    title: 'A slot is deleted beside another one, whose faults go on',
    properties,
    witnesses: [the_slot_has_gone, the_other_slot_is_mapped],
    unreached: unreached(
      ...NOWHERE,
      'handle_changed_spte > handle_removed_pt',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
    ),
    claims: ['O11'],
  },
  'notifier-over-two-slots': {
    ...machine(
      {
        ...choices,
        memslots: 2,
        memslotGenerations: 0,
        guestGfns: 3,
        invalidations: 1,
        countInvalidations: true,
      },
      [process('cpu0', migrate_pages, 1, 3)],
      with_memslot(0, 2, 2, 0, with_memslot(1, 0, 2, 2)),
    ),
    title: 'The host moves pages that two slots have, at gfns in another order',
    properties: [...properties, P15],
    witnesses: [an_invalidation_is_open, the_host_has_moved_a_page],
    unreached: unreached(
      ...NOWHERE,
      'handle_changed_spte > handle_removed_pt',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
    ),
    claims: ['O11'],
  },
  'no-huge-pages': {
    ...machine(
      {
        ...choices,
        memslots: 2,
        memslotGenerations: 1,
        guestGfns: 4,
        invalidations: 1,
        countInvalidations: true,
      },
      [process('cpu0', create_misaligned_and_migrate)],
      with_memslot(1, 3, 1, 3, host_huge),
    ),
    title:
      'The host has huge pages, and no slot may use them: one ends inside of one, and in the other gfns and pages are not aligned alike',
    properties: [...properties, P15],
    witnesses: [both_slots_are_mapped, an_invalidation_is_open, the_host_has_moved_a_page],
    unreached: unreached(
      'handle_changed_spte > handle_removed_pt',
      'handle_hva_range > kvm_mmu_invalidate_range_add',
      'kvm_tdp_mmu_map > kvm_mmu_hugepage_adjust',
      'kvm_tdp_mmu_map > tdp_mmu_split_huge_page',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_map_handle_target_level > make_spte',
    ),
    claims: ['O11'],
  },
  'created-beside-notifier': {
    ...created_beside_notifier,
    title: 'A slot is created while the host moves its page: it waits until no invalidation is open',
    unreached: unreached(
      ...NOWHERE,
      'handle_changed_spte > handle_removed_pt',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_iter_next > try_step_up',
    ),
    claims: ['O11'],
  },
  'deleted-beside-notifier': {
    ...machine(
      { ...notified, memslotGenerations: 2 },
      [process('cpu0', delete_memslot, 0), moving],
      with_memslot(0, 0, 2, 0),
    ),
    title:
      'A slot is deleted while the host moves its page: who zaps second relies on the flush of who zapped first',
    properties: [...properties, P15],
    witnesses: [the_slot_has_gone, an_invalidation_is_open, the_host_has_moved_a_page],
    unreached: unreached(
      ...NOWHERE,
      'handle_changed_spte > handle_removed_pt',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
    ),
    claims: ['O11'],
  },
  'two-notifiers': {
    ...machine(
      { ...notified, invalidations: 2 },
      [process('cpu0', migrate_pages, 0, 1), moving],
      with_memslot(0, 0, 2, 0),
    ),
    title: 'The host moves the page of a slot twice: who zaps second relies on the flush of who zapped first',
    properties: [...properties, P15],
    witnesses: [two_invalidations_are_open, the_host_has_moved_a_page],
    unreached: unreached(
      ...NOWHERE,
      'handle_changed_spte > handle_removed_pt',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_iter_next > try_step_up',
    ),
    claims: ['O11'],
  },
  'created-during-invalidation': {
    ...created_beside_notifier,
    title: 'A slot is created during an invalidation, whose end finds a slot that its start did not',
    unreached: unreached(
      ...NOWHERE,
      'handle_changed_spte > handle_removed_pt',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_iter_next > try_step_up',
    ),
    claims: ['O11', 'fix:52ac8b358b0c'],
    variant: ['swap-beside-invalidations'],
    expect: { P1: 'violated', P15: 'violated', P16: 'violated' },
  },
  'prefault-of-invalid-slot': {
    ...machine(
      { ...prefaulted, kernel: V6_16 },
      [process('cpu0', delete_memslot, 0)],
      with_memslot(0, 0, 2, 0),
    ),
    ...deletion_ends,
    title:
      'A prefault that finds the slot invalid tries again inside SRCU, and the deletion waits for it for ever',
    unreached: unreached(),
    claims: ['K62(a)'],
    expect: { T4: 'violated' },
  },
  'prefault-leaves-invalid-slot': {
    ...machine(
      { ...prefaulted, kernel: V6_18 },
      [process('cpu0', delete_memslot, 0)],
      with_memslot(0, 0, 2, 0),
    ),
    ...deletion_ends,
    title: 'A prefault that finds the slot invalid leaves with an error (6.18)',
    unreached: unreached(
      ...NOWHERE,
      ...NO_TABLE_IS_UNLINKED,
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
    ),
    claims: ['K62(b)'],
  },
  'prefault-with-obsolete-root': {
    ...prefault_beside_zap,
    title:
      'A prefault of another slot finds its root obsolete, and tries again with it inside SRCU, where the deletion waits for it for ever (6.18)',
    unreached: unreached(...NOWHERE, 'handle_removed_pt > kvm_tdp_mmu_write_spte_atomic'),
    claims: ['O29(a)'],
    expect: { T4: 'violated' },
  },
  'prefault-loads-root': {
    ...prefault_beside_zap,
    title: 'The same, with a root that is loaded anew before each try',
    unreached: unreached(...NOWHERE, 'handle_removed_pt > kvm_tdp_mmu_write_spte_atomic'),
    claims: ['O29(b)'],
    variant: ['prefault-reloads-root'],
  },
});
