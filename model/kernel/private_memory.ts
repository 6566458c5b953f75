/**
 * Private and shared memory, as a fault and a property see it: virt/kvm/kvm_main.c and virt/kvm/guest_memfd.c.
 *
 * The VM is a software-protected one: a fault is private if the gfn's attribute says so when the fault begins. Shared
 * gfns are backed by the host's pages; private ones by guest_memfd, frame `g + gfns` for gfn `g` at first. Nothing
 * else uses those frames: a scenario with private memory does not move the host's pages.
 */
import type { Op } from 'mmucheck/language';
import { huge_index } from '../hardware/tlb.js';
import { type Gfn, type Kvm, type Pfn, PG_LEVEL_2M, PG_LEVEL_4K } from '../state.js';
import type { Fault } from './fault.js';
import { is_frame_of_slot } from './memslots.js';

/** One lookup in the xarray, under RCU at most. */
export function* kvm_mem_is_private(kvm: Kvm, gfn: Gfn): Op<boolean> {
  yield;
  return kvm.private_memory.attributes[gfn];
}

/** With the folio locked, which keeps it from being truncated meanwhile. Private memory is always writable. */
export function* kvm_gmem_get_pfn(kvm: Kvm, fault: Fault): Op {
  yield;
  fault.pfn = kvm.private_memory.gmem_pfn[fault.gfn];
  fault.max_level = kvm.private_memory.gmem_huge[huge_index(kvm, fault.gfn)] ? PG_LEVEL_2M : PG_LEVEL_4K;
  fault.map_writable = true;
}

/** Whether the frame belongs to the gfn, for properties: who else may use it is what P1 and P16 are about. */
export function is_designated(kvm: Kvm, gfn: Gfn, frame: number): boolean {
  if (kvm.config.memslots > 0) return is_frame_of_slot(kvm, gfn, frame);
  return frame === designated_pfn(kvm, gfn);
}

function designated_pfn(kvm: Kvm, gfn: Gfn): Pfn {
  if (kvm.config.memoryAttributes && kvm.private_memory.attributes[gfn])
    return kvm.private_memory.gmem_pfn[gfn];
  return kvm.host.pfn[gfn];
}
