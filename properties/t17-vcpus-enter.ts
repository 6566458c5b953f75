/**
 * T17: a vCPU that is outside the guest gets in, and soon: nothing turns it back for ever. It may fault again at once (that faults end is T1),
 * and one whose dirty ring is nearly full waits for userspace. For one vCPU: of several, each might be outside in turn.
 */
import { leadsTo, not, property } from 'mmucheck/language';
import { kvm_dirty_ring_soft_full } from '../model/kernel/dirty_ring.js';
import type { Kvm } from '../model/state.js';
import { KERNEL_FAIRNESS } from './fairness.js';

export function a_vcpu_wants_in(kvm: Kvm): boolean {
  for (let v = 0; v < kvm.config.vcpus; v++)
    if (!kvm.vcpus[v].in_guest && !(kvm.config.dirtyRing > 0 && kvm_dirty_ring_soft_full(kvm, v)))
      return true;
  return false;
}

export const T17 = property({
  id: 'T17',
  title: 'a vCPU gets into the guest',
  temporal: leadsTo(a_vcpu_wants_in, not(a_vcpu_wants_in)),
  fairness: KERNEL_FAIRNESS,
});
