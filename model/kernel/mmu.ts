/** The page fault handler: arch/x86/kvm/mmu/mmu.c. */
import { choose, type Op } from 'mmucheck/language';
import { V6_9 } from '../config.js';
import { type Kvm, type Level, PG_LEVEL_4K, type Spte, type SptePtr, type VcpuId } from '../state.js';
import { is_access_track_spte, restore_acc_track_spte } from './access_track.js';
import { x86_emulate_instruction } from './emulate.js';
import type { Fault, RetPf } from './fault.js';
import { rcu_read_lock, rcu_read_unlock, read_lock, read_unlock } from './locks.js';
import { mark_page_dirty_in_slot } from './memslot.js';
import { SLOT_INVALID, SLOT_NONE } from './slot_state.js';
import { kvm_gmem_get_pfn, kvm_mem_is_private } from './private_memory.js';
import { is_access_allowed, is_last_spte, is_shadow_present_pte, SPTE_INDEX } from './spte.js';
import { kvm_tdp_mmu_read_spte } from './tdp_iter.js';
import { kvm_tdp_mmu_map } from './tdp_mmu/map.js';
import { is_obsolete_root } from './tdp_mmu/roots.js';
import { try_cmpxchg64 } from './tdp_mmu/set_spte.js';
import { page_fault_handle_page_track } from './unsync.js';

/** Attempts of the fast path before it gives up; the kernel's bound, 4, changes nothing but the number of rounds. */
const FAST_PAGE_FAULT_RETRIES = 1;

/** The exit handler's way in. Whatever comes out, the guest runs again and the access repeats if it still faults. */
export function* kvm_mmu_page_fault(kvm: Kvm, vcpu: VcpuId, fault: Fault): Op {
  if (kvm.config.memoryAttributes) fault.is_private = yield* kvm_mem_is_private(kvm, fault.gfn);
  const r = yield* kvm_mmu_do_page_fault(kvm, vcpu, fault);
  if (kvm.config.writeTracking && r === 'EMULATE') yield* x86_emulate_instruction(kvm, fault);
}

export function* kvm_mmu_do_page_fault(kvm: Kvm, vcpu: VcpuId, fault: Fault): Op<RetPf> {
  fault.huge_page_disallowed = fault.exec && kvm.config.nxHugePages;
  fault.req_level = PG_LEVEL_4K;
  fault.goal_level = PG_LEVEL_4K;
  yield* kvm_lookup_slot(kvm, fault);
  return yield* kvm_tdp_mmu_page_fault(kvm, vcpu, fault);
}

export function* kvm_tdp_mmu_page_fault(kvm: Kvm, vcpu: VcpuId, fault: Fault): Op<RetPf> {
  if (kvm.config.writeTracking && (yield* page_fault_handle_page_track(kvm, fault))) return 'EMULATE';
  const fast = yield* fast_page_fault(kvm, vcpu, fault);
  if (fast !== 'INVALID') return fast;
  if (mmu_topup_memory_caches_fails(kvm)) return 'ENOMEM';
  let r: RetPf = yield* kvm_faultin_pfn(kvm, fault);
  if (r !== 'CONTINUE') return r;

  r = 'RETRY';
  yield* read_lock(kvm);
  if (!(yield* is_page_fault_stale(kvm, vcpu, fault))) r = yield* kvm_tdp_mmu_map(kvm, vcpu, fault);
  yield* read_unlock(kvm);
  return r;
}

/** fault->slot: the copy of the memslot that SRCU keeps for this fault, with its flags. */
export function* kvm_lookup_slot(kvm: Kvm, fault: Fault): Op {
  yield;
  fault.slot_dirty_logging = kvm.memslot.dirty_logging;
  if (kvm.config.slotDeletion) {
    const state: number = kvm.slot_state[0];
    fault.slot_state = state;
  }
}

/** A write fault on a present translation; without A/D bits also any fault on a hole, which access tracking leaves. */
function page_fault_can_be_fast(kvm: Kvm, fault: Fault): boolean {
  if (!fault.present) return !kvm.config.adBits;
  return fault.write;
}

/** The page tables for this fault are allocated before mmu_lock is taken. */
function mmu_topup_memory_caches_fails(kvm: Kvm): boolean {
  return kvm.config.faultErrors && choose(false, true);
}

/** Widens a leaf without mmu_lock, inside RCU only. */
export function* fast_page_fault(kvm: Kvm, vcpu: VcpuId, fault: Fault): Op<RetPf> {
  if (kvm.config.memoryAttributes && (yield* kvm_mem_is_private(kvm, fault.gfn)) !== fault.is_private)
    return 'INVALID';
  if (!page_fault_can_be_fast(kvm, fault)) return 'INVALID';
  let ret: RetPf = 'INVALID';
  rcu_read_lock(kvm);
  for (let attempt = 0; attempt <= FAST_PAGE_FAULT_RETRIES; attempt++) {
    // kvm_tdp_mmu_fast_pf_get_last_sptep(): one read per level.
    let level: Level = kvm.config.levels;
    let sptep: SptePtr = { table: kvm.vcpus[vcpu].root, index: SPTE_INDEX(kvm, fault.gfn, level) };
    let spte = yield* kvm_tdp_mmu_read_spte(kvm, sptep);
    for (let below = kvm.config.levels - 1; below >= PG_LEVEL_4K; below--) {
      if (spte.kind === 'TABLE') {
        sptep = { table: spte.child, index: SPTE_INDEX(kvm, fault.gfn, below) };
        spte = yield* kvm_tdp_mmu_read_spte(kvm, sptep);
        level = below;
      }
    }
    if (!is_shadow_present_pte(spte) || !is_last_spte(spte, level)) break;
    if (is_access_allowed(kvm, fault, spte)) {
      ret = 'SPURIOUS';
      break;
    }
    let new_spte = spte;
    if (is_access_track_spte(kvm, spte)) new_spte = restore_acc_track_spte(new_spte);
    if (fault.write && spte.mmu_writable) {
      new_spte = { ...new_spte, writable: true };
      // A huge page of a slot that logs must be split first.
      if (level > PG_LEVEL_4K && fault.slot_dirty_logging) break;
    }
    if (!is_access_allowed(kvm, fault, new_spte)) break;
    if (yield* fast_pf_fix_direct_spte(kvm, vcpu, fault, sptep, spte, new_spte)) {
      ret = 'FIXED';
      break;
    }
  }
  rcu_read_unlock(kvm);
  return ret;
}

