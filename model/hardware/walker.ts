/**
 * The guest at level B of fidelity (`walk: 'per-level'`, with the explicit TLB): a walk reads one entry in a step and
 * may begin at the paging-structure cache, so it may end in a table that is no longer linked.
 *
 * Each vCPU has one walk on behalf of its instruction and one that only fills. More of either would show nothing else:
 * walks do not see each other, and a new one may begin in place of one that goes no further. Reading the leaf and
 * setting A or D in it is one step: what a walk that pauses between the two could cache late, it may as well cache when it
 * reads, because an invalidation in between would have abandoned it. What the paging-structure cache keeps for a lane,
 * level and prefix is the walk's choice, so evictions are no steps. Tables grant everything; only leafs have rights, and
 * leafs are never in that cache.
 */
import { cpu_of } from './processor.js';
import { assert, assume, choose, chooseBelow, type Op, rest } from 'mmucheck/language';
import type { Fault } from '../kernel/fault.js';
import { page_index, SPTE_INDEX } from '../kernel/spte.js';
import {
  type Kvm,
  type Level,
  PG_LEVEL_2M,
  type PageTableId,
  ROOT,
  type Spte,
  type SptePtr,
  type VcpuId,
} from '../state.js';
import { read_entry, write_entry } from './ept.js';
import {
  type Access,
  allows,
  caches_clean_writable,
  caches_without_right,
  copy_to_alias,
  type ExitReason,
  fill_entry,
  write_through_translation,
} from './guest.js';
import { drop_walks, NO_WALK, psc_slot, type Walk } from './psc.js';
import { pml_is_full, pml_log } from './pml.js';
import { entry_level } from './tables.js';
import { ept_violation_invalidates, GP, gives_rights } from './tlb.js';
import { note_write } from './writes.js';

/** The walk of the instruction, and the speculative one. */
export const INSTRUCTION = 0;
const SPECULATION = 1;

/** What a step of a walk comes to. */
type Progress = 'GOES_ON' | 'ENDS' | 'FAULTS' | 'FAULTS_PRESENT' | 'LOG_FULL';

/** Runs the guest until it exits; an EPT violation fills in `fault`. */
export function* run_guest_per_level(kvm: Kvm, vcpu: VcpuId, fault: Fault): Op<ExitReason> {
  while (true) {
    yield rest(() => !kvm.vcpus[vcpu].ipi);
    const what = choose('start', 'step', 'use', 'exit');
    if (what === 'exit') {
      assume(kvm.vcpus[vcpu].ipi || kvm.config.spontaneousExits);
      leave_guest(kvm, vcpu);
      return 'EXTERNAL_INTERRUPT';
    }
    if (what === 'step') {
      const walk = kvm.vcpus[vcpu].walk[INSTRUCTION];
      assume(walk.purpose !== 'NONE');
      const progress = step_walk(kvm, vcpu, INSTRUCTION);
      if (progress === 'LOG_FULL') {
        leave_guest(kvm, vcpu);
        return 'PML_FULL';
      }
      if (progress === 'FAULTS' || progress === 'FAULTS_PRESENT') {
        violate(kvm, vcpu, walk.gfn, walk.lane);
        fault.gfn = walk.gfn;
        fault.write = walk.purpose === 'WRITE';
        fault.exec = walk.purpose === 'FETCH';
        fault.present = progress === 'FAULTS_PRESENT';
        return 'EPT_VIOLATION';
      }
    } else {
      const gfn = chooseBelow(kvm.config.guestGfns);
      const lane = chooseBelow(kvm.config.lanes);
      const access = choose('read', 'write', 'fetch');
      assume(access !== 'read' || kvm.config.guestReads);
      assume(access !== 'write' || kvm.config.guestWrites);
      assume(access !== 'fetch' || kvm.config.guestFetches);
      if (what === 'start') start_walk(kvm, vcpu, INSTRUCTION, purpose_of(access), gfn, lane);
      else if (kvm.config.followWrites && choose(false, true))
        write_through_translation(kvm, vcpu, gfn, access);
      else {
        // A cached translation without the right faults, whatever memory says by now.
        assume(caches_without_right(kvm, vcpu, gfn, access, lane));
        violate(kvm, vcpu, gfn, lane);
        fault.gfn = gfn;
        fault.write = access === 'write';
        fault.exec = access === 'fetch';
        fault.present = true;
        return 'EPT_VIOLATION';
      }
    }
  }
}

/** The translation hardware on its own: walks that only fill, and copies from the guest-physical lane. */
export function* speculation_per_level(kvm: Kvm, vcpu: VcpuId): Op {
  while (true) {
    yield rest(() => true);
    assume(kvm.vcpus[vcpu].in_guest);
    const what = choose('start', 'step', 'copy');
    if (what === 'step') {
      assume(kvm.vcpus[vcpu].walk[SPECULATION].purpose !== 'NONE');
      step_walk(kvm, vcpu, SPECULATION);
    } else {
      const gfn = chooseBelow(kvm.config.gfns);
      const lane = chooseBelow(kvm.config.lanes);
      if (what === 'start') start_walk(kvm, vcpu, SPECULATION, 'FILL', gfn, lane);
      else copy_to_alias(kvm, vcpu, gfn, lane);
    }
  }
}

