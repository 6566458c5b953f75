/**
 * T19: a walk that holds mmu_lock lets go of it before the next entry if somebody waits for it: between two changes of entries of the root,
 * both under the eyes of somebody who waits, the lock has been free (tdp_mmu_iter_cond_resched(): "if the MMU lock is contended"). That
 * the one who waits gets it then is what queues are for, and KERNEL_FAIRNESS.
 *
 * For scenarios with the choice `contention`: where need_resched() may say no each time, nobody has to let go.
 */
import { always, implies, next, not, property, step, weakUntil } from 'mmucheck/language';
import { rwlock_is_contended, rwlock_is_free } from '../model/kernel/locks.js';
import { type Kvm, ROOT } from '../model/state.js';

export function a_walk_goes_on_although_somebody_waits(before: Kvm, after: Kvm): boolean {
  if (!rwlock_is_contended(before)) return false;
  for (let i = 0; i < before.config.rootEntries; i++)
    if (before.pt[ROOT].spte[i].kind !== after.pt[ROOT].spte[i].kind) return true;
  return false;
}

export function mmu_lock_is_free(kvm: Kvm): boolean {
  return rwlock_is_free(kvm.mmu_lock, kvm.config.processes);
}

export const T19 = property({
  id: 'T19',
  title: 'a contended lock is given up',
  temporal: always(
    implies(
      step(a_walk_goes_on_although_somebody_waits),
      next(weakUntil(not(step(a_walk_goes_on_although_somebody_waits)), mmu_lock_is_free)),
    ),
  ),
});
