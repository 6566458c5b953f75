/**
 * What a fault asks about write tracking: arch/x86/kvm/mmu/mmu.c. The operations that begin and end it are in
 * page_track.ts.
 */
import { assert, type Op } from 'mmucheck/language';
import type { Gfn, Kvm } from '../state.js';
import type { Fault } from './fault.js';

export function kvm_gfn_is_write_tracked(kvm: Kvm, gfn: Gfn): boolean {
  return kvm.tracking.gfn_write_track[gfn] > 0;
}

/** The first test of a fault: a write to a present translation of a tracked gfn is emulated. No lock. */
export function* page_fault_handle_page_track(kvm: Kvm, fault: Fault): Op<boolean> {
  if (!fault.present || !fault.write) return false;
  yield;
  return kvm_gfn_is_write_tracked(kvm, fault.gfn);
}

/**
 * Before a fault makes `gfn` writable, under mmu_lock: whether it must not, because the gfn is tracked. A 4K-level
 * shadow page becomes unsync first, so that whoever sees W set sees that too.
 */
export function* mmu_try_to_unsync_pages(kvm: Kvm, gfn: Gfn, prefetch: boolean): Op<boolean> {
  if (kvm_gfn_is_write_tracked(kvm, gfn)) return true;
  if (kvm.tracking.shadow_page[gfn] !== 'sync') return false;
  if (prefetch) return true;
  yield* kvm_unsync_page(kvm, gfn);
  return false;
}

/** Under mmu_unsync_pages_lock. From here on all vCPUs may write the gfn. */
function* kvm_unsync_page(kvm: Kvm, gfn: Gfn): Op {
  yield;
  assert(!kvm_gfn_is_write_tracked(kvm, gfn), 'P2', 'a shadow page of a write-tracked gfn becomes unsync');
  kvm.tracking.shadow_page[gfn] = 'unsync';
  kvm.ghost.write_tracked[gfn] = false;
}
