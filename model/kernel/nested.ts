/**
 * A vCPU that goes between L1 and L2: arch/x86/kvm/vmx/nested.c, as far as it concerns the TDP MMU. L1 has no EPT of its own, so
 * both run on roots of this MMU, which differ in role.guest_mode; each is kept while the other runs.
 *
 * Going from one to the other flushes nothing that is tagged with an EPT root: translations of the other root stay in
 * the TLB and are used again when it is. (What L1 asks to have flushed for L2 are linear mappings.)
 */
import type { Op } from 'mmucheck/language';
import { V6_9 } from '../config.js';
import { type Kvm, type MaybeRoot, NO_ROOT, type VcpuId } from '../state.js';
import { read_lock, read_unlock, write_lock, write_unlock } from './locks.js';
import { is_obsolete_root, kvm_tdp_mmu_put_root } from './tdp_mmu/roots.js';

/** VMRESUME of L1, or an exit from L2 that is L1's: the vCPU's own state only. The root is loaded before the entry, if there is none. */
export function* nested_vmx_transition(kvm: Kvm, vcpu: VcpuId): Op {
  yield;
  const root: number = kvm.vcpus[vcpu].root;
  const other: number = kvm.roots.other_level[vcpu];
  kvm.vcpus[vcpu].root = other;
  kvm.roots.other_level[vcpu] = root;
  kvm.roots.guest_mode[vcpu] = !kvm.roots.guest_mode[vcpu];
}

/** The second half of kvm_mmu_free_obsolete_roots(). */
export function* free_obsolete_root_of_other_level(kvm: Kvm, vcpu: VcpuId): Op {
  const root: MaybeRoot = kvm.roots.other_level[vcpu];
  if (root === NO_ROOT || !is_obsolete_root(kvm, root)) return;
  const shared = kvm.config.kernel >= V6_9;
  if (shared) yield* read_lock(kvm);
  else yield* write_lock(kvm);
  yield* kvm_tdp_mmu_put_root(kvm, root);
  kvm.roots.other_level[vcpu] = NO_ROOT;
  if (shared) yield* read_unlock(kvm);
  else yield* write_unlock(kvm);
}
