/**
 * The guest: what a vCPU does between VM entry and VM exit, at level A of fidelity (a walk is atomic).
 *
 * Accesses are idempotent: one that changes nothing (neither A nor D nor a TLB) is no step. What a successful access
 * could observe, a wrong frame or an unrecorded write, is a property of the translations that it may use.
 */
import { cpu_of } from './processor.js';
import { assume, choose, chooseBelow, type Op, rest } from 'mmucheck/language';
import type { Fault } from '../kernel/fault.js';
import { gfn_round_for_level, is_mmio_spte } from '../kernel/spte.js';
import {
  type Gfn,
  type Kvm,
  type Level,
  PG_LEVEL_4K,
  type Spte,
  type SptePtr,
  type VcpuId,
} from '../state.js';
import { read_entry, write_entry } from './ept.js';
import { pml_is_full, pml_log } from './pml.js';
import { entry_level } from './tables.js';
import {
  ept_violation_invalidates,
  GP,
  gives_rights,
  is_reached,
  may_be_cached,
  tlb_holds_also,
  tlb_holds_only,
  tlb_slot,
  variant_of,
} from './tlb.js';
import { can_write, frame_of, walk_end_from, walk_from } from './translation.js';
import { is_written, note_write } from './writes.js';

export type ExitReason =
  | 'EPT_VIOLATION'
  | 'EXTERNAL_INTERRUPT'
  | 'PREEMPTION_TIMER'
  | 'IO_INSTRUCTION'
  | 'NESTED_TRANSITION'
  | 'EPT_MISCONFIG'
  | 'PML_FULL';
export type Access = 'read' | 'write' | 'fetch';

/** Runs the guest until it exits; an EPT violation fills in `fault`. */
export function* run_guest(kvm: Kvm, vcpu: VcpuId, fault: Fault): Op<ExitReason> {
  while (true) {
    yield rest(() => !kvm.vcpus[vcpu].ipi);
    if (choose(false, true)) {
      assume(kvm.vcpus[vcpu].ipi || kvm.config.spontaneousExits);
      kvm.vcpus[vcpu].in_guest = false;
      return 'EXTERNAL_INTERRUPT';
    }
    if (kvm.config.nested && choose(false, true)) {
      kvm.vcpus[vcpu].in_guest = false;
      return 'NESTED_TRANSITION';
    }
    const gfn = chooseBelow(kvm.config.guestGfns);
    const access = choose('read', 'write', 'fetch');
    assume(access !== 'read' || kvm.config.guestReads);
    assume(access !== 'write' || kvm.config.guestWrites);
    assume(access !== 'fetch' || kvm.config.guestFetches);
    const lane = chooseBelow(kvm.config.lanes);
    if (kvm.config.fastReentry && choose(false, true)) {
      kvm.vcpus[vcpu].in_guest = false;
      return 'PREEMPTION_TIMER';
    }
    if (kvm.config.emulatedWrites && access === 'write' && choose(false, true)) {
      kvm.vcpus[vcpu].in_guest = false;
      fault.gfn = gfn;
      return 'IO_INSTRUCTION';
    }
    if (kvm.config.pml > 0 && choose(false, true)) {
      pml_full(kvm, vcpu, gfn, access);
      return 'PML_FULL';
    }
    if (kvm.config.mmioGenerations > 0 && choose(false, true)) {
      ept_misconfig(kvm, vcpu, gfn);
      fault.gfn = gfn;
      return 'EPT_MISCONFIG';
    }
    if (kvm.config.followWrites && choose(false, true)) write_through_translation(kvm, vcpu, gfn, access);
    else if (kvm.config.legacyDirty && choose(false, true)) legacy_write(kvm, vcpu, gfn, access, lane);
    else if (choose(false, true)) access_through_walk(kvm, vcpu, gfn, access, lane);
    else {
      fault.present = ept_violation(kvm, vcpu, gfn, access, lane);
      fault.gfn = gfn;
      fault.write = access === 'write';
      fault.exec = access === 'fetch';
      return 'EPT_VIOLATION';
    }
  }
}

/** The walk ends in an entry that is not present and sets W without R. Nothing is cached, and nothing dropped. */
function ept_misconfig(kvm: Kvm, vcpu: VcpuId, gfn: Gfn): void {
  assume(is_mmio_spte(read_entry(kvm, walk_to(kvm, vcpu, gfn))));
  kvm.vcpus[vcpu].in_guest = false;
}

/** A8: the access would have to set A or D, and there is no room to log it. Nothing else happens. */
export function pml_full(kvm: Kvm, vcpu: VcpuId, gfn: Gfn, access: Access): void {
  const leaf = read_entry(kvm, walk_to(kvm, vcpu, gfn));
  assume(pml_is_full(kvm, vcpu) && allows(kvm, leaf, access));
  assume(!leaf.accessed || (access === 'write' && !leaf.dirty));
  kvm.vcpus[vcpu].in_guest = false;
}

