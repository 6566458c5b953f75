/**
 * M6: the holder of the write lock zaps an entry that a fast page fault may make writable meanwhile. The exchange is
 * atomic because of that (bug K13): a plain store goes on with an old value that is not what it replaced.
 */
import { process, scenarios } from 'mmucheck/language';
import { SAFETY } from '../../properties/index.js';
import { migrate_pages } from '../host.js';
import { machine, mapped_small } from '../machine.js';
import { a_page_becomes_writable_during_its_invalidation, the_host_has_moved_a_page } from './witnesses.js';
import { FAULTS_FIND_THEIR_TABLES, NO_TABLE_IS_UNLINKED, unreached } from './unreached.js';

const NEVER = [
  ...NO_TABLE_IS_UNLINKED,
  ...FAULTS_FIND_THEIR_TABLES,
  'fast_pf_fix_direct_spte > mark_page_dirty_in_slot',
  'tdp_iter_next > tdp_iter_restart',
  'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
  'tdp_mmu_map_handle_target_level > make_spte',
] as const;
const common = {
  properties: SAFETY,
  witnesses: [a_page_becomes_writable_during_its_invalidation, the_host_has_moved_a_page],
};

const one_page = {
  unreached: unreached(...NEVER, 'tdp_iter_next > try_step_up'),
  ...machine(
    { vcpus: 2, invalidations: 1, reschedule: false },
    [process('cpu0', migrate_pages, 0, 1)],
    mapped_small({ writable: false }),
  ),
};
const two_pages = {
  unreached: unreached(...NEVER),
  ...machine(
    { vcpus: 2, invalidations: 1, guestGfns: 2, reschedule: false },
    [process('cpu0', migrate_pages, 0, 2)],
    mapped_small({ writable: false }),
  ),
};

export default scenarios({
  'atomic-exchange': {
    ...common,
    ...one_page,
    title: 'A fast page fault against the zap of its page, which exchanges atomically',
    claims: ['M6', 'S000-5(a)'],
  },
  'atomic-exchange-two-pages': {
    ...common,
    ...two_pages,
    title: 'Two vCPUs make two pages writable against the zap of both, under one flush',
    claims: ['M6', 'S000-5(a)'],
  },
  'plain-store': {
    ...common,
    ...one_page,
    title: 'A fast page fault against the zap of its page, which stores plainly',
    claims: ['M6', 'K13'],
    variant: ['volatile-sptes-stored-plainly'],
    expect: { P6: 'violated' },
  },
});