export function purpose_of(access: Access): Walk['purpose'] {
  if (access === 'read') return 'READ';
  return access === 'write' ? 'WRITE' : 'FETCH';
}

function right_of(purpose: Walk['purpose']): Access {
  if (purpose === 'WRITE') return 'write';
  return purpose === 'FETCH' ? 'fetch' : 'read';
}

/** B1: from the root, or from what is cached of the path, in the guest-physical lane or in its own. */
export function start_walk(
  kvm: Kvm,
  vcpu: VcpuId,
  slot: number,
  purpose: Walk['purpose'],
  gfn: number,
  lane: number,
): void {
  let table: PageTableId = ROOT;
  let level: Level = kvm.config.levels;
  if (choose(false, true)) {
    const cached_lane = chooseBelow(kvm.config.lanes);
    assume(cached_lane === GP || cached_lane === lane);
    const above = PG_LEVEL_2M + chooseBelow(kvm.config.levels - 1);
    const cached = kvm.tlb[cpu_of(kvm, vcpu)].psc[psc_slot(kvm, cached_lane, above, gfn)];
    assume(cached.present);
    table = cached.table;
    level = above - 1;
  }
  kvm.vcpus[vcpu].walk[slot] = { purpose, gfn, lane, level, table };
}

/** B2 to B5: reads one entry, and goes down, ends in a leaf, or finds that there is no way on. */
export function step_walk(kvm: Kvm, vcpu: VcpuId, slot: number): Progress {
  const walk = kvm.vcpus[vcpu].walk[slot];
  assert_in_use(kvm, walk);
  const sptep: SptePtr = { table: walk.table, index: SPTE_INDEX(kvm, walk.gfn, walk.level) };
  const spte = read_entry(kvm, sptep);
  if (spte.kind === 'TABLE') {
    // B3: also if everything below is empty.
    if (choose(false, true))
      kvm.tlb[cpu_of(kvm, vcpu)].psc[psc_slot(kvm, walk.lane, walk.level, walk.gfn)] = {
        present: true,
        table: spte.child,
      };
    kvm.vcpus[vcpu].walk[slot] = { ...walk, level: walk.level - 1, table: spte.child };
    return 'GOES_ON';
  }
  kvm.vcpus[vcpu].walk[slot] = NO_WALK;
  const legacy = kvm.config.legacyDirty && writes_without_w(kvm, vcpu, walk, spte) && choose(false, true);
  if (!legacy && !allows(kvm, spte, right_of(walk.purpose))) {
    if (walk.purpose === 'FILL') return 'ENDS';
    return gives_rights(kvm, spte) ? 'FAULTS_PRESENT' : 'FAULTS';
  }
  const used: Spte = {
    ...spte,
    accessed: true,
    dirty: spte.dirty || (kvm.config.adBits && walk.purpose === 'WRITE'),
  };
  if (spte.accessed !== used.accessed || spte.dirty !== used.dirty) {
    // B6: the exit belongs to the instruction; a walk that only fills is as well never begun.
    if (kvm.config.pml > 0 && slot === INSTRUCTION && pml_is_full(kvm, vcpu)) return 'LOG_FULL';
    pml_log(kvm, vcpu, walk.gfn, spte, used);
    write_entry(kvm, sptep, used);
  }
  if (walk.purpose === 'WRITE') note_write(kvm, walk.gfn);
  fill_entry(kvm, vcpu, walk.gfn, walk.lane, walk.level, legacy ? { ...used, writable: true } : used);
  return 'ENDS';
}

/** A5': the write comes through a clean translation with W, and the leaf is the same page. */
function writes_without_w(kvm: Kvm, vcpu: VcpuId, walk: Walk, leaf: Spte): boolean {
  if (walk.purpose !== 'WRITE' || leaf.kind !== 'LEAF' || leaf.writable) return false;
  return caches_clean_writable(kvm, vcpu, walk.gfn, walk.lane, walk.level, leaf);
}

/** P4: what a walk reads is still the table that its address was cached for. */
function assert_in_use(kvm: Kvm, walk: Walk): void {
  if (walk.table === ROOT) return;
  const table = walk.table;
  assert(
    (kvm.pt[table].state === 'linked' || kvm.pt[table].state === 'detached') &&
      entry_level(kvm, table) === walk.level &&
      kvm.pt[table].parent === page_index(kvm, walk.gfn, walk.level + 1),
    'P4',
    'a walk reads a page that is no page table of its path any more',
  );
}

export function violate(kvm: Kvm, vcpu: VcpuId, gfn: number, lane: number): void {
  leave_guest(kvm, vcpu);
  ept_violation_invalidates(kvm, vcpu, gfn, lane);
}

/** B8: no walk goes on after an exit. */
export function leave_guest(kvm: Kvm, vcpu: VcpuId): void {
  kvm.vcpus[vcpu].in_guest = false;
  drop_walks(kvm, vcpu);
}
