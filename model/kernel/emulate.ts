/**
 * KVM's own writes to guest memory: emulator_write_phys() in arch/x86/kvm/x86.c, which a write to a tracked gfn ends
 * in. They go through the host's mapping, not through SPTEs; what the shadow pages make of them is not modelled. The
 * page is marked after the write, with neither lock nor SPTE: between the two, the write is in nobody's record.
 */
import type { Op } from 'mmucheck/language';
import type { Kvm } from '../state.js';
import type { Fault } from './fault.js';
import { mark_page_dirty_in_slot } from './memslot.js';

export function* x86_emulate_instruction(kvm: Kvm, fault: Fault): Op {
  if (fault.write && fault.slot_dirty_logging) yield* mark_page_dirty_in_slot(kvm, fault.gfn);
}
