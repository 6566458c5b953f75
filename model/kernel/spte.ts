/** What an SPTE says and how one is made: arch/x86/kvm/mmu/spte.{c,h}. */
import { assert, type Op } from 'mmucheck/language';
import { V6_13, V6_15 } from '../config.js';
import {
  type Gfn,
  type Kvm,
  type Level,
  PG_LEVEL_1G,
  PG_LEVEL_2M,
  PG_LEVEL_4K,
  type PageTableId,
  type Spte,
} from '../state.js';
import { is_access_track_spte, mark_spte_for_access_track } from './access_track.js';
import type { Fault } from './fault.js';
import { mark_page_dirty_in_slot } from './memslot.js';
import { mmu_try_to_unsync_pages } from './unsync.js';

/** SHADOW_NONPRESENT_VALUE. */
export const NONPRESENT_SPTE: Spte = {
  kind: 'NONE',
  pfn: 0,
  child: 0,
  writable: false,
  executable: false,
  mmu_writable: false,
  host_writable: false,
  accessed: false,
  dirty: false,
  mmio: 0,
};

/** Its bits mean nothing one by one, but one of them is where A is, on Intel and on AMD. */
export const FROZEN_SPTE: Spte = { ...NONPRESENT_SPTE, kind: 'FROZEN', accessed: true };

export function is_frozen_spte(spte: Spte): boolean {
  return spte.kind === 'FROZEN' && spte.accessed === FROZEN_SPTE.accessed;
}

/** Not present, and made on purpose: kernel/mmio.ts. */
export function is_mmio_spte(spte: Spte): boolean {
  return spte.mmio > 0;
}

export function is_shadow_present_pte(spte: Spte): boolean {
  return spte.kind === 'LEAF' || spte.kind === 'TABLE';
}

/** Bit 7 of an entry above the 4K level. */
export function is_large_pte(spte: Spte): boolean {
  return spte.kind === 'LEAF';
}

export function is_last_spte(spte: Spte, level: Level): boolean {
  return level === PG_LEVEL_4K || is_large_pte(spte);
}

/**
 * Bits that may change without mmu_lock: W set by a fast page fault, A and D by hardware, everything of an entry by
 * access tracking. From 6.15 on, when it is called spte_needs_atomic_update(), A may be lost, and any entry without A/D
 * bits may be marked for access tracking at any time.
 */
export function spte_has_volatile_bits(kvm: Kvm, spte: Spte): boolean {
  if (!spte.writable && spte.mmu_writable) return true;
  if (!kvm.config.adBits) return kvm.config.kernel >= V6_15 || is_access_track_spte(kvm, spte);
  return (!spte.accessed && kvm.config.kernel < V6_15) || (spte.writable && !spte.dirty);
}

/** Whether a walk that ends in this leaf would let the access of the fault through. */
export function is_access_allowed(kvm: Kvm, fault: Fault, spte: Spte): boolean {
  if (is_access_track_spte(kvm, spte)) return false;
  if (fault.exec) return spte.executable;
  if (fault.write) return spte.writable;
  return true;
}

/** Once MMU-writable is clear, nobody flushes for W any more: see write_protect_gfn(). */
export function leaf_spte_change_needs_tlb_flush(old_spte: Spte, new_spte: Spte): boolean {
  return old_spte.mmu_writable && !new_spte.mmu_writable;
}

/** (HOSTW, MMUW, W) is one of 111, 110, 100, 000. */
export function check_spte_writable_invariants(spte: Spte): void {
  assert(!spte.mmu_writable || spte.host_writable, 'P5', 'an SPTE is MMU-writable but not host-writable');
  assert(!spte.writable || spte.mmu_writable, 'P5', 'an SPTE is writable but not MMU-writable');
}

/** Table entries have every right. Their W is kept only where somebody may try to clear it: in L2's dirty logging. */
export function make_nonleaf_spte(kvm: Kvm, child: PageTableId): Spte {
  return { ...NONPRESENT_SPTE, kind: 'TABLE', child, writable: kvm.config.wrprotOnly, accessed: true };
}

