/**
 * M8: a notifier zaps a range in every root. What it has zapped in one root is still in TLBs while it walks the next:
 * the pending flush goes along, so that a yield in the second root flushes for the first as well, and what the last
 * root owes does not replace what the others do (bugs K1 and K5).
 */
import { process, scenarios } from 'mmucheck/language';
import { P15, P16, SAFETY } from '../../properties/index.js';
import type { Config } from '../config.js';
import { migrate_pages } from '../host.js';
import { NONPRESENT_SPTE } from '../kernel/spte.js';
import { machine, mapped_small } from '../machine.js';
import type { Kvm } from '../state.js';
import {
  an_invalidation_is_open,
  the_host_has_moved_a_page,
  two_invalidations_are_open,
} from './witnesses.js';
import { FAULTS_FIND_THEIR_TABLES, NO_TABLE_IS_UNLINKED, unreached } from './unreached.js';

/** Only the root that is walked first maps anything: the newest. */
function mapped_in_the_newest_root(kvm: Kvm, config: Config): void {
  mapped_small()(kvm, config);
  for (let i = 0; i < config.fanout; i++) kvm.pt[config.roots].spte[i] = NONPRESENT_SPTE;
}

const NEVER = [
  ...NO_TABLE_IS_UNLINKED,
  ...FAULTS_FIND_THEIR_TABLES,
  'kvm_tdp_mmu_page_fault > fast_page_fault',
  'kvm_tdp_mmu_put_root',
  'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
  'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
  'tdp_mmu_map_handle_target_level > make_spte',
  'vcpu_enter_guest > kvm_mmu_free_obsolete_roots',
  'vcpu_enter_guest > kvm_mmu_reload',
] as const;

const choices = { vcpus: 2, roots: 2, roles: 2, tables: 4, flush: 'atomic' } as const;

/** Two notifiers, so that somebody can take the lock at the yield and rely on finding nothing mapped. */
const two_notifiers = {
  unreached: unreached(...NEVER),
  ...machine(
    { ...choices, invalidations: 2, guestReads: true, guestWrites: false },
    [process('cpu0', migrate_pages, 0, 2), process('cpu1', migrate_pages, 0, 1)],
    mapped_in_the_newest_root,
  ),
  properties: [...SAFETY, P15, P16],
  witnesses: [two_invalidations_are_open, the_host_has_moved_a_page],
};
const one_notifier = {
  unreached: unreached(...NEVER),
  ...machine(
    { ...choices, invalidations: 1, guestReads: true, guestWrites: false },
    [process('cpu0', migrate_pages, 0, 2)],
    mapped_in_the_newest_root,
  ),
  properties: [...SAFETY, P15, P16],
  witnesses: [an_invalidation_is_open, the_host_has_moved_a_page],
};

export default scenarios({
  'flush-carried': {
    ...two_notifiers,
    title: 'Two notifiers zap a page in two roots, and flush for both before they yield',
    claims: ['M8'],
  },
  'flush-not-carried': {
    ...two_notifiers,
    title: 'The walk of the second root does not know that the first one owes a flush when it yields',
    claims: ['M8', 'K1'],
    variant: ['flush-not-carried'],
    expect: { P1: 'violated' },
  },
  'one-root-empty': {
    ...one_notifier,
    title: 'A notifier zaps a page in the first root and finds nothing in the second',
    claims: ['M8'],
  },
  'last-root-decides': {
    ...one_notifier,
    title: 'A notifier flushes only if it zapped something in the last root',
    claims: ['M8', 'K5'],
    variant: ['last-root-decides'],
    expect: { P1: 'violated', P8: 'violated' },
  },
});
