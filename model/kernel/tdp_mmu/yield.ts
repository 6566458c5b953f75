/** Walks that give up mmu_lock on their way: arch/x86/kvm/mmu/tdp_mmu.c. */

import { assert, type Op } from 'mmucheck/language';
import type { Kvm } from '../../state.js';
import {
  cond_resched_rwlock_read,
  cond_resched_rwlock_write,
  need_resched,
  rcu_read_lock,
  rcu_read_unlock,
} from '../locks.js';
import { kvm_flush_remote_tlbs } from '../requests.js';
import type { TdpIter } from '../tdp_iter.js';

/**
 * Gives up mmu_lock if somebody waits for it or time is up, and if the walk has moved since it last did. Flushes
 * first if `flush`. The caller must go on to the next entry: the iterator restarts there.
 */
export function* tdp_mmu_iter_cond_resched(
  kvm: Kvm,
  iter: TdpIter,
  flush: boolean,
  shared: boolean,
): Op<boolean> {
  assert(!iter.yielded, 'P14', 'an iterator that yielded is not restarted');
  if (iter.next_last_level_gfn === iter.yielded_gfn) return false;
  if (need_resched(kvm)) {
    if (flush) yield* kvm_flush_remote_tlbs(kvm);
    rcu_read_unlock(kvm);
    if (shared) yield* cond_resched_rwlock_read(kvm);
    else yield* cond_resched_rwlock_write(kvm);
    rcu_read_lock(kvm);
    iter.yielded = true;
  }
  return iter.yielded;
}

/** The question alone, for a walk that cannot yield where it asks. */
export function tdp_mmu_iter_need_resched(kvm: Kvm, iter: TdpIter): boolean {
  if (iter.next_last_level_gfn === iter.yielded_gfn) return false;
  return need_resched(kvm);
}
