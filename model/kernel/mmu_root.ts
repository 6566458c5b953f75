/** Which root a vCPU runs on: arch/x86/kvm/mmu/mmu.c. */
import type { Op } from 'mmucheck/language';
import { V6_15, V6_9 } from '../config.js';
import { invept_single_context } from '../hardware/tlb.js';
import { type Kvm, NO_ROOT, type VcpuId } from '../state.js';
import { might_sleep } from './lockdep.js';
import { read_lock, read_unlock, write_lock, write_unlock } from './locks.js';
import { free_obsolete_root_of_other_level } from './nested.js';
import { is_obsolete_root, kvm_tdp_mmu_alloc_root, kvm_tdp_mmu_put_root } from './tdp_mmu/roots.js';

/** Answers KVM_REQ_MMU_FREE_OBSOLETE_ROOTS. The vCPU's own root is read without mmu_lock: invalid stays invalid. */
export function* kvm_mmu_free_obsolete_roots(kvm: Kvm, vcpu: VcpuId): Op {
  yield;
  if (has_root(kvm, vcpu) && is_obsolete_root(kvm, kvm.vcpus[vcpu].root))
    yield* kvm_mmu_free_roots(kvm, vcpu);
  if (kvm.config.nested) yield* free_obsolete_root_of_other_level(kvm, vcpu);
}

function has_root(kvm: Kvm, vcpu: VcpuId): boolean {
  return kvm.vcpus[vcpu].root !== NO_ROOT;
}

/** Gives the vCPU's root back. (mmu_lock is held for read from 6.9 on, as a root of the TDP MMU asks no more.) */
export function* kvm_mmu_free_roots(kvm: Kvm, vcpu: VcpuId): Op {
  const shared = kvm.config.kernel >= V6_9;
  if (shared) yield* read_lock(kvm);
  else yield* write_lock(kvm);
  const root: number = kvm.vcpus[vcpu].root;
  yield* kvm_tdp_mmu_put_root(kvm, root);
  kvm.vcpus[vcpu].root = NO_ROOT;
  if (shared) yield* read_unlock(kvm);
  else yield* write_unlock(kvm);
}

export function* kvm_check_request_free_obsolete_roots(kvm: Kvm, vcpu: VcpuId): Op<boolean> {
  yield;
  const requested = kvm.roots.request_free_obsolete_roots[vcpu];
  kvm.roots.request_free_obsolete_roots[vcpu] = false;
  acknowledge_at_once(kvm, vcpu);
  return requested;
}

/** Where no handler does. */
function acknowledge_at_once(kvm: Kvm, vcpu: VcpuId): void {
  if (kvm.config.flush === 'atomic') kvm.vcpus[vcpu].ipi = false;
}

/** From 6.15 on for callers also that do not answer requests before. */
export function* kvm_mmu_reload(kvm: Kvm, vcpu: VcpuId): Op {
  if (kvm.config.kernel >= V6_15 && (yield* kvm_check_request_free_obsolete_roots(kvm, vcpu)))
    yield* kvm_mmu_free_obsolete_roots(kvm, vcpu);
  if (has_root(kvm, vcpu)) return;
  yield* kvm_mmu_load(kvm, vcpu);
}

/**
 * Takes a root and flushes what is tagged with it: the page may have been another root before, whose tables were freed
 * without a flush. (It begins with mmu_topup_memory_caches(), whose allocations may sleep.)
 */
export function* kvm_mmu_load(kvm: Kvm, vcpu: VcpuId): Op {
  might_sleep(kvm.vcpus[vcpu]);
  yield* kvm_tdp_mmu_alloc_root(kvm, vcpu);
  yield* kvm_vcpu_flush_tlb_current(kvm, vcpu);
}

/** INVEPT, single context. */
function* kvm_vcpu_flush_tlb_current(kvm: Kvm, vcpu: VcpuId): Op {
  yield;
  invept_single_context(kvm, vcpu);
}
