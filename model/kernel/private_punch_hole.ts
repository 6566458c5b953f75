/**
 * guest_memfd gives private memory back: kvm_gmem_punch_hole() in virt/kvm/guest_memfd.c as it is since 6.8, for a file
 * that one VM uses. (The form that splits huge pages first, of later proposals, is in guest_memfd.ts.)
 *
 * Faults take none of the locks here. They hold the folio's while they look it up, and may come at any time: what they
 * found before the hole is void by the range while it is being made, and by the sequence count afterwards.
 */
import type { Op } from 'mmucheck/language';
import { promise_flushed } from '../hardware/ept.js';
import { huge_index } from '../hardware/tlb.js';
import type { Gfn, GfnEnd, Kvm } from '../state.js';
import { write_lock, write_unlock } from './locks.js';
import { kvm_mmu_invalidate_begin, kvm_mmu_invalidate_end } from './mmu_notifier.js';
import { kvm_flush_remote_tlbs } from './requests.js';
import { kvm_tdp_mmu_unmap_gfn_range } from './tdp_mmu/zap.js';

/**
 * Frees the folios behind [start, end). The file's invalidate lock, held throughout, keeps other holes out: nobody else
 * takes it here.
 */
export function* kvm_gmem_punch_hole(kvm: Kvm, start: Gfn, end: GfnEnd): Op {
  yield* kvm_gmem_invalidate_begin(kvm, start, end);
  yield* truncate_inode_pages_range(kvm, start, end);
  yield* kvm_gmem_invalidate_end(kvm);
}

function* kvm_gmem_invalidate_begin(kvm: Kvm, start: Gfn, end: GfnEnd): Op {
  yield* write_lock(kvm);
  yield* kvm_mmu_invalidate_begin(kvm, start, end);
  const flush = yield* kvm_tdp_mmu_unmap_gfn_range(kvm, start, end, true, false);
  if (flush) yield* kvm_flush_remote_tlbs(kvm);
  yield* write_unlock(kvm);
  promise_flushed(kvm);
}

/**
 * The frames belong to somebody else from here on, one folio after the other. Who looks the gfn up next allocates a
 * new folio: that is frame `gfn`, as if it were there already, because nobody can tell when it was allocated. A huge
 * folio that is freed in part is split first.
 */
function* truncate_inode_pages_range(kvm: Kvm, start: Gfn, end: GfnEnd): Op {
  for (let gfn = start; gfn < end; gfn++) {
    yield;
    kvm.private_memory.gmem_huge[huge_index(kvm, gfn)] = false;
    const frame: number = gfn;
    kvm.private_memory.gmem_pfn[gfn] = frame;
  }
}

function* kvm_gmem_invalidate_end(kvm: Kvm): Op {
  yield* write_lock(kvm);
  yield* kvm_mmu_invalidate_end(kvm);
  yield* write_unlock(kvm);
}
