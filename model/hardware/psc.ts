/**
 * Level B of fidelity: the paging-structure cache of a processor and the walks that are under way on it (walker.ts).
 * Both are gone after an INVEPT; a VM exit abandons the walks; a violation drops the walks and what is cached of the
 * path of its address, in the guest-physical lane and in its own.
 */
import { cpu_of } from './processor.js';
import type { Below } from 'mmucheck/language';
import { page_index } from '../kernel/spte.js';
import { type Gfn, type Kvm, type Level, PG_LEVEL_1G, PG_LEVEL_2M, type PageTableId } from '../state.js';

/** One table for each lane, level and prefix: the entry of `level` on the way to a gfn pointed to it. */
export interface PscEntry {
  readonly present: boolean;
  readonly table: PageTableId;
}

/** A walk under way: the next entry that it reads is the one for `gfn` in `table`, whose entries are of `level`. */
export interface Walk {
  readonly purpose: 'NONE' | 'FILL' | 'READ' | 'WRITE' | 'FETCH';
  readonly gfn: Gfn;
  readonly lane: Below<'lanes'>;
  readonly level: Level;
  readonly table: PageTableId;
}

export const NO_PSC_ENTRY: PscEntry = { present: false, table: 0 };
export const NO_WALK: Walk = { purpose: 'NONE', gfn: 0, lane: 0, level: 1, table: 0 };

/** Where the table is kept that an entry of `level` (2M or 1G) on the way to `gfn` pointed to. */
export function psc_slot(kvm: Kvm, lane: number, level: Level, gfn: number): number {
  const lane_base = lane * (kvm.config.gigaPages + kvm.config.hugePages);
  if (kvm.config.levels === 3 && level === PG_LEVEL_1G) return lane_base + page_index(kvm, gfn, PG_LEVEL_1G);
  return lane_base + kvm.config.gigaPages + page_index(kvm, gfn, PG_LEVEL_2M);
}

export function drop_walks(kvm: Kvm, vcpu: number): void {
  for (let i = 0; i < kvm.config.walks; i++) kvm.vcpus[vcpu].walk[i] = NO_WALK;
}

export function drop_psc(kvm: Kvm, vcpu: number): void {
  for (let i = 0; i < kvm.config.pscEntries; i++) kvm.tlb[cpu_of(kvm, vcpu)].psc[i] = NO_PSC_ENTRY;
}

/** What is cached of the path of `gfn` in a lane. */
export function drop_psc_path(kvm: Kvm, vcpu: number, gfn: number, lane: number): void {
  if (kvm.config.pscEntries === 0) return;
  for (let level = PG_LEVEL_2M; level <= kvm.config.levels; level++)
    kvm.tlb[cpu_of(kvm, vcpu)].psc[psc_slot(kvm, lane, level, gfn)] = NO_PSC_ENTRY;
}
