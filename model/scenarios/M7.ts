/**
 * M7: a slow fault resolves a frame, the host takes the frame away, the fault installs it. The test under mmu_lock
 * for an invalidation in progress, and for one that ended since the sample, is what prevents it.
 */
import { process, scenarios } from 'mmucheck/language';
import { SAFETY } from '../../properties/index.js';
import { migrate_pages } from '../host.js';
import { host_huge, machine, unmapped } from '../machine.js';
import {
  a_moved_page_is_mapped_again,
  an_invalidation_is_open,
  the_host_has_moved_a_page,
} from './witnesses.js';

const small = machine(
  { invalidations: 1, reschedule: false },
  [process('cpu0', migrate_pages, 0, 1)],
  unmapped,
);
const huge = machine(
  { invalidations: 1, reschedule: false },
  [process('cpu0', migrate_pages, 0, 2)],
  host_huge,
);
const common = {
  properties: SAFETY,
  witnesses: [an_invalidation_is_open, the_host_has_moved_a_page, a_moved_page_is_mapped_again],
};

export default scenarios({
  'stale-test': {
    ...small,
    ...common,
    title: 'A slow fault against a notifier that moves its page',
    claims: ['M7'],
  },
  'stale-test-huge': {
    ...huge,
    ...common,
    title: 'The same for a range that the host maps huge',
    claims: ['M7', 'S000-5'],
  },
  'no-stale-test': {
    ...small,
    ...common,
    title: 'The fault does not test for invalidations',
    claims: ['M7'],
    variant: ['no-stale-test'],
    expect: { P1: 'violated' },
  },
  'no-sequence-test': {
    ...small,
    ...common,
    title: 'The fault tests for an open invalidation, but not for one that ended since it sampled',
    claims: ['M7'],
    variant: ['no-sequence-test'],
    expect: { P1: 'violated' },
  },
});
