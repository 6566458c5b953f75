/**
 * Litmus tests of translation: a scripted vCPU (thread 0) against a thread that changes page tables (thread 1), with
 * the speculation of the processor beside them. Registers say what each access got (guest.ts).
 */
import { cpu_of } from '../processor.js';
import { equal, type Op } from 'mmucheck/language';
import { FROZEN_SPTE, NONPRESENT_SPTE, make_nonleaf_spte } from '../../kernel/spte.js';
import {
  kvm_tdp_mmu_write_spte_atomic,
  tdp_mmu_clear_spte_bits_atomic,
} from '../../kernel/tdp_mmu/set_spte.js';
import { type Kvm, ROOT, type Spte, type SptePtr } from '../../state.js';
import { read_entry } from '../ept.js';
import { walk } from '../translation.js';
import type { Access } from '../guest.js';
import { accesses, enters, got_exit, invalidates, leaves, PML_FULL, VIOLATION } from './guest.js';

const V0 = 0;
const V1 = 1;
/** The entry of gfn 0 in the 4K-level table of `mapped_small`, and of the first 2M range. */
const SMALL: SptePtr = { table: 1, index: 0 };
const HUGE: SptePtr = { table: ROOT, index: 0 };
/** A leaf with every right and both bits. */
const LEAF: Spte = {
  kind: 'LEAF',
  pfn: 0,
  child: 0,
  writable: true,
  executable: true,
  mmu_writable: true,
  host_writable: true,
  accessed: true,
  dirty: true,
  mmio: 0,
};
/** Registers 0 to 3 are of accesses. */
export const END_DIRTY = 4;
export const END_WRITABLE = 5;
export const END_HUGE_DIRTY = 6;
/** How many entries the PML buffer has at the end, and the gfn of the first. */
export const END_LOGGED = 7;
export const END_LOGGED_GFN = 8;

/** What thread 1 does, in one exchange: to the entry of gfn 0, or to that of the 2M range. */
export type Change =
  | 'CLEAR'
  | 'FREEZE'
  | 'CLEAR_W'
  | 'CLEAR_D'
  | 'MAP'
  | 'MAP_CLEAN'
  | 'REMAP'
  | 'CLEAR_PARENT'
  | 'COLLAPSE'
  | 'LINK_TABLE';

/** Thread 1: makes the change when the vCPU has entered, has made its first access, or has left. */
export function* changes(kvm: Kvm, change: Change, when: 'entered' | 'accessed' | 'left'): Op {
  yield () => is_time(kvm, when);
  if (change === 'CLEAR_W') yield* tdp_mmu_clear_spte_bits_atomic(kvm, SMALL, 'WRITABLE');
  else yield* kvm_tdp_mmu_write_spte_atomic(kvm, entry_of(change), replacement(kvm, change));
  kvm.litmus.done[1] = true;
}

function is_time(kvm: Kvm, when: 'entered' | 'accessed' | 'left'): boolean {
  if (when === 'entered') return kvm.vcpus[V0].in_guest;
  return kvm.litmus.register[0] !== 0 && (when === 'accessed' || !kvm.vcpus[V0].in_guest);
}

function entry_of(change: Change): SptePtr {
  return change === 'CLEAR_PARENT' || change === 'COLLAPSE' || change === 'LINK_TABLE' ? HUGE : SMALL;
}

function replacement(kvm: Kvm, change: Change): Spte {
  if (change === 'CLEAR' || change === 'CLEAR_PARENT') return NONPRESENT_SPTE;
  if (change === 'FREEZE') return FROZEN_SPTE;
  if (change === 'LINK_TABLE') return make_nonleaf_spte(kvm, 1);
  if (change === 'REMAP') return { ...LEAF, pfn: kvm.config.gfns };
  if (change === 'CLEAR_D' || change === 'MAP_CLEAN') return { ...LEAF, dirty: false };
  return LEAF;
}

/**
 * Thread 0: the vCPU enters, makes one access, waits for the change (with an exit and an entry around it, and an INVEPT
 * before that entry, if so said), and makes up to three more accesses to gfn 0, the last in a lane of its own. In the
 * last registers, what the walk for gfn 0 finds at the end: D, W; and D in the entry of the 2M range.
 */
export function* runs(
  kvm: Kvm,
  first: Access | 'none',
  first_gfn: number,
  between: 'nothing' | 'exit' | 'invept',
  access: Access,
  times: number,
  lane: number,
  last_access: Access,
  last_lane: number,
): Op {
  yield* enters(kvm, V0);
  if (first !== 'none') yield* accesses_and_returns(kvm, 0, first, first_gfn, lane);
  if (between !== 'nothing') yield* leaves(kvm, V0);
  yield () => kvm.litmus.done[1];
  if (between === 'invept') yield* invalidates(kvm, V0);
  if (between !== 'nothing') yield* enters(kvm, V0);
  for (let i = 1; i < times; i++) yield* accesses_and_returns(kvm, i, access, 0, lane);
  yield* accesses_and_returns(kvm, times, last_access, 0, last_lane);
  const leaf = walk(kvm, 0);
  kvm.litmus.register[END_DIRTY] = leaf.dirty ? 1 : 0;
  kvm.litmus.register[END_WRITABLE] = leaf.writable ? 1 : 0;
  kvm.litmus.register[END_HUGE_DIRTY] = read_entry(kvm, HUGE).dirty ? 1 : 0;
  if (kvm.config.pml > 0) {
    keep_number(kvm, END_LOGGED, kvm.vcpus[V0].pml.length);
    keep_number(kvm, END_LOGGED_GFN, kvm.vcpus[V0].pml.gfn[0]);
  }
  kvm.litmus.done[0] = true;
}

