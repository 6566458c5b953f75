/** The page fault handler: arch/x86/kvm/mmu/mmu.c. */
import { choose, type Op } from 'mmucheck/language';
import { V6_18, V6_8 } from '../config.js';
import { type Kvm, type Level, PG_LEVEL_4K, type Spte, type SptePtr, type VcpuId } from '../state.js';
import { is_access_track_spte, restore_acc_track_spte } from './access_track.js';
import { x86_emulate_instruction } from './emulate.js';
import type { Fault, RetPf } from './fault.js';
import { lockdep_assert_in_srcu } from './lockdep.js';
import { rcu_read_lock, rcu_read_unlock, read_lock, read_unlock } from './locks.js';
import { mark_page_dirty_in_slot } from './memslot.js';
import { assert_slot_exists, gfn_to_userspace_page, kvm_vcpu_gfn_to_memslot } from './memslots.js';
import { emulator_read_write_onepage, handle_mmio_page_fault, vcpu_cache_mmio_info } from './mmio.js';
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
  let r: RetPf = 'INVALID';
  if (kvm.config.mmioGenerations > 0 && fault.rsvd === 1)
    r = yield* handle_mmio_page_fault(kvm, vcpu, fault.gfn);
  if (r === 'INVALID') r = yield* kvm_mmu_do_page_fault(kvm, vcpu, fault);
  if (kvm.config.mmioGenerations > 0) fault.rsvd = 0;
  if (kvm.config.mmioGenerations > 0 && r === 'EMULATE') yield* emulator_read_write_onepage(kvm, vcpu, fault);
  if (kvm.config.writeTracking && r === 'EMULATE') yield* x86_emulate_instruction(kvm, vcpu, fault);
}

/** The exit of an access that came to an MMIO entry. It says nothing of the access but where it went. */
export function* handle_ept_misconfig(kvm: Kvm, vcpu: VcpuId, fault: Fault): Op {
  fault.write = false;
  fault.exec = false;
  fault.present = false;
  fault.rsvd = 1;
  yield* kvm_mmu_page_fault(kvm, vcpu, fault);
}

export function* kvm_mmu_do_page_fault(kvm: Kvm, vcpu: VcpuId, fault: Fault): Op<RetPf> {
  fault.huge_page_disallowed = fault.exec && kvm.config.nxHugePages;
  fault.req_level = PG_LEVEL_4K;
  fault.goal_level = PG_LEVEL_4K;
  if (kvm.config.memslots > 0) {
    fault.slot = yield* kvm_vcpu_gfn_to_memslot(kvm, vcpu, fault.gfn);
    fault.slot_dirty_logging = kvm.memslot.dirty_logging;
  } else yield* kvm_lookup_slot(kvm, fault);
  return yield* kvm_tdp_mmu_page_fault(kvm, vcpu, fault);
}

export function* kvm_tdp_mmu_page_fault(kvm: Kvm, vcpu: VcpuId, fault: Fault): Op<RetPf> {
  if (kvm.config.writeTracking && (yield* page_fault_handle_page_track(kvm, fault))) return 'EMULATE';
  const fast = yield* fast_page_fault(kvm, vcpu, fault);
  if (fast !== 'INVALID') return fast;
  if (mmu_topup_memory_caches_fails(kvm)) return 'ENOMEM';
  let r: RetPf = yield* kvm_faultin_pfn(kvm, vcpu, fault);
  if (r !== 'CONTINUE') return r;

  r = 'RETRY';
  yield* read_lock(kvm);
  if (!(yield* is_page_fault_stale(kvm, vcpu, fault))) r = yield* kvm_tdp_mmu_map(kvm, vcpu, fault);
  yield* read_unlock(kvm);
  return r;
}

/** fault->slot: the copy of the memslot that SRCU keeps for this fault, with its flags. (The one that is there for ever.) */
export function* kvm_lookup_slot(kvm: Kvm, fault: Fault): Op {
  yield;
  lockdep_assert_in_srcu(kvm);
  fault.slot_dirty_logging = kvm.memslot.dirty_logging;
}

