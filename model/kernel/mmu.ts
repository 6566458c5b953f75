/** The page fault handler: arch/x86/kvm/mmu/mmu.c. */
import type { Op } from 'mmucheck/language';
import { type Kvm, type Level, PG_LEVEL_4K, ROOT, type Spte, type SptePtr, type VcpuId } from '../state.js';
import type { Fault, RetPf } from './fault.js';
import { rcu_read_lock, rcu_read_unlock, read_lock, read_unlock } from './locks.js';
import { mark_page_dirty_in_slot } from './memslot.js';
import { is_last_spte, is_shadow_present_pte, SPTE_INDEX } from './spte.js';
import { kvm_tdp_mmu_read_spte } from './tdp_iter.js';
import { kvm_tdp_mmu_map } from './tdp_mmu/map.js';
import { try_cmpxchg64 } from './tdp_mmu/set_spte.js';
/** Attempts of the fast path before it gives up; the kernel's bound, 4, changes nothing but the number of rounds. */
const FAST_PAGE_FAULT_RETRIES = 1;

/** Handles the fault; whatever it returns, the guest runs again and the access repeats if it still faults. */
export function* kvm_mmu_do_page_fault(kvm: Kvm, vcpu: VcpuId, fault: Fault): Op {
  fault.huge_page_disallowed = fault.exec && kvm.config.nxHugePages;
  fault.req_level = PG_LEVEL_4K;
  fault.goal_level = PG_LEVEL_4K;
  yield* kvm_lookup_slot(kvm, fault);
  yield* kvm_tdp_mmu_page_fault(kvm, vcpu, fault);
}

export function* kvm_tdp_mmu_page_fault(kvm: Kvm, vcpu: VcpuId, fault: Fault): Op<RetPf> {
  const fast = yield* fast_page_fault(kvm, vcpu, fault);
  if (fast !== 'INVALID') return fast;
  yield* kvm_faultin_pfn(kvm, fault);

  let r: RetPf = 'RETRY';
  yield* read_lock(kvm);
  if (!(yield* is_page_fault_stale(kvm, fault))) r = yield* kvm_tdp_mmu_map(kvm, fault);
  yield* read_unlock(kvm);
  return r;
}

/** fault->slot: the copy of the memslot that SRCU keeps for this fault, with its flags. */
function* kvm_lookup_slot(kvm: Kvm, fault: Fault): Op {
  yield;
  fault.slot_dirty_logging = kvm.memslot.dirty_logging;
}

/** With A/D bits on, only a write fault on a present translation. */
function page_fault_can_be_fast(fault: Fault): boolean {
  return fault.present && fault.write;
}

function is_access_allowed(fault: Fault, spte: Spte): boolean {
  if (fault.exec) return spte.executable;
  if (fault.write) return spte.writable;
  return true;
}

/** Widens a leaf without mmu_lock, inside RCU only. */
export function* fast_page_fault(kvm: Kvm, vcpu: VcpuId, fault: Fault): Op<RetPf> {
  if (!page_fault_can_be_fast(fault)) return 'INVALID';
  let ret: RetPf = 'INVALID';
  rcu_read_lock(kvm);
  for (let attempt = 0; attempt <= FAST_PAGE_FAULT_RETRIES; attempt++) {
    // kvm_tdp_mmu_fast_pf_get_last_sptep(): one read per level.
    let level: Level = kvm.config.levels;
    let sptep: SptePtr = { table: ROOT, index: SPTE_INDEX(kvm, fault.gfn, level) };
    let spte = yield* kvm_tdp_mmu_read_spte(kvm, sptep);
    for (let below = kvm.config.levels - 1; below >= PG_LEVEL_4K; below--) {
      if (spte.kind === 'TABLE') {
        sptep = { table: spte.child, index: SPTE_INDEX(kvm, fault.gfn, below) };
        spte = yield* kvm_tdp_mmu_read_spte(kvm, sptep);
        level = below;
      }
    }
    if (!is_shadow_present_pte(spte) || !is_last_spte(spte, level)) break;
    if (is_access_allowed(fault, spte)) {
      ret = 'SPURIOUS';
      break;
    }
    let new_spte = spte;
    if (fault.write && spte.mmu_writable) {
      new_spte = { ...new_spte, writable: true };
      // A huge page of a slot that logs must be split first.
      if (level > PG_LEVEL_4K && fault.slot_dirty_logging) break;
    }
    if (!is_access_allowed(fault, new_spte)) break;
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

/** Samples the sequence count, then resolves the frame through the host's page tables. */
export function* kvm_faultin_pfn(kvm: Kvm, fault: Fault): Op {
  yield;
  const seq: number = kvm.mmu_invalidate_seq;
  fault.mmu_seq = seq;
  yield* hva_to_pfn(kvm, fault);
}

function* hva_to_pfn(kvm: Kvm, fault: Fault): Op {
  yield;
  fault.pfn = kvm.host.pfn[fault.gfn];
  fault.map_writable = kvm.host.writable[fault.gfn];
}

/** Whether an invalidation has made the resolved frame doubtful. mmu_lock makes the two reads one. */
export function* is_page_fault_stale(kvm: Kvm, fault: Fault): Op<boolean> {
  yield;
  return mmu_invalidate_retry_gfn(kvm, fault.mmu_seq, fault.gfn);
}

function mmu_invalidate_retry_gfn(kvm: Kvm, mmu_seq: number, gfn: number): boolean {
  if (
    kvm.mmu_invalidate_in_progress > 0 &&
    gfn >= kvm.mmu_invalidate_range_start &&
    gfn < kvm.mmu_invalidate_range_end
  )
    return true;
  return kvm.mmu_invalidate_seq !== mmu_seq;
}