function keep_number(kvm: Kvm, register: number, value: number): void {
  kvm.litmus.register[register] = value;
}

/** An access; after an exit the vCPU enters again at once. */
function* accesses_and_returns(kvm: Kvm, register: number, access: Access, gfn: number, lane: number): Op {
  yield* accesses(kvm, V0, register, access, gfn, lane);
  if (got_exit(kvm, register)) yield* enters(kvm, V0);
}

/**
 * Thread 0, where two vCPUs share a processor: the first makes an access and leaves; after the change the second enters
 * there and makes one (register 1).
 */
export function* alternates(kvm: Kvm, access: Access): Op {
  yield* enters(kvm, V0);
  yield* accesses(kvm, V0, 0, access, 0, 0);
  yield* leaves(kvm, V0);
  yield () => kvm.litmus.done[1];
  yield* enters(kvm, V1);
  yield* accesses(kvm, V1, 1, access, 0, 0);
  kvm.litmus.done[0] = true;
}

/** Thread 2: another vCPU, on another processor, is in the guest for good. */
export function* stays_in_guest(kvm: Kvm): Op {
  yield* enters(kvm, V1);
  kvm.litmus.done[2] = true;
}

/** Outside the guest nothing is filled, and no walk goes on. */
export function nothing_is_cached_outside(before: Kvm, after: Kvm): boolean {
  for (let v = 0; v < before.config.vcpus; v++)
    if (!before.vcpus[v].in_guest && !after.vcpus[v].in_guest && !caches_no_more(before, after, v))
      return false;
  return true;
}

function caches_no_more(before: Kvm, after: Kvm, vcpu: number): boolean {
  for (let i = 0; i < before.config.tlbEntries; i++) {
    const entry = after.tlb[cpu_of(after, vcpu)].entry[i];
    if (entry.present && !equal(entry, before.tlb[cpu_of(before, vcpu)].entry[i])) return false;
  }
  for (let i = 0; i < before.config.pscEntries; i++) {
    const entry = after.tlb[cpu_of(after, vcpu)].psc[i];
    if (entry.present && !equal(entry, before.tlb[cpu_of(before, vcpu)].psc[i])) return false;
  }
  return true;
}

/** Level B: a walk that began before an exit is not there to go on after the next entry. */
export function no_walk_outlives_an_exit(kvm: Kvm): boolean {
  for (let v = 0; v < kvm.config.vcpus; v++)
    for (let i = 0; i < kvm.config.walks; i++)
      if (!kvm.vcpus[v].in_guest && kvm.vcpus[v].walk[i].purpose !== 'NONE') return false;
  return true;
}

/** Nobody sets A or D in an entry that is no leaf: such an entry changes only into another kind. */
export function only_leafs_are_used(before: Kvm, after: Kvm): boolean {
  for (let table = 0; table < before.config.tables; table++)
    for (let i = 0; i < before.config.entries; i++) {
      const old = before.pt[table].spte[i];
      const spte = after.pt[table].spte[i];
      if (old.kind !== 'LEAF' && spte.kind === old.kind && !equal(spte, old)) return false;
    }
  return true;
}

/** A violation of the first vCPU leaves what the second has cached. */
export function violations_stay_at_home(before: Kvm, after: Kvm): boolean {
  if (!before.vcpus[V0].in_guest || after.vcpus[V0].in_guest) return true;
  for (let i = 0; i < before.config.tlbEntries; i++)
    if (!equal(before.tlb[cpu_of(before, V1)].entry[i], after.tlb[cpu_of(after, V1)].entry[i])) return false;
  for (let i = 0; i < before.config.pscEntries; i++)
    if (!equal(before.tlb[cpu_of(before, V1)].psc[i], after.tlb[cpu_of(after, V1)].psc[i])) return false;
  return true;
}

export function a_vcpu_takes_a_violation_while_another_has_entries(kvm: Kvm): boolean {
  for (let i = 0; i < kvm.config.tlbEntries; i++)
    if (kvm.tlb[cpu_of(kvm, V1)].entry[i].present && kvm.litmus.register[1] === VIOLATION) return true;
  return false;
}

/** With the buffer full from the start: D stays clear, and no write succeeds. */
export function nothing_is_written_without_a_log(kvm: Kvm): boolean {
  return !walk(kvm, 0).dirty && (kvm.litmus.register[1] === 0 || got_exit(kvm, 1));
}

export function an_access_finds_the_buffer_full(kvm: Kvm): boolean {
  return kvm.litmus.register[1] === PML_FULL;
}
