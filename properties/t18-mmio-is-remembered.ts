/**
 * T18: MMIO that is accessed over and over again becomes cheap, once the memslots are at rest: a vCPU comes to be answered by
 * what it remembers, and neither walks the page tables for it nor takes mmu_lock. That is what MMIO entries and the memory of
 * each vCPU are for (ce88decfd25e, bebb106a5afa). For scenarios in which every access is to one gfn without memory.
 */
import { always, eventually, not, property } from 'mmucheck/language';
import type { Kvm } from '../model/state.js';
import { KERNEL_FAIRNESS } from './fairness.js';

/** Who walks is in an RCU section. */
export function somebody_walks(kvm: Kvm): boolean {
  for (let p = 0; p < kvm.config.processes; p++) if (kvm.rcu_reader[p]) return true;
  return false;
}

export const T18 = property({
  id: 'T18',
  title: 'MMIO is remembered',
  temporal: eventually(always(not(somebody_walks))),
  fairness: KERNEL_FAIRNESS,
});