/** A4: a write that needs no assist. It changes nothing but the page, so it is a step only for who counts writes. */
export function write_through_translation(kvm: Kvm, vcpu: VcpuId, gfn: Gfn, access: Access): void {
  assume(access === 'write' && !is_written(kvm, gfn) && can_write(kvm, vcpu, gfn));
  note_write(kvm, gfn);
}

/**
 * A5': the write uses a cached clean translation with W, and the processor sets D without looking at W again, if the
 * page is still mapped there in the same size. From then on it holds the translation with D.
 */
export function legacy_write(kvm: Kvm, vcpu: VcpuId, gfn: Gfn, access: Access, lane: number): number {
  const end = walk_to(kvm, vcpu, gfn);
  const leaf = read_entry(kvm, end);
  const level = entry_level(kvm, end.table);
  assume(access === 'write' && leaf.kind === 'LEAF' && !leaf.writable);
  assume(caches_clean_writable(kvm, vcpu, gfn, lane, level, leaf));
  const used: Spte = { ...leaf, accessed: true, dirty: true };
  if (!leaf.dirty) {
    pml_log(kvm, vcpu, gfn, leaf, used);
    write_entry(kvm, end, used);
  }
  note_write(kvm, gfn);
  if (kvm.config.tlb === 'explicit') fill_entry(kvm, vcpu, gfn, lane, level, { ...used, writable: true });
  else tlb_holds_also(kvm, vcpu, gfn, lane, level, { ...used, writable: true });
  return frame_of(kvm, gfn, leaf.pfn, level);
}

/** Whether a lane may hold the translation that `leaf` was when it still had W and was clean. */
export function caches_clean_writable(
  kvm: Kvm,
  vcpu: VcpuId,
  gfn: Gfn,
  lane: number,
  level: Level,
  leaf: Spte,
): boolean {
  if (kvm.config.tlb === 'explicit') {
    for (let l = 0; l < kvm.config.lanes; l++) {
      const entry = kvm.tlb[cpu_of(kvm, vcpu)].entry[tlb_slot(kvm, l, level, gfn)];
      if (
        (l === GP || l === lane) &&
        entry.present &&
        entry.pfn === leaf.pfn &&
        entry.writable &&
        !entry.dirty
      )
        return true;
    }
    return false;
  }
  const base = gfn_round_for_level(kvm, gfn, level);
  const bit = 1 << variant_of(kvm, base, { ...leaf, writable: true, dirty: false });
  return (
    ((may_be_cached(kvm, vcpu, lane, level, gfn) | may_be_cached(kvm, vcpu, GP, level, gfn)) & bit) !== 0
  );
}

/** Whether a leaf gives the right. */
export function allows(kvm: Kvm, leaf: Spte, access: Access): boolean {
  return (
    gives_rights(kvm, leaf) &&
    (access !== 'write' || leaf.writable) &&
    (access !== 'fetch' || leaf.executable)
  );
}

/**
 * A3/A5: an access that walks sets A, and D if it writes, and may leave its translation in the TLB. Returns the frame
 * that it comes to.
 */
export function access_through_walk(kvm: Kvm, vcpu: VcpuId, gfn: Gfn, access: Access, lane: number): number {
  const end = walk_to(kvm, vcpu, gfn);
  const leaf = read_entry(kvm, end);
  assume(allows(kvm, leaf, access));
  const used: Spte = {
    ...leaf,
    accessed: true,
    dirty: leaf.dirty || (kvm.config.adBits && access === 'write'),
  };
  if (kvm.config.tlb === 'may-cache') assume(leaf.accessed !== used.accessed || leaf.dirty !== used.dirty);
  if (leaf.accessed !== used.accessed || leaf.dirty !== used.dirty) {
    pml_log(kvm, vcpu, gfn, leaf, used);
    write_entry(kvm, end, used);
  }
  if (access === 'write') note_write(kvm, gfn);
  fill(kvm, vcpu, gfn, lane, entry_level(kvm, end.table), used);
  return frame_of(kvm, gfn, leaf.pfn, entry_level(kvm, end.table));
}

/** The entry that a walk ends in, from the root or from a table that the processor still has the address of. */
function walk_to(kvm: Kvm, vcpu: VcpuId, gfn: Gfn): SptePtr {
  const root: number = kvm.vcpus[vcpu].root;
  if (!kvm.config.reach) return walk_end_from(kvm, root, gfn);
  const table = chooseBelow(kvm.config.tables);
  assume(table === root || is_reached(kvm, vcpu, table, gfn));
  return walk_end_from(kvm, table, gfn);
}

/**
 * Leaves the translation of a walk in the TLB, over what the same lane, size and base held. In the may-cache form
 * that is sure only of an access that had to walk because it set A or D.
 */
