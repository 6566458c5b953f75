/**
 * The memslots as vCPUs and notifiers read them: include/linux/kvm_host.h, virt/kvm/kvm_main.c. set_memslot.ts changes
 * them.
 *
 * kvm->memslots points to one of two sets. The other one is changed under slots_lock, takes the place of the first in one
 * step, and the first is changed in the same way when nobody reads it any more: SRCU keeps a set for whoever has its
 * address, and the slots for whoever has found them there. A set is a list by slot id here; the trees by gfn and by hva
 * are ways to search it. There is one address space. The slot that was used last, where a search begins, changes no result.
 */
import { assert, type Below, type Op, type Range, type Vector } from 'mmucheck/language';
import {
  type Backing,
  type Gfn,
  type GfnEnd,
  type Kvm,
  PG_LEVEL_2M,
  PG_LEVEL_4K,
  type VcpuId,
} from '../state.js';
import type { Level } from '../state.js';
import { huge_index } from '../hardware/tlb.js';
import { gfn_round_for_level } from './spte.js';

/** A struct kvm_memory_slot, as an index into the pool of them, or -1. */
export type MaybeSlot = Range<-1, 'lastSlotObject'>;
/** One of the two sets. */
export type MemslotSetId = Range<0, 'lastMemslotSet'>;

/** struct kvm_memory_slot, with what hangs on it: lpage_info and the dirty bitmap go when it goes. */
export interface MemorySlot {
  /** From its allocation to kvm_free_memslot(). */
  allocated: boolean;
  base_gfn: Gfn;
  npages: GfnEnd;
  /** userspace_addr, as the number of the page: an index of the vectors of HostMm. */
  userspace_page: Gfn;
  /** KVM_MEMSLOT_INVALID. */
  invalid: boolean;
}

/** struct kvm_memslots. */
export interface MemslotSet {
  generation: Range<0, 'memslotGenerations'>;
  /** KVM_MEMSLOT_GEN_UPDATE_IN_PROGRESS, a bit of the generation that no MMIO entry has room for. */
  update_in_progress: boolean;
  slot: Vector<MaybeSlot, 'memslots'>;
}

export interface Memslots {
  /** kvm->memslots[0]. */
  active: MemslotSetId;
  set: Vector<MemslotSet, 'memslotSets'>;
  slot: Vector<MemorySlot, 'slotObjects'>;
  /** Ghost: the set that a vCPU searches just now, or -1. */
  searched: Vector<Range<-1, 'lastMemslotSet'>, 'slotVcpus'>;
}

/** What a vCPU remembers of its last access to a gfn without a slot: vcpu->arch.mmio_gfn, -1 for none, and mmio_gen. */
export interface MmioInfo {
  gfn: Range<-1, 'lastGfn'>;
  generation: Range<0, 'memslotGenerations'>;
  update_in_progress: boolean;
}

/** What kvm_vcpu_gfn_to_memslot() finds, by the set that was active when it began: it reads the pointer, then the set. */
export function* kvm_vcpu_gfn_to_memslot(kvm: Kvm, vcpu: VcpuId, gfn: Gfn): Op<MaybeSlot> {
  yield;
  const set: MemslotSetId = kvm.memslots.active;
  begin_to_search(kvm, vcpu, set);
  yield;
  kvm.memslots.searched[vcpu] = -1;
  return search_memslots(kvm, set, gfn);
}

function begin_to_search(kvm: Kvm, vcpu: VcpuId, set: number): void {
  kvm.memslots.searched[vcpu] = set;
}

export function search_memslots(kvm: Kvm, set: number, gfn: number): MaybeSlot {
  let found: MaybeSlot = -1;
  for (let id = 0; id < kvm.config.memslots; id++) {
    const slot: MaybeSlot = kvm.memslots.set[set].slot[id];
    if (slot >= 0 && covers(kvm, slot, gfn)) found = slot;
  }
  return found;
}

function covers(kvm: Kvm, slot: number, gfn: number): boolean {
  return (
    gfn >= kvm.memslots.slot[slot].base_gfn &&
    gfn < kvm.memslots.slot[slot].base_gfn + kvm.memslots.slot[slot].npages
  );
}

