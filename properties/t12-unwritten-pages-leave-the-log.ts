/**
 * T12: the dirty log is of the pages that were dirtied since it was last asked for (KVM_GET_DIRTY_LOG in the documentation of the API). So
 * behind an ioctl that takes its bits, with a guest that never writes, nothing is left of them; with a log that reports the same pages again and
 * again, migration would never come to an end.
 */
import { always, finished, implies, not, type PropertySpec, property } from 'mmucheck/language';
import type { Kvm } from '../model/state.js';

export function the_log_has_pages(kvm: Kvm): boolean {
  for (let word = 0; word < kvm.config.words; word++) if (kvm.memslot.dirty_bitmap[word] !== 0) return true;
  return false;
}

/** @param thread the process that runs the ioctl */
export function unwritten_pages_leave_the_log(thread: string): PropertySpec {
  return property({
    id: 'T12',
    title: 'pages that nobody writes leave the log',
    temporal: always(implies(finished(thread), not(the_log_has_pages))),
  });
}
