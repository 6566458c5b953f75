/**
 * T6: a vCPU takes at most one EPT violation for an access that memory allows, until the leaf changes again: the violation drops what
 * it was taken from. For scenarios in which nothing but a violation makes vCPU 1 leave the guest, and with one translation
 * per page and processor: each linear alias and each fragment has a violation of its own.
 */
import { always, implies, next, not, property, step, weakUntil } from 'mmucheck/language';
import { walk } from '../model/hardware/translation.js';
import type { Kvm } from '../model/state.js';

/** vCPU 1 faults on a page that it could fetch from by a walk. */
export function vcpu1_faults_spuriously(before: Kvm, after: Kvm): boolean {
  const leaf = walk(before, 0);
  return before.vcpus[1].in_guest && !after.vcpus[1].in_guest && leaf.kind === 'LEAF' && leaf.executable;
}

/** The walk for the page ends in another leaf than before. */
export function the_leaf_changes(before: Kvm, after: Kvm): boolean {
  const old = walk(before, 0);
  const leaf = walk(after, 0);
  return old.kind !== leaf.kind || old.pfn !== leaf.pfn || old.executable !== leaf.executable;
}

export const T6 = property({
  id: 'T6',
  title: 'one spurious fault per translation',
  temporal: always(
    implies(
      step(vcpu1_faults_spuriously),
      next(weakUntil(not(step(vcpu1_faults_spuriously)), step(the_leaf_changes))),
    ),
  ),
});