/** A write fault on a present translation; without A/D bits also any fault on a hole, which access tracking leaves. */
function page_fault_can_be_fast(kvm: Kvm, fault: Fault): boolean {
  if (fault.rsvd === 1) return false;
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
    if (kvm.config.memslots > 0) assert_slot_exists(kvm, fault.slot);
    yield* mark_page_dirty_in_slot(kvm, fault.gfn);
    kvm.vcpus[vcpu].marking = -1;
  }
  return true;
}

/**
 * Samples the sequence count, then resolves the frame through the host's page tables. From 6.8 on it looks for
 * invalidations before and after that, only to save what would be void: the test that counts comes under mmu_lock.
 */
export function* kvm_faultin_pfn(kvm: Kvm, vcpu: VcpuId, fault: Fault): Op<RetPf> {
  yield;
  const seq: number = kvm.mmu_invalidate_seq;
  fault.mmu_seq = seq;
  // A change of the attribute from here on changes the sequence count.
  if (kvm.config.memoryAttributes && (yield* kvm_mem_is_private(kvm, fault.gfn)) !== fault.is_private)
    return 'EFAULT';
  if (kvm.config.memslots > 0 && fault.slot < 0) return yield* kvm_handle_noslot_fault(kvm, vcpu, fault);
  if (kvm.config.memslots > 0 && is_slot_invalid(kvm, fault)) return retry_invalid_slot(kvm, fault);
  if (kvm.config.kernel >= V6_8 && (yield* mmu_invalidate_retry_gfn_unsafe(kvm, fault))) return 'RETRY';
  if (kvm.config.memoryAttributes && fault.is_private) yield* kvm_gmem_get_pfn(kvm, fault);
  else if (!(yield* hva_to_pfn(kvm, fault))) return 'EFAULT';
  if (kvm.config.kernel >= V6_8 && (yield* mmu_invalidate_retry_gfn_unsafe(kvm, fault))) return 'RETRY';
  return 'CONTINUE';
}

/** There is nothing to map but, with caching of MMIO, an entry that says so. */
function* kvm_handle_noslot_fault(kvm: Kvm, vcpu: VcpuId, fault: Fault): Op<RetPf> {
  if (kvm.config.mmioGenerations === 0) return 'EMULATE';
  yield* vcpu_cache_mmio_info(kvm, vcpu, fault.gfn);
  return 'CONTINUE';
}

function is_slot_invalid(kvm: Kvm, fault: Fault): boolean {
  assert_slot_exists(kvm, fault.slot);
  return kvm.memslots.slot[fault.slot].invalid;
}

/**
 * A slot on its way out: what is mapped goes first, and what comes next is another fault's. A prefault, which tries again
 * without leaving SRCU, would keep the slot for ever; from 6.18 on it leaves.
 */
function retry_invalid_slot(kvm: Kvm, fault: Fault): RetPf {
  return kvm.config.kernel >= V6_18 && fault.prefetch === 1 ? 'EAGAIN' : 'RETRY';
}

/**
 * Fails if the host has no page there or will not let KVM write to it. Other ways to fail (a signal, a page that is
 * still being read in) differ in what userspace is told, and a page with a machine check in who is killed.
 */
function* hva_to_pfn(kvm: Kvm, fault: Fault): Op<boolean> {
  yield;
  const page = kvm.config.memslots > 0 ? gfn_to_userspace_page(kvm, fault.slot, fault.gfn) : fault.gfn;
  if (kvm.config.faultErrors && ((fault.write && !kvm.host.writable[page]) || choose(false, true)))
    return false;
  fault.pfn = kvm.host.pfn[page];
  fault.map_writable = kvm.host.writable[page];
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
  // No notifier has anything to say of a gfn without memory.
  if (kvm.config.memslots > 0 && fault.slot < 0) return false;
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