/**
 * make_spte(): the leaf that answers `fault`, in a table of `level`, over `old_spte`. Without W although the host
 * allows it if the gfn is write-tracked; the check counts, because mmu_lock is held. Marks the gfn dirty if the new
 * entry lets the guest write without another exit; that is a step of its own, before the entry is published.
 */
export function* make_spte(kvm: Kvm, fault: Fault, level: Level, gfn: Gfn, old_spte: Spte): Op<Spte> {
  const executable = !(level > PG_LEVEL_4K && kvm.config.nxHugePages);
  // Up to 6.12 an old entry with W (table entries have it) settles everything about W, and leaves D as it is made.
  const was_writable = old_spte.writable || (old_spte.kind === 'TABLE' && kvm.config.kernel < V6_13);
  let writable = fault.map_writable;
  if (kvm.config.writeTracking && writable && !was_writable)
    writable = !(yield* mmu_try_to_unsync_pages(kvm, gfn, fault.prefetch === 1));
  let spte: Spte = {
    kind: 'LEAF',
    pfn: fault.pfn,
    child: 0,
    writable,
    executable,
    mmu_writable: writable,
    host_writable: fault.map_writable,
    accessed: true,
    dirty: kvm.config.adBits && writable && (!was_writable || kvm.config.kernel >= V6_13),
    mmio: 0,
  };
  if (fault.prefetch === 1) spte = mark_spte_for_access_track(kvm, spte);
  if (spte.writable && fault.slot_dirty_logging) {
    assert(level === PG_LEVEL_4K, 'P3', 'a huge SPTE of a slot that logs dirty pages becomes writable');
    yield* mark_page_dirty_in_slot(kvm, fault.gfn);
  }
  return spte;
}

/**
 * The `index`-th entry, in a table of `level`, of a huge one: all bits but PS at 4K, where X is added too if only the
 * size had forbidden it.
 */
export function make_huge_page_split_spte(kvm: Kvm, huge_spte: Spte, level: Level, index: number): Spte {
  return {
    ...huge_spte,
    pfn: huge_spte.pfn + index * KVM_PAGES_PER_HPAGE(kvm, level),
    executable: huge_spte.executable || (level === PG_LEVEL_4K && kvm.config.nxHugePages),
  };
}

/** The huge leaf of `level` in place of a table that holds `small_spte`: its frame rounded down, its bits, and X only if
 * huge pages may have it. */
export function make_huge_spte(kvm: Kvm, small_spte: Spte, level: Level): Spte {
  return {
    ...small_spte,
    pfn: small_spte.pfn - (small_spte.pfn % KVM_PAGES_PER_HPAGE(kvm, level)),
    executable: small_spte.executable && !kvm.config.nxHugePages,
  };
}

/** 4K pages mapped by an entry of this level. */
export function KVM_PAGES_PER_HPAGE(kvm: Kvm, level: Level): number {
  if (kvm.config.levels === 3 && level === PG_LEVEL_1G) return kvm.config.fanout * kvm.config.fanout;
  return level === PG_LEVEL_2M ? kvm.config.fanout : 1;
}

export function gfn_round_for_level(kvm: Kvm, gfn: number, level: Level): number {
  if (kvm.config.levels === 3 && level === PG_LEVEL_1G)
    return gfn - (gfn % (kvm.config.fanout * kvm.config.fanout));
  return level === PG_LEVEL_2M ? gfn - (gfn % kvm.config.fanout) : gfn;
}

/** The number of the page of this level that holds `gfn`, counted from gfn 0. */
export function page_index(kvm: Kvm, gfn: number, level: Level): number {
  if (kvm.config.levels === 3 && level === PG_LEVEL_1G)
    return (gfn - (gfn % (kvm.config.fanout * kvm.config.fanout))) / (kvm.config.fanout * kvm.config.fanout);
  return level === PG_LEVEL_2M ? (gfn - (gfn % kvm.config.fanout)) / kvm.config.fanout : gfn;
}

/** The position of that page's entry in its table. */
export function SPTE_INDEX(kvm: Kvm, gfn: number, level: Level): number {
  const page = page_index(kvm, gfn, level);
  return level === kvm.config.levels ? page : page % kvm.config.fanout;
}
