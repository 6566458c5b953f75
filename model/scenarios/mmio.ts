/**
 * Accesses to gfns without a memslot, and slots that come and go there. What says MMIO is worth something only for one
 * generation of the memslots: an entry that was made by the old slots must not be taken for one of the new (P20).
 */
import { type Op, process, scenarios } from 'mmucheck/language';
import { P1, P13, P20, P20entry, P21, SAFETY } from '../../properties/index.js';
import { T1 } from '../../properties/t1-faults-end.js';
import { operations_end } from '../../properties/t4-operations-end.js';
import { T18 } from '../../properties/t18-mmio-is-remembered.js';
import { T9 } from '../../properties/t9-memslots-settle.js';
import { type Config, V6_13_FINAL, V6_6 } from '../config.js';
import { migrate_pages } from '../host.js';
import { create_memslot, delete_memslot, move_memslot } from '../kernel/set_memslot.js';
import { NONPRESENT_SPTE } from '../kernel/spte.js';
import { host_huge, machine, with_memslot } from '../machine.js';
import type { Kvm } from '../state.js';
import {
  a_moved_slot_is_mapped,
  a_vcpu_remembers_mmio,
  an_mmio_entry_is_old,
  new_memory_is_mapped,
  the_slot_has_come,
  the_slot_has_gone,
} from './slot-witnesses.js';
import { FAULTS_FIND_THEIR_TABLES, NO_TABLE_IS_UNLINKED, unreached } from './unreached.js';
import { a_new_root_is_in_use, the_host_has_moved_a_page } from './witnesses.js';

/** What most of these do not execute, each for the reason in unreached.ts. */
const NOWHERE = [
  'kvm_tdp_mmu_map > tdp_mmu_split_huge_page',
  'kvm_tdp_mmu_page_fault > fast_page_fault',
  'tdp_iter_next > tdp_iter_restart',
  'tdp_iter_next > try_step_up',
  'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
  'tdp_mmu_map_handle_target_level > make_spte',
] as const;

const choices = {
  vcpus: 1,
  tables: 3,
  srcu: true,
  memslots: 1,
  memslotGenerations: 1,
  mmioGenerations: 4,
  accounting: true,
  guestReads: true,
  guestWrites: false,
  guestGfns: 1,
  reschedule: false,
  flush: 'atomic',
} as const;
const properties = [...SAFETY, P13, P20, P20entry, P21];
const create = process('cpu0', create_memslot, 0, 0, 2, 0);
const created = {
  ...machine(choices, [create]),
  properties,
  witnesses: [the_slot_has_come, a_vcpu_remembers_mmio, an_mmio_entry_is_old, new_memory_is_mapped],
};

/** A table is there, and maps nothing. */
function table_of_holes(kvm: Kvm, config: Config): void {
  kvm.pt[0].spte[0] = { ...NONPRESENT_SPTE, kind: 'TABLE', child: config.roots, accessed: true };
  kvm.pt[config.roots].state = 'linked';
}

/** The memslots were changed before. */
function between_updates(kvm: Kvm, config: Config): void {
  table_of_holes(kvm, config);
  for (let set = 0; set < config.memslotSets; set++) kvm.memslots.set[set].generation = 1;
}

/** The memslots were changed before, after an access that has left an MMIO entry behind. */
function generation_one(kvm: Kvm, config: Config): void {
  between_updates(kvm, config);
  kvm.pt[config.roots].spte[0] = { ...NONPRESENT_SPTE, mmio: 1 };
}

const wrapped = {
  ...machine(
    { ...choices, roots: 2, tables: 5, memslotGenerations: 2, mmioGenerations: 2 },
    [create],
    generation_one,
  ),
  properties,
  witnesses: [the_slot_has_come, a_vcpu_remembers_mmio, new_memory_is_mapped],
};

/** A slot is created, and then the host moves its page. */
export function* create_and_migrate(kvm: Kvm): Op {
  yield* create_memslot(kvm, 0, 0, 2, 0);
  yield* migrate_pages(kvm, 0, 1);
}

const create_and_move = process('cpu0', create_and_migrate);
const two = {
  ...choices,
  vcpus: 2,
  tables: 2,
  mmioGenerations: 2,
  accounting: false,
  invalidations: 1,
} as const;
const beside_another = {
  properties: [P1],
  witnesses: [an_mmio_entry_is_old, the_host_has_moved_a_page],
};

