/** For tests: a model of about the shape of a real one, in three files. */
export const TOY_MODEL: Readonly<Record<string, string>> = {
  'model/state.ts': `/** State of a toy MMU. */
import type { Below, Configuration, Range, Vector } from 'mmucheck/language';

export interface Config extends Configuration {
  readonly gfns: number;
  readonly fanout: number;
  readonly tables: number;
  readonly cpus: number;
  readonly flush: 'never' | 'always';
}

export type Gfn = Below<'gfns'>;
export type PageTableId = Below<'tables'>;
export type Owner = Range<-1, 'cpus'>;
export type Errno = -16 | -12 | 0;
export const EBUSY = -16;
export const ENOMEM = -12;

/** A page table entry. */
export interface Spte {
  readonly kind: 'NONE' | 'FROZEN' | 'LEAF' | 'TABLE';
  readonly pfn: Gfn;
  readonly child: PageTableId;
  readonly writable: boolean;
}

export interface PageTable {
  readonly spte: Vector<Spte, 'fanout'>;
  used: boolean;
}

export interface RwLock {
  writer: Owner;
  readers: Range<0, 'cpus'>;
}

export interface Cpu {
  mode: 'OUTSIDE' | 'INSIDE';
  request_flush: boolean;
  tlb: Spte;
}

export interface Kvm {
  readonly config: Config;
  mmu_lock: RwLock;
  pt: Vector<PageTable, 'tables'>;
  cpus: Vector<Cpu, 'cpus'>;
  splits: Range<0, 3>;
}

/** Lives on the stack of a walk. */
export interface TdpIter {
  gfn: Gfn;
  level: Range<1, 2>;
  old_spte: Spte;
  yielded: boolean;
}

export const NONPRESENT: Spte = { kind: 'NONE', pfn: 0, child: 0, writable: false };
export const FROZEN: Spte = { ...NONPRESENT, kind: 'FROZEN' };
export const ROOT = 0;
`,
  'model/locks.ts': `import { assert, choose, current, type Op } from 'mmucheck/language';
import type { Kvm, RwLock } from './state.js';

function is_free(lock: RwLock): boolean {
  return lock.writer < 0 && lock.readers === 0;
}

export function* write_lock(lock: RwLock): Op {
  yield () => is_free(lock);
  lock.writer = current();
}

export function* write_unlock(lock: RwLock): Op {
  yield;
  assert(lock.writer === current(), 'P14', 'unlocked by another');
  lock.writer = -1;
}

export function* read_lock(lock: RwLock): Op {
  yield () => lock.writer < 0;
  lock.readers++;
}

export function* read_unlock(lock: RwLock): Op {
  yield;
  lock.readers -= 1;
}

export function need_resched(kvm: Kvm): boolean {
  return kvm.config.cpus > 1 && choose(false, true);
}
`,
  'model/mmu.ts': `import { assert, assume, chooseBelow, equal, type Op, rest } from 'mmucheck/language';
import { need_resched, read_lock, read_unlock, write_lock, write_unlock } from './locks.js';
import {
  EBUSY,
  ENOMEM,
  type Errno,
  FROZEN,
  type Gfn,
  type Kvm,
  NONPRESENT,
  type PageTableId,
  ROOT,
  type Spte,
  type TdpIter,
} from './state.js';

function* try_cmpxchg64(kvm: Kvm, sp: PageTableId, index: number, old: Spte, next: Spte): Op<boolean> {
  yield;
  const table = kvm.pt[sp];
  if (!equal(table.spte[index], old)) return false;
  table.spte[index] = next;
  return true;
}

function small_spte(huge: Spte, index: number): Spte {
  return { ...huge, pfn: huge.pfn + index };
}

function alloc_table(kvm: Kvm): number {
  for (let i = 1; i < kvm.config.tables; i++) {
    if (kvm.pt[i].used) continue;
    kvm.pt[i].used = true;
    return i;
  }
  return ENOMEM;
}

function* link(kvm: Kvm, iter: TdpIter, sp: PageTableId, shared: boolean): Op<Errno> {
  const spte: Spte = { ...NONPRESENT, kind: 'TABLE', child: sp };
  if (shared) {
    if (!(yield* try_cmpxchg64(kvm, ROOT, iter.gfn, iter.old_spte, FROZEN))) return EBUSY;
    yield;
  }
  kvm.pt[ROOT].spte[iter.gfn] = spte;
  iter.old_spte = spte;
  return 0;
}

/** Publishes a populated child table in place of a huge SPTE. */
function* split(kvm: Kvm, iter: TdpIter, shared: boolean): Op<Errno> {
  const huge = iter.old_spte;
  const sp = alloc_table(kvm);
  if (sp < 0) return ENOMEM;
  for (let i = 0; i < kvm.config.fanout; i++) kvm.pt[sp].spte[i] = small_spte(huge, i);
  const err = yield* link(kvm, iter, sp, shared);
  if (err) {
    kvm.pt[sp].used = false;
    return err;
  }
  kvm.splits += kvm.splits < 3 ? 1 : 0;
  return 0;
}

function* flush_all(kvm: Kvm): Op {
  for (let cpu = 0; cpu < kvm.config.cpus; cpu++) {
    yield;
    if (kvm.cpus[cpu].mode === 'INSIDE') kvm.cpus[cpu].request_flush = true;
    yield () => !kvm.cpus[cpu].request_flush;
  }
}

export function* split_all(kvm: Kvm, shared: boolean): Op {
  const iter: TdpIter = { gfn: 0, level: 2, old_spte: NONPRESENT, yielded: false };
  let flush = false;
  if (shared) yield* read_lock(kvm.mmu_lock);
  else yield* write_lock(kvm.mmu_lock);
  let gfn: Gfn = 0;
  retry: while (gfn < kvm.config.fanout) {
    iter.gfn = gfn;
    yield;
    iter.old_spte = kvm.pt[ROOT].spte[gfn];
    if (need_resched(kvm)) {
      iter.yielded = true;
      yield;
      continue retry;
    }
    switch (iter.old_spte.kind) {
      case 'LEAF':
        if ((yield* split(kvm, iter, shared)) === EBUSY) continue;
        flush = true;
        break;
      case 'FROZEN':
        continue retry;
      case 'NONE':
      case 'TABLE':
        break;
    }
    if (gfn === kvm.config.fanout - 1) break;
    gfn++;
  }
  if (shared) yield* read_unlock(kvm.mmu_lock);
  else yield* write_unlock(kvm.mmu_lock);
  if (flush && kvm.config.flush === 'always') yield* flush_all(kvm);
}

export function* guest(kvm: Kvm, cpu: number): Op {
  while (true) {
    yield rest(() => kvm.cpus[cpu].mode === 'OUTSIDE');
    const self = kvm.cpus[cpu];
    if (self.request_flush) {
      self.request_flush = false;
      self.tlb = NONPRESENT;
    } else if (self.mode === 'INSIDE') {
      const gfn = chooseBelow(kvm.config.fanout);
      assume(kvm.pt[ROOT].spte[gfn].kind === 'LEAF');
      self.tlb = kvm.pt[ROOT].spte[gfn];
      assert(self.tlb.pfn >= gfn, 'P1', 'wrong frame');
    } else {
      self.mode = 'INSIDE';
    }
  }
}

export function no_write_through_stale_entry(kvm: Kvm): boolean {
  for (let cpu = 0; cpu < kvm.config.cpus; cpu++) {
    if (kvm.cpus[cpu].tlb.writable && kvm.cpus[cpu].mode === 'INSIDE') return false;
  }
  return true;
}

export function splits_grow(before: Kvm, after: Kvm): boolean {
  return before.splits <= after.splits;
}
`,
};

export const TOY_ROOTS = [
  { file: 'model/mmu.ts', name: 'split_all' },
  { file: 'model/mmu.ts', name: 'guest' },
  { file: 'model/mmu.ts', name: 'no_write_through_stale_entry' },
  { file: 'model/mmu.ts', name: 'splits_grow' },
];
