/**
 * T5: what others ask of a vCPU is done: by the vCPU before it enters the guest again, and it does not stay in the guest meanwhile. (With dirty
 * rings it may wait for userspace to make room, outside, with requests pending: T5 is not asked there.)
 */
import { leadsTo, not, property } from 'mmucheck/language';
import type { Kvm } from '../model/state.js';
import { KERNEL_FAIRNESS } from './fairness.js';

export function a_request_is_pending(kvm: Kvm): boolean {
  for (let v = 0; v < kvm.config.vcpus; v++) if (kvm.vcpus[v].request_tlb_flush) return true;
  for (let v = 0; v < kvm.config.rootVcpus; v++) if (kvm.roots.request_free_obsolete_roots[v]) return true;
  for (let v = 0; v < kvm.config.pmlVcpus; v++)
    if (kvm.dirty.request_update_cpu_dirty_logging[v]) return true;
  return false;
}

export const T5 = property({
  id: 'T5',
  title: 'requests are served',
  temporal: leadsTo(a_request_is_pending, not(a_request_is_pending)),
  fairness: KERNEL_FAIRNESS,
});
