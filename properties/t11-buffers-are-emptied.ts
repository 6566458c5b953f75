/**
 * T11: what a PML buffer holds when the dirty log is asked for gets to the log, and the guest need do nothing for it: kvm_arch_sync_dirty_log()
 * has it exit, and every exit empties the buffer. Not before the ioctl returns, so userspace may only rely on a later one to report it; but
 * without the kick of the first, a guest that has nothing to exit for keeps its last writes for itself however often the log is read.
 * (With dirty rings nobody kicks: the documentation of the API leaves that to userspace.)
 */
import {
  eventually,
  implies,
  moves,
  not,
  type PropertySpec,
  property,
  weakUntil,
  and,
} from 'mmucheck/language';
import type { Kvm } from '../model/state.js';
import { KERNEL_FAIRNESS } from './fairness.js';

export function a_buffer_has_entries(kvm: Kvm): boolean {
  for (let v = 0; v < kvm.config.pmlVcpus; v++) if (kvm.vcpus[v].pml.length > 0) return true;
  return false;
}

/** @param thread a process whose first step is that of the ioctl */
export function buffers_are_emptied(thread: string): PropertySpec {
  return property({
    id: 'T11',
    title: 'what is in PML buffers gets to the log that is read',
    temporal: weakUntil(
      not(moves(thread)),
      and(moves(thread), implies(a_buffer_has_entries, eventually(not(a_buffer_has_entries)))),
    ),
    fairness: KERNEL_FAIRNESS,
  });
}