/** W first, the dirty bit second: see the order's argument in the scenario of M5. */
export function* fast_pf_fix_direct_spte(
  kvm: Kvm,
  vcpu: VcpuId,
  fault: Fault,
  sptep: SptePtr,
  old_spte: Spte,
  new_spte: Spte,
): Op<boolean> {
  if (!(yield* try_cmpxchg64(kvm, sptep, old_spte, new_spte))) return false;
  if (new_spte.writable && !old_spte.writable && fault.slot_dirty_logging) {
    kvm.vcpus[vcpu].marking = fault.gfn;
    yield* mark_page_dirty_in_slot(kvm, fault.gfn);
    kvm.vcpus[vcpu].marking = -1;
  }
  return true;
}

/**
 * Samples the sequence count, then resolves the frame through the host's page tables. From 6.9 on it looks for
 * invalidations before and after that, only to save what would be void: the test that counts comes under mmu_lock.
 */
export function* kvm_faultin_pfn(kvm: Kvm, fault: Fault): Op<RetPf> {
  yield;
  const seq: number = kvm.mmu_invalidate_seq;
  fault.mmu_seq = seq;
  // A change of the attribute from here on changes the sequence count.
  if (kvm.config.memoryAttributes && (yield* kvm_mem_is_private(kvm, fault.gfn)) !== fault.is_private)
    return 'EFAULT';
  // A slot on its way out: what is mapped goes first, and what comes next is another fault's.
  if (kvm.config.slotDeletion && fault.slot_state === SLOT_INVALID) return 'RETRY';
  // kvm_handle_noslot_fault(), as without caching of MMIO in page tables: an entry that only says so is not made.
  if (kvm.config.slotDeletion && fault.slot_state === SLOT_NONE) return 'EMULATE';
  if (kvm.config.kernel >= V6_9 && (yield* mmu_invalidate_retry_gfn_unsafe(kvm, fault))) return 'RETRY';
  if (kvm.config.memoryAttributes && fault.is_private) yield* kvm_gmem_get_pfn(kvm, fault);
  else if (!(yield* hva_to_pfn(kvm, fault))) return 'EFAULT';
  if (kvm.config.kernel >= V6_9 && (yield* mmu_invalidate_retry_gfn_unsafe(kvm, fault))) return 'RETRY';
  return 'CONTINUE';
}

/**
 * Fails if the host has no page there or will not let KVM write to it. Other ways to fail (a signal, a page that is
 * still being read in) differ in what userspace is told, and a page with a machine check in who is killed.
 */
function* hva_to_pfn(kvm: Kvm, fault: Fault): Op<boolean> {
  yield;
  if (kvm.config.faultErrors && ((fault.write && !kvm.host.writable[fault.gfn]) || choose(false, true)))
    return false;
  fault.pfn = kvm.host.pfn[fault.gfn];
  fault.map_writable = kvm.host.writable[fault.gfn];
  return true;
}

/** Without mmu_lock, so two reads. */
function* mmu_invalidate_retry_gfn_unsafe(kvm: Kvm, fault: Fault): Op<boolean> {
  yield;
  if (is_gfn_in_invalidation(kvm, fault.gfn)) return true;
  yield;
  return kvm.mmu_invalidate_seq !== fault.mmu_seq;
}

/**
 * Whether the vCPU's root is to go, or an invalidation has made the resolved frame doubtful. mmu_lock makes the reads
 * one step.
 */
export function* is_page_fault_stale(kvm: Kvm, vcpu: VcpuId, fault: Fault): Op<boolean> {
  yield;
  if (is_obsolete_root(kvm, kvm.vcpus[vcpu].root)) return true;
  return mmu_invalidate_retry_gfn(kvm, fault.mmu_seq, fault.gfn);
}

function mmu_invalidate_retry_gfn(kvm: Kvm, mmu_seq: number, gfn: number): boolean {
  if (is_gfn_in_invalidation(kvm, gfn)) return true;
  return kvm.mmu_invalidate_seq !== mmu_seq;
}

function is_gfn_in_invalidation(kvm: Kvm, gfn: number): boolean {
  return (
    kvm.mmu_invalidate_in_progress > 0 &&
    gfn >= kvm.mmu_invalidate_range_start &&
    gfn < kvm.mmu_invalidate_range_end
  );
}
