/**
 * The processor's side of litmus tests about translation: accesses of a scripted guest that notice what they got.
 * (The guest of hardware/guest.ts takes no step for an access that changes nothing; properties ask what it could see.)
 */
import { cpu_of } from '../processor.js';
import { assume, choose, chooseBelow, type Op } from 'mmucheck/language';
import { vmx_vcpu_enter } from '../../kernel/vcpu.js';
import { type Kvm, PG_LEVEL_4K, type VcpuId } from '../../state.js';
import {
  type Access,
  access_through_walk,
  caches_without_right,
  ept_violation,
  legacy_write,
  pml_full,
} from '../guest.js';
import { GP, invept_global, tlb_slot } from '../tlb.js';
import { frame_of } from '../translation.js';
import { INSTRUCTION, leave_guest, purpose_of, start_walk, step_walk, violate } from '../walker.js';

/** What an access got, in a register: nothing yet, the frame behind the gfn at first, the other frame, or an exit. */
export const FIRST_FRAME = 1;
export const OTHER_FRAME = 2;
export const VIOLATION = 3;
export const PML_FULL = 4;

export function* enters(kvm: Kvm, vcpu: VcpuId): Op {
  yield* vmx_vcpu_enter(kvm, vcpu);
}

export function* leaves(kvm: Kvm, vcpu: VcpuId): Op {
  yield;
  leave_guest(kvm, vcpu);
}

export function* invalidates(kvm: Kvm, vcpu: VcpuId): Op {
  yield;
  invept_global(kvm, vcpu);
}

/** One access to a gfn through a lane. After an exit (got_exit) the vCPU is outside the guest. */
export function* accesses(
  kvm: Kvm,
  vcpu: VcpuId,
  register: number,
  access: Access,
  gfn: number,
  lane: number,
): Op {
  yield;
  if (choose(false, true)) {
    use_cached(kvm, vcpu, register, access, gfn, lane);
    return;
  }
  if (kvm.config.walk === 'atomic') {
    if (kvm.config.pml > 0 && choose(false, true)) {
      pml_full(kvm, vcpu, gfn, access);
      kvm.litmus.register[register] = PML_FULL;
    } else if (kvm.config.legacyDirty && choose(false, true))
      note_frame(kvm, register, gfn, legacy_write(kvm, vcpu, gfn, access, lane));
    else if (choose(false, true))
      note_frame(kvm, register, gfn, access_through_walk(kvm, vcpu, gfn, access, lane));
    else {
      ept_violation(kvm, vcpu, gfn, access, lane);
      kvm.litmus.register[register] = VIOLATION;
    }
    return;
  }
  start_walk(kvm, vcpu, INSTRUCTION, purpose_of(access), gfn, lane);
  while (is_walking(kvm, vcpu)) {
    yield;
    const walk = kvm.vcpus[vcpu].walk[INSTRUCTION];
    const progress = step_walk(kvm, vcpu, INSTRUCTION);
    if (progress === 'ENDS') {
      const entry = kvm.tlb[cpu_of(kvm, vcpu)].entry[tlb_slot(kvm, walk.lane, walk.level, gfn)];
      note_frame(kvm, register, gfn, frame_of(kvm, gfn, entry.pfn, walk.level));
    } else if (progress === 'LOG_FULL') {
      leave_guest(kvm, vcpu);
      kvm.litmus.register[register] = PML_FULL;
    } else if (progress !== 'GOES_ON') {
      violate(kvm, vcpu, gfn, lane);
      kvm.litmus.register[register] = VIOLATION;
    }
  }
}

/** The access ended in a VM exit. */
export function got_exit(kvm: Kvm, register: number): boolean {
  return kvm.litmus.register[register] >= VIOLATION;
}

function is_walking(kvm: Kvm, vcpu: VcpuId): boolean {
  return kvm.vcpus[vcpu].walk[INSTRUCTION].purpose !== 'NONE';
}

/** A4, or A6 where the translation lacks the right. A write through a clean one must walk. */
function use_cached(
  kvm: Kvm,
  vcpu: VcpuId,
  register: number,
  access: Access,
  gfn: number,
  lane: number,
): void {
  if (choose(false, true)) {
    assume(caches_without_right(kvm, vcpu, gfn, access, lane));
    violate(kvm, vcpu, gfn, lane);
    kvm.litmus.register[register] = VIOLATION;
    return;
  }
  const used_lane = chooseBelow(kvm.config.lanes);
  assume(used_lane === GP || used_lane === lane);
  const level = PG_LEVEL_4K + chooseBelow(kvm.config.levels);
  const entry = kvm.tlb[cpu_of(kvm, vcpu)].entry[tlb_slot(kvm, used_lane, level, gfn)];
  assume(entry.present && (access !== 'write' || (entry.writable && entry.dirty)));
  assume(access !== 'fetch' || entry.executable);
  note_frame(kvm, register, gfn, frame_of(kvm, gfn, entry.pfn, level));
}

function note_frame(kvm: Kvm, register: number, gfn: number, frame: number): void {
  kvm.litmus.register[register] = frame === gfn ? FIRST_FRAME : OTHER_FRAME;
}
