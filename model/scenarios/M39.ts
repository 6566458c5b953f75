/**
 * M39: the host moves one page of a range that it maps huge, while a fault on another page of the range is on its way.
 * The fault's own gfn is outside the invalidation, so it may install a huge leaf over the range: what prevents it is
 * the host, which never changes a huge mapping in part. It splits it first, inside an invalidation of all of it, and
 * the fault reads the size of the host's mapping under mmu_lock.
 */
import { type ProcessSpec, process, scenarios } from 'mmucheck/language';
import { P15, P16, SAFETY } from '../../properties/index.js';
import { migrate_pages, migrate_pages_and_split_inside, split_and_migrate_pages } from '../host.js';
import { host_huge, machine } from '../machine.js';
import { a_huge_leaf_covers_an_open_invalidation } from './tracking.js';
import { FAULTS_FIND_THEIR_TABLES, NO_TABLE_IS_UNLINKED, unreached } from './unreached.js';
import {
  a_moved_page_is_mapped_again,
  the_host_has_moved_a_page,
  an_invalidation_is_open,
  two_invalidations_are_open,
} from './witnesses.js';

function part_moves(host: ProcessSpec) {
  return {
    ...machine(
      {
        vcpus: 1,
        tables: 3,
        invalidations: 2,
        guestGfns: 2,
        reschedule: false,
        countInvalidations: true,
        flush: 'atomic',
      },
      [host],
      host_huge,
    ),
    properties: [...SAFETY, P15, P16],
    witnesses: [the_host_has_moved_a_page, a_moved_page_is_mapped_again],
    claims: ['M39'],
  };
}

export default scenarios({
  'split-first': {
    ...part_moves(process('host', split_and_migrate_pages, 1, 2)),
    title: 'The host splits its huge mapping, then moves one of its pages',
    unreached: unreached(
      ...NO_TABLE_IS_UNLINKED,
      'kvm_tdp_mmu_map > tdp_mmu_split_huge_page',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_side',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_map_handle_target_level > make_spte',
    ),
  },
  'split-inside': {
    ...part_moves(process('host', migrate_pages_and_split_inside, 1, 2)),
    title: 'The host splits its huge mapping inside the invalidation of the page that it moves',
    witnesses: [
      the_host_has_moved_a_page,
      a_moved_page_is_mapped_again,
      two_invalidations_are_open,
      a_huge_leaf_covers_an_open_invalidation,
    ],
    unreached: unreached(
      ...NO_TABLE_IS_UNLINKED,
      'kvm_tdp_mmu_map > tdp_mmu_split_huge_page',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_side',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_map_handle_target_level > make_spte',
    ),
  },
  'never-split': {
    ...part_moves(process('host', migrate_pages, 1, 2)),
    title: 'A host that there is none of: it moves one page of a mapping that stays huge',
    expect: { P1: 'violated', P16: 'violated' },
    witnesses: [the_host_has_moved_a_page, a_huge_leaf_covers_an_open_invalidation],
    unreached: unreached(
      ...NO_TABLE_IS_UNLINKED,
      ...FAULTS_FIND_THEIR_TABLES,
      'kvm_tdp_mmu_map > tdp_iter_next',
      'kvm_tdp_mmu_page_fault > fast_page_fault',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_iter_next > try_step_side',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_map_handle_target_level > make_spte',
      'try_step_down > tdp_iter_refresh_sptep',
    ),
  },
  'not-ended': {
    ...part_moves(process('host', split_and_migrate_pages, 1, 2)),
    title: 'A notifier does not end what it began',
    claims: ['P15'],
    variant: ['invalidation-not-ended'],
    properties: [P15],
    expect: { P15: 'violated' },
    witnesses: [two_invalidations_are_open],
  },
  'ended-twice': {
    ...part_moves(process('host', split_and_migrate_pages, 1, 2)),
    title: 'A notifier ends twice what it began once',
    claims: ['P15'],
    variant: ['invalidation-ended-twice'],
    properties: [P15],
    expect: { P15: 'violated' },
    witnesses: [an_invalidation_is_open],
  },
});