function fill(kvm: Kvm, vcpu: VcpuId, gfn: Gfn, lane: number, level: Level, leaf: Spte): void {
  if (kvm.config.tlb === 'may-cache') {
    if (kvm.config.violationShrinks) tlb_holds_only(kvm, vcpu, gfn, lane, level, leaf);
    return;
  }
  fill_entry(kvm, vcpu, gfn, lane, level, leaf);
}

/** Explicit form: the entry for a leaf of `level`. */
export function fill_entry(kvm: Kvm, vcpu: VcpuId, gfn: Gfn, lane: number, level: Level, leaf: Spte): void {
  kvm.tlb[cpu_of(kvm, vcpu)].entry[tlb_slot(kvm, lane, level, gfn)] = {
    present: true,
    pfn: leaf.pfn,
    writable: leaf.writable,
    executable: leaf.executable,
    dirty: leaf.dirty || !kvm.config.trackDirty,
  };
}

/**
 * A6: the walk ends in a hole or in a leaf without the right, or a cached translation without the right is used,
 * also a stale one that memory has widened since. Drops what a violation drops, and exits. Returns whether the
 * translation that faulted was present.
 */
export function ept_violation(kvm: Kvm, vcpu: VcpuId, gfn: Gfn, access: Access, lane: number): boolean {
  const by_walk = choose(true, false);
  const leaf = by_walk ? read_entry(kvm, walk_to(kvm, vcpu, gfn)) : walk_from(kvm, kvm.vcpus[vcpu].root, gfn);
  if (by_walk) assume(!allows(kvm, leaf, access) && !is_mmio_spte(leaf));
  else assume(caches_without_right(kvm, vcpu, gfn, access, lane) && allows(kvm, leaf, access));
  kvm.vcpus[vcpu].in_guest = false;
  ept_violation_invalidates(kvm, vcpu, gfn, lane);
  return !by_walk || gives_rights(kvm, leaf);
}

/** Whether some translation of `gfn` that the access may use, in its lane or the guest-physical one, lacks the right. */
export function caches_without_right(
  kvm: Kvm,
  vcpu: VcpuId,
  gfn: Gfn,
  access: Access,
  lane: number,
): boolean {
  for (let l = 0; l < kvm.config.lanes; l++) {
    if (l === GP || l === lane) {
      if (kvm.config.tlb === 'explicit') {
        for (let level = PG_LEVEL_4K; level <= kvm.config.levels; level++) {
          const entry = kvm.tlb[cpu_of(kvm, vcpu)].entry[tlb_slot(kvm, l, level, gfn)];
          if (
            entry.present &&
            !((access !== 'write' || entry.writable) && (access !== 'fetch' || entry.executable))
          )
            return true;
        }
      } else {
        let set = 0;
        for (let level = PG_LEVEL_4K; level <= kvm.config.levels; level++)
          set = set | may_be_cached(kvm, vcpu, l, level, gfn);
        if (access === 'write' && (set & ~kvm.config.writableSet) !== 0) return true;
        if (access === 'fetch' && (set & ~kvm.config.fetchSet) !== 0) return true;
      }
    }
  }
  return false;
}

/**
 * The translation hardware on its own (explicit TLB): fills for any gfn and lane at any time in guest mode (A1), and
 * copies from the guest-physical lane into an alias (A2). Evictions add nothing, as no entry ever must be used.
 */
export function* speculation(kvm: Kvm, vcpu: VcpuId): Op {
  while (true) {
    yield rest(() => true);
    assume(kvm.vcpus[vcpu].in_guest);
    const gfn = chooseBelow(kvm.config.gfns);
    const lane = chooseBelow(kvm.config.lanes);
    if (choose(true, false)) {
      const end = walk_to(kvm, vcpu, gfn);
      const leaf = read_entry(kvm, end);
      assume(gives_rights(kvm, leaf) && (kvm.config.tlb === 'explicit' || !leaf.accessed));
      if (!leaf.accessed) {
        pml_log(kvm, vcpu, gfn, leaf, { ...leaf, accessed: true });
        write_entry(kvm, end, { ...leaf, accessed: true });
      }
      fill(kvm, vcpu, gfn, lane, entry_level(kvm, end.table), leaf);
    } else {
      assume(kvm.config.tlb === 'explicit');
      copy_to_alias(kvm, vcpu, gfn, lane);
    }
  }
}

/** A2: an alias takes over the guest-physical entry for the same page. */
export function copy_to_alias(kvm: Kvm, vcpu: VcpuId, gfn: Gfn, lane: number): void {
  assume(lane !== GP);
  const level = PG_LEVEL_4K + chooseBelow(kvm.config.levels);
  const entry = kvm.tlb[cpu_of(kvm, vcpu)].entry[tlb_slot(kvm, GP, level, gfn)];
  assume(entry.present);
  kvm.tlb[cpu_of(kvm, vcpu)].entry[tlb_slot(kvm, lane, level, gfn)] = entry;
}
