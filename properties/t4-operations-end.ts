/**
 * T4: every operation of the host comes to its end, walks that yield on their way included, and so everybody who waits for mmu_lock
 * gets it.
 */
import { and, eventually, type Fairness, finished, type PropertySpec, property } from 'mmucheck/language';
import { KERNEL_FAIRNESS } from './fairness.js';

/** @param threads the names of the processes that run the operations */
export function operations_end(
  threads: readonly string[],
  fairness: Fairness = KERNEL_FAIRNESS,
): PropertySpec {
  return property({
    id: 'T4',
    title: 'operations come to an end',
    temporal: and(...threads.map((thread) => eventually(finished(thread)))),
    fairness,
  });
}
