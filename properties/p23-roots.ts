/**
 * P23: a vCPU in the guest runs on a root of its role (for L2 on one of L2, say), and on a valid one unless somebody is about to tell it: roots are
 * invalidated and vCPUs made to drop them in one critical section of mmu_lock (kvm_mmu_zap_all_fast()). Of one role there is one
 * valid root: a page that is zapped, or a slot, in one of two would live on in the other for whoever takes that one for the only one. And
 * whoever has a root, on either level, or the TDP MMU itself as long as it is valid, holds a reference to it.
 */
import { property } from 'mmucheck/language';
import { role_of } from '../model/kernel/tdp_mmu/roots.js';
import { type Kvm, NO_ROOT } from '../model/state.js';

export function every_vcpu_runs_on_a_root_of_its_role(kvm: Kvm): boolean {
  for (let v = 0; v < kvm.config.rootVcpus; v++)
    if (kvm.vcpus[v].in_guest && kvm.vcpus[v].root !== NO_ROOT) {
      const root: number = kvm.vcpus[v].root;
      if (kvm.roots.role[root] !== role_of(kvm, v)) return false;
      if (kvm.roots.invalid[root] && kvm.mmu_lock.writer < 0) return false;
    }
  return true;
}

export function every_role_has_one_valid_root(kvm: Kvm): boolean {
  for (let left = 0; left < kvm.config.rootPages; left++)
    for (let right = 0; right < left; right++)
      if (is_valid(kvm, left) && is_valid(kvm, right) && kvm.roots.role[left] === kvm.roots.role[right])
        return false;
  return true;
}

function is_valid(kvm: Kvm, root: number): boolean {
  return kvm.pt[root].state === 'linked' && !kvm.roots.invalid[root];
}

/** Walks hold references of their own, so there may be more. Who is about to take or give back a root has mmu_lock. */
export function every_root_in_use_is_held(kvm: Kvm): boolean {
  for (let root = 0; root < kvm.config.rootPages; root++) {
    let holders = is_valid(kvm, root) ? 1 : 0;
    for (let v = 0; v < kvm.config.rootVcpus; v++)
      if (
        !kvm.mmu_lock.readers[kvm.config.hostThreads + v] &&
        kvm.mmu_lock.writer !== kvm.config.hostThreads + v
      ) {
        if (kvm.vcpus[v].root === root) holders = holders + 1;
        if (kvm.config.nested && kvm.roots.other_level[v] === root) holders = holders + 1;
      }
    if (kvm.roots.count[root] < holders) return false;
  }
  return true;
}

export function roots_are_those_of_their_vcpus(kvm: Kvm): boolean {
  return (
    every_vcpu_runs_on_a_root_of_its_role(kvm) &&
    every_role_has_one_valid_root(kvm) &&
    every_root_in_use_is_held(kvm)
  );
}

export const P23 = property({
  id: 'P23',
  title: 'roots are those of their vCPUs',
  invariant: roots_are_those_of_their_vcpus,
});