/** P21, wherever somebody uses a slot that he has found before. */
export function assert_slot_exists(kvm: Kvm, slot: number): void {
  assert(kvm.memslots.slot[slot].allocated, 'P21', 'a memslot is used that has been freed');
}

/** __gfn_to_hva_memslot(). */
export function gfn_to_userspace_page(kvm: Kvm, slot: number, gfn: number): Gfn {
  assert_slot_exists(kvm, slot);
  return kvm.memslots.slot[slot].userspace_page + (gfn - kvm.memslots.slot[slot].base_gfn);
}

/**
 * kvm_mmu_max_mapping_level(): lpage_info forbids huge pages that reach over an end of the slot, and all of them if gfn
 * and hva are not aligned alike; then the host's mapping, read under mmu_lock.
 */
export function* slot_max_mapping_level(kvm: Kvm, slot: MaybeSlot, gfn: Gfn): Op<Level> {
  const page = gfn_to_userspace_page(kvm, slot, gfn);
  const base = gfn_round_for_level(kvm, gfn, PG_LEVEL_2M);
  if (!covers(kvm, slot, base) || !covers(kvm, slot, base + kvm.config.fanout - 1)) return PG_LEVEL_4K;
  if ((page - gfn) % kvm.config.fanout !== 0) return PG_LEVEL_4K;
  yield;
  return kvm.host.huge[huge_index(kvm, gfn_to_userspace_page(kvm, slot, gfn))] ? PG_LEVEL_2M : PG_LEVEL_4K;
}

/** The first gfn of the slot that [start, end) of the host's pages backs, or -1 if the slot has none of them. */
export function first_gfn_in_hva_range(kvm: Kvm, slot: number, start: Gfn, end: GfnEnd): Backing {
  const first =
    start > kvm.memslots.slot[slot].userspace_page ? start : kvm.memslots.slot[slot].userspace_page;
  const last = kvm.memslots.slot[slot].userspace_page + kvm.memslots.slot[slot].npages;
  if (first >= end || first >= last) return -1;
  return kvm.memslots.slot[slot].base_gfn + (first - kvm.memslots.slot[slot].userspace_page);
}

/** The end of the same gfns. */
export function end_gfn_in_hva_range(kvm: Kvm, slot: number, end: GfnEnd): GfnEnd {
  const last = kvm.memslots.slot[slot].userspace_page + kvm.memslots.slot[slot].npages;
  return (
    kvm.memslots.slot[slot].base_gfn + ((end < last ? end : last) - kvm.memslots.slot[slot].userspace_page)
  );
}

/** Whether any slot of the active set lies in a range of the host's pages. */
export function some_slot_in_hva_range(kvm: Kvm, start: Gfn, end: GfnEnd): boolean {
  for (let id = 0; id < kvm.config.memslots; id++) {
    const slot: MaybeSlot = kvm.memslots.set[kvm.memslots.active].slot[id];
    if (slot >= 0 && first_gfn_in_hva_range(kvm, slot, start, end) >= 0) return true;
  }
  return false;
}

/** Whether the ioctl that makes or removes a slot has returned, whatever it was: a slot is there for good. */
export function is_backed_for_good(kvm: Kvm, gfn: Gfn): boolean {
  return kvm.ghost.backing[gfn] >= 0 && kvm.ghost.coming[gfn] >= 0;
}

/** Whether the frame stands behind the gfn, by the slots as they are, or as a running ioctl leaves them. */
export function is_frame_of_slot(kvm: Kvm, gfn: Gfn, frame: number): boolean {
  return (
    is_frame_of_page(kvm, kvm.ghost.backing[gfn], frame) ||
    is_frame_of_page(kvm, kvm.ghost.coming[gfn], frame)
  );
}

function is_frame_of_page(kvm: Kvm, page: number, frame: number): boolean {
  return page >= 0 && kvm.host.pfn[page] === frame;
}

export type SlotId = Below<'memslots'>;
