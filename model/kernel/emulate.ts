/**
 * KVM's own writes to guest memory: emulator_write_phys() in arch/x86/kvm/x86.c, which a write to a tracked gfn ends
 * in. They go through the host's mapping, not through SPTEs; what the shadow pages make of them is not modelled. The
 * page is marked after the write, with neither lock nor SPTE: between the two, the write is in nobody's record.
 */
import type { Op } from 'mmucheck/language';
import { note_write } from '../hardware/writes.js';
import type { Gfn, Kvm, VcpuId } from '../state.js';
import type { Fault } from './fault.js';
import { lookup_slot_logs, mark_page_dirty_in_slot } from './memslot.js';

/** The write is a step only where somebody follows writes. */
export function* x86_emulate_instruction(kvm: Kvm, vcpu: VcpuId, fault: Fault): Op {
  if (!fault.write) return;
  if (kvm.config.followWrites) {
    yield* copy_to_guest(kvm, fault.gfn);
    kvm.vcpus[vcpu].marking = fault.gfn;
  }
  if (fault.slot_dirty_logging) yield* mark_page_dirty_in_slot(kvm, fault.gfn);
  if (kvm.config.followWrites) kvm.vcpus[vcpu].marking = -1;
}

/**
 * kvm_vcpu_write_guest_page(), for an instruction that KVM emulates without a fault (port I/O into memory, say). The
 * slot is looked up under SRCU, and decides whether the page is marked.
 */
export function* kvm_vcpu_write_guest_page(kvm: Kvm, vcpu: VcpuId, gfn: Gfn): Op {
  if (!(yield* lookup_slot_logs(kvm))) {
    yield* copy_to_guest(kvm, gfn);
    return;
  }
  yield* copy_to_guest(kvm, gfn);
  kvm.vcpus[vcpu].marking = gfn;
  yield* mark_page_dirty_in_slot(kvm, gfn);
  kvm.vcpus[vcpu].marking = -1;
}

/** The write itself: __copy_to_user() through the host's mapping. */
function* copy_to_guest(kvm: Kvm, gfn: Gfn): Op {
  yield;
  note_write(kvm, gfn);
}
