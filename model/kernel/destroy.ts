/**
 * The end of a VM: kvm_destroy_vm() in virt/kvm/kvm_main.c, and what of it is the MMU's. The last reference is gone, so no vCPU runs or
 * ever will, and nothing is flushed. Notifiers still come until they are unregistered, which the first step does when it is done.
 */
import { assert, type Op } from 'mmucheck/language';
import { type Kvm, NO_ROOT } from '../state.js';
import { write_lock, write_unlock } from './locks.js';
import { kvm_tdp_mmu_invalidate_all_roots, tdp_mmu_next_root } from './tdp_mmu/roots.js';
import { kvm_tdp_mmu_zap_invalidated_roots, tdp_mmu_zap_root } from './zap_all.js';

export function* kvm_destroy_vm(kvm: Kvm): Op {
  yield* kvm_flush_shadow_all(kvm);
  yield* mmu_notifier_unregister(kvm);
  yield* kvm_mmu_uninit_vm(kvm);
}

/** kvm_mmu_notifier_release(): kvm_mmu_zap_all(), for every root, valid or not. */
export function* kvm_flush_shadow_all(kvm: Kvm): Op {
  yield* write_lock(kvm);
  for (
    let root = yield* tdp_mmu_next_root(kvm, NO_ROOT, false);
    root !== NO_ROOT;
    root = yield* tdp_mmu_next_root(kvm, root, false)
  )
    yield* tdp_mmu_zap_root(kvm, root, false);
  yield* write_unlock(kvm);
}

/**
 * From here on no notifier comes, and those that run have been waited for. (The kernel waits for callbacks, not for the end of an
 * invalidation that has begun; an end that is never called touches no page table.)
 */
function* mmu_notifier_unregister(kvm: Kvm): Op {
  yield () => kvm.mn_active_invalidate_count === 0;
  kvm.notifier_unregistered = 1;
}

/** kvm_mmu_uninit_tdp_mmu(): drops the references that the TDP MMU itself has, and waits until all is freed. */
export function* kvm_mmu_uninit_vm(kvm: Kvm): Op {
  yield* write_lock(kvm);
  yield* kvm_tdp_mmu_invalidate_all_roots(kvm);
  yield* write_unlock(kvm);
  yield* kvm_tdp_mmu_zap_invalidated_roots(kvm);
  yield* rcu_barrier(kvm);
  for (let table = 0; table < kvm.config.tables; table++)
    assert(kvm.pt[table].state === 'free', 'P4', 'a page table outlives its VM');
}

/** All callbacks have run: here they run when the last reader leaves. */
function* rcu_barrier(kvm: Kvm): Op {
  yield () => has_no_reader(kvm);
}

function has_no_reader(kvm: Kvm): boolean {
  for (let p = 0; p < kvm.config.processes; p++) if (kvm.rcu_reader[p]) return false;
  return true;
}