const by_two = {
  ...machine({ ...choices, vcpus: 2, memslotGenerations: 1 }, [], between_updates),
  properties: [...properties, T18],
  witnesses: [a_vcpu_remembers_mmio],
};

export default scenarios({
  create: {
    ...created,
    properties: [...properties, T1, operations_end(['cpu0']), T9],
    title: 'A slot is created over a gfn that a vCPU accesses as MMIO, and its accesses come to the memory',
    unreached: unreached(
      ...NOWHERE,
      'handle_changed_spte > handle_removed_pt',
      'handle_mmio_page_fault > vcpu_cache_mmio_info',
    ),
    claims: ['O28(a)'],
  },
  'over-a-leaf': {
    ...beside_another,
    ...machine({ ...two, kernel: V6_6 }, [create_and_move], table_of_holes),
    title:
      'A vCPU that finds the old slots stores an MMIO entry over the leaf of one that finds the new, and nobody flushes',
    unreached: unreached(...NOWHERE, ...NO_TABLE_IS_UNLINKED, 'kvm_tdp_mmu_map > tdp_mmu_link_sp'),
    claims: ['O28(e)'],
    expect: { P1: 'violated' },
  },
  'leaf-left-alone': {
    ...beside_another,
    ...machine({ ...two, kernel: V6_13_FINAL }, [create_and_move], table_of_holes),
    title: 'The same where a fault leaves a leaf alone that allows the access (6.13)',
    unreached: unreached(
      ...NOWHERE,
      ...NO_TABLE_IS_UNLINKED,
      'kvm_tdp_mmu_map > tdp_mmu_link_sp',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
    ),
    claims: ['O28(f)'],
  },
  'create-huge': {
    ...machine({ ...choices, guestGfns: 2 }, [create], host_huge),
    title: 'A slot of huge pages is created, and one takes the place of a table with MMIO entries',
    properties,
    witnesses: created.witnesses,
    unreached: unreached(
      'handle_removed_pt > handle_changed_spte',
      'handle_removed_pt > kvm_tdp_mmu_write_spte_atomic',
      'kvm_tdp_mmu_map > tdp_mmu_split_huge_page',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_mmu_map_handle_target_level > make_spte',
    ),
    claims: ['O28(a)'],
  },
  'remembered-by-each': {
    ...by_two,
    title: 'Two vCPUs access MMIO again and again: each comes to be answered by what it remembers',
    unreached: unreached(
      ...NOWHERE,
      'emulator_read_write_onepage > kvm_vcpu_gfn_to_memslot',
      'kvm_faultin_pfn > hva_to_pfn',
      'kvm_tdp_mmu_map > kvm_mmu_hugepage_adjust',
      'kvm_tdp_mmu_map > tdp_mmu_link_sp',
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
    ),
    claims: ['T18'],
  },
  'remembered-by-the-first': {
    ...by_two,
    title: 'Only a fault is remembered: who finds the entry that another vCPU has made walks to it for ever',
    variant: ['mmio-not-remembered'],
    expect: { T18: 'violated' },
    unreached: unreached(
      ...NOWHERE,
      'kvm_faultin_pfn > hva_to_pfn',
      'kvm_tdp_mmu_map > kvm_mmu_hugepage_adjust',
      'kvm_tdp_mmu_map > tdp_mmu_link_sp',
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
    ),
    claims: ['T18'],
  },
  'remembered-beside-an-update': {
    ...machine(
      { ...choices, hugePages: 2, memslotGenerations: 2 },
      [process('cpu0', create_memslot, 0, 2, 2, 2)],
      between_updates,
    ),
    title: 'A slot is created elsewhere: what a vCPU remembers of MMIO is void, and it learns it anew',
    properties: [...properties, T18, operations_end(['cpu0'])],
    witnesses: [a_vcpu_remembers_mmio, an_mmio_entry_is_old],
    unreached: unreached(
      ...NOWHERE,
      'kvm_faultin_pfn > hva_to_pfn',
      'kvm_tdp_mmu_map > kvm_mmu_hugepage_adjust',
      'kvm_tdp_mmu_map > tdp_mmu_link_sp',
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
    ),
    claims: ['T18'],
  },
  'generation-before-readers': {
    ...created,
    title: 'The new generation counts while vCPUs still find the old slots (before ee3d1570b586)',
    unreached: unreached(...NOWHERE, 'handle_changed_spte > handle_removed_pt'),
    claims: ['K60'],
    variant: ['generation-before-readers'],
    expect: { P20: 'violated', P20entry: 'violated' },
  },
  'without-srcu': {
    ...created,
    title: 'Nobody waits for vCPUs that still find the old slots',
    unreached: unreached(...NOWHERE, 'handle_changed_spte > handle_removed_pt'),
    claims: ['O28(b)'],
    variant: ['delete-without-srcu'],
    expect: { P20: 'violated', P20entry: 'violated', P21: 'violated' },
  },
  'any-generation': {
    ...created,
    title: 'Nobody asks an MMIO entry for its generation',
    unreached: unreached(...NOWHERE, 'handle_changed_spte > handle_removed_pt'),
    claims: ['O28(b)'],
    variant: ['mmio-entry-of-any-generation'],
    expect: { P20: 'violated' },
  },
  'remembered-in-flux': {
    ...created,
    title:
      'Accesses are remembered also while the slots are replaced (before ddfd1730fd82): forgotten when the ioctl returns',
    unreached: unreached(
      ...NOWHERE,
      'handle_changed_spte > handle_removed_pt',
      'handle_mmio_page_fault > vcpu_cache_mmio_info',
    ),
    claims: ['K61(a)'],
    variant: ['mmio-remembered-in-flux'],
  },
  wrap: {
    ...wrapped,
    title:
      'The generations of MMIO entries begin anew: all are zapped before, but a vCPU that has read one compares it with the new generation',
    unreached: unreached(
      ...NOWHERE,
      '__tdp_mmu_zap_root > tdp_iter_next',
      'handle_removed_pt > kvm_tdp_mmu_write_spte_atomic',
    ),
    claims: ['O28(c)'],
    witnesses: [...wrapped.witnesses, a_new_root_is_in_use],
    expect: { P20: 'violated' },
  },
  'wrap-with-early-generation': {
    ...wrapped,
    title: 'The same with a generation that is read before the entry, and remembered',
    unreached: unreached(
      ...NOWHERE,
      '__tdp_mmu_zap_root > tdp_iter_next',
      'handle_removed_pt > kvm_tdp_mmu_write_spte_atomic',
    ),
    claims: ['O28(d)'],
    variant: ['mmio-generation-read-first'],
    witnesses: [...wrapped.witnesses, a_new_root_is_in_use],
  },
  'wrap-without-zap': {
    ...wrapped,
    title:
      'The generations of MMIO entries begin anew, and an entry of the last round is taken for a new one',
    unreached: unreached(
      ...FAULTS_FIND_THEIR_TABLES,
      'handle_changed_spte > handle_removed_pt',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_map_handle_target_level > make_spte',
      'vcpu_enter_guest > kvm_mmu_free_obsolete_roots',
      'vcpu_enter_guest > kvm_mmu_page_fault',
      'vcpu_enter_guest > kvm_mmu_reload',
      'vcpu_enter_guest > kvm_vcpu_srcu_read_lock',
    ),
    claims: ['O28(b)'],
    variant: ['mmio-wrap-without-zap'],
    expect: { P20: 'violated', P20entry: 'violated' },
  },
  delete: {
    ...machine(
      { ...choices, memslotGenerations: 2 },
      [process('cpu0', delete_memslot, 0)],
      with_memslot(0, 0, 2, 0),
    ),
    title: 'A slot is deleted, and MMIO entries come where its memory was',
    properties,
    witnesses: [the_slot_has_gone, a_vcpu_remembers_mmio],
    unreached: unreached(
      'handle_changed_spte > handle_removed_pt',
      'kvm_tdp_mmu_map > tdp_mmu_split_huge_page',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_map_handle_target_level > make_spte',
    ),
    claims: ['O28(a)'],
  },
  move: {
    ...machine(
      { ...choices, guestGfns: 2, memslotGenerations: 2 },
      [process('cpu0', move_memslot, 0, 1)],
      with_memslot(0, 0, 1, 0),
    ),
    title: 'A slot is moved to where MMIO was, and leaves MMIO behind',
    properties,
    witnesses: [a_moved_slot_is_mapped, a_vcpu_remembers_mmio, an_mmio_entry_is_old],
    unreached: unreached(
      'handle_changed_spte > handle_removed_pt',
      'kvm_tdp_mmu_map > kvm_mmu_hugepage_adjust',
      'kvm_tdp_mmu_map > tdp_mmu_split_huge_page',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_map_handle_target_level > make_spte',
    ),
    claims: ['O28(a)'],
  },
});
