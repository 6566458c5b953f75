/**
 * T1: a vCPU that keeps accessing pages which are mapped and permitted comes to access them: once the host has nothing more to change,
 * faults end. In the model: from some moment on every vCPU is in the guest and stays there.
 *
 * Tolerated: any number of faults while somebody changes the entry, or an invalidation is open.
 */
import { always, eventually, property } from 'mmucheck/language';
import type { Kvm } from '../model/state.js';
import { KERNEL_FAIRNESS } from './fairness.js';

export function every_vcpu_is_in_the_guest(kvm: Kvm): boolean {
  for (let v = 0; v < kvm.config.vcpus; v++) if (!kvm.vcpus[v].in_guest) return false;
  return true;
}

export const T1 = property({
  id: 'T1',
  title: 'faults come to an end',
  temporal: eventually(always(every_vcpu_is_in_the_guest)),
  fairness: KERNEL_FAIRNESS,
});
