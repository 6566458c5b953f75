/**
 * A vCPU that goes between L1 and L2, with a root for either, and a notifier that zaps in both. The vCPU serves the
 * request to flush in one of the two; what it has cached of the other is there to be used when it goes back (bug K44).
 */
import { process, scenarios } from 'mmucheck/language';
import { P15, P16, SAFETY } from '../../properties/index.js';
import { migrate_pages } from '../host.js';

import { machine, mapped_huge } from '../machine.js';
import type { Kvm } from '../state.js';
import { unreached } from './unreached.js';
import { the_host_has_moved_a_page } from './witnesses.js';

/** The vCPU is in L2. */
export function a_vcpu_runs_l2(kvm: Kvm): boolean {
  return kvm.vcpus[0].in_guest && kvm.roots.guest_mode[0];
}

const choices = {
  nested: true,
  roots: 2,
  roles: 2,
  tables: 4,
  guestReads: true,
  guestWrites: false,
} as const;
const notifier = {
  ...machine(
    { ...choices, invalidations: 1, reschedule: false },
    [process('cpu0', migrate_pages, 0, 2)],
    mapped_huge(),
  ),
  properties: [...SAFETY, P15, P16],
  witnesses: [a_vcpu_runs_l2, the_host_has_moved_a_page],
};

export default scenarios({
  notifier: {
    ...notifier,
    title: 'A notifier zaps a page in the roots of L1 and L2, and the vCPU flushes both in one of them',
    claims: ['K44'],
  },
  'one-context-flushed': {
    ...notifier,
    title: 'The vCPU serves the flush request in L1, for the root of L1 only',
    claims: ['K44'],
    variant: ['flush-one-context'],
    expect: { P1: 'violated', P8: 'violated' },
  },
});
