/** Which locals are live where: backward over the blocks of all steps, on bit sets. */
import type { BoundaryPoint } from '../ir/graph.js';
import { type Flow, instrExprs, successors, terminatorExpr, visitLocals } from '../ir/traverse.js';

/** A set of numbers, one bit each. */
export type Bits = Uint32Array;

export interface Liveness {
  /** The locals that are live where some block begins, and by local its place among them or -1. Sets are of places. */
  readonly locals: readonly number[];
  readonly place: Int32Array;
  /** What is live where a block begins. */
  readonly atStart: (block: number) => Bits;
  /** What is live where a block ends, its terminator's own reads excluded. The caller may change the set. */
  readonly atEnd: (block: number) => Bits;
  /** By boundary: what the step from it, or its rest condition, may read. */
  readonly atBoundary: readonly Bits[];
}

export function wordsFor(members: number): number {
  return Math.ceil(members / 32);
}

export function liveness(flow: Flow): Liveness {
  const { blocks, boundaries } = flow;
  // Most locals live within one block only, and never get a bit.
  const summaries = summarise(flow);
  const { locals, place } = summaries;
  const words = wordsFor(locals.length);
  const live = new Uint32Array(blocks.length * words);
  const sets = new Uint32Array(blocks.length * words);
  const start = (block: number): Bits => live.subarray(block * words, (block + 1) * words);
  const bits = (members: readonly number[], target: Bits = new Uint32Array(words)): Bits => {
    for (const local of members) if ((place[local] ?? -1) >= 0) addBit(target, place[local] ?? 0);
    return target;
  };
  const resting = boundaries.map((point) => bits(restLocals(point)));
  const next = blocks.map(({ end }) => successors(end, boundaries));
  const previous: number[][] = blocks.map(() => []);
  for (let i = 0; i < blocks.length; i++) {
    for (const to of next[i] ?? []) previous[to]?.push(i);
    bits(summaries.reads[i] ?? [], start(i));
    bits(summaries.sets[i] ?? [], sets.subarray(i * words, (i + 1) * words));
  }

  // Later blocks first: information flows backward, and blocks tend to stand before their successors.
  const queued = new Uint8Array(blocks.length).fill(1);
  const queue = blocks.map((_, i) => i);
  for (let i = queue.pop(); i !== undefined; i = queue.pop()) {
    queued[i] = 0;
    let changed = false;
    for (const to of next[i] ?? [])
      for (let w = 0, at = i * words, from = to * words; w < words; w++, at++, from++) {
        const added = (live[from] ?? 0) & ~(sets[at] ?? 0) & ~(live[at] ?? 0);
        if (added === 0) continue;
        live[at] = (live[at] ?? 0) | added;
        changed = true;
      }
    if (!changed) continue;
    for (const before of previous[i] ?? []) {
      if (queued[before] === 1) continue;
      queued[before] = 1;
      queue.push(before);
    }
  }

  const atEnd = (block: number): Bits => {
    const end = blocks[block]?.end;
    const set = new Uint32Array(words);
    for (const to of next[block] ?? []) addAll(set, start(to));
    if (end?.to === 'boundary') addAll(set, resting[end.boundary]);
    if (end?.to === 'end' && flow.result !== null) bits([flow.result], set);
    return set;
  };
  const atBoundary = boundaries.map((point, i) => {
    const set = start(point.block).slice();
    addAll(set, resting[i]);
    return set;
  });
  return { locals, place, atStart: start, atEnd, atBoundary };
}

interface Summaries {
  readonly locals: readonly number[];
  readonly place: Int32Array;
  /** By block: what it reads before it sets it. */
  readonly reads: readonly (readonly number[])[];
  /** By block: what it sets. */
  readonly sets: readonly (readonly number[])[];
}

function summarise(flow: Flow): Summaries {
  const place = new Int32Array(flow.locals.length).fill(-1);
  const locals: number[] = [];
  const setIn = new Int32Array(flow.locals.length).fill(-1);
  const readIn = new Int32Array(flow.locals.length).fill(-1);
  const allReads: (readonly number[])[] = [];
  const allSets: (readonly number[])[] = [];
  let reads: number[] = [];
  let sets: number[] = [];
  let at = 0;
  const needed = (local: number): void => {
    if (place[local] === -1) place[local] = locals.push(local) - 1;
  };
  const read = (local: number): void => {
    if (setIn[local] === at || readIn[local] === at) return;
    readIn[local] = at;
    reads.push(local);
    needed(local);
  };
  const set = (local: number): void => {
    if (setIn[local] === at) return;
    setIn[local] = at;
    sets.push(local);
  };
  for (const { instrs, end } of flow.blocks) {
    reads = [];
    sets = [];
    for (const instr of instrs) {
      if (instr.do === 'set') {
        visitLocals(instr.value, read);
        set(instr.local);
      } else for (const expr of instrExprs(instr)) visitLocals(expr, read);
    }
    const decision = terminatorExpr(end);
    if (decision !== null) visitLocals(decision, read);
    if (end.to === 'choose') set(end.local);
    if (end.to === 'boundary') for (const local of restLocals(flow.boundaries[end.boundary])) read(local);
    if (end.to === 'end' && flow.result !== null) read(flow.result);
    allReads.push(reads);
    allSets.push(sets);
    at++;
  }
  for (const point of flow.boundaries) for (const local of restLocals(point)) needed(local);
  if (flow.result !== null) needed(flow.result);
  return { locals, place, reads: allReads, sets: allSets };
}

function restLocals(point: BoundaryPoint | undefined): readonly number[] {
  const locals: number[] = [];
  if (point !== undefined && point.rest !== null) visitLocals(point.rest, (local) => locals.push(local));
  return locals;
}

/** Whether a local is in a set of live ones. */
export function isLive(live: Liveness, set: Bits, local: number): boolean {
  const place = live.place[local] ?? -1;
  return place >= 0 && hasBit(set, place);
}

/** Calls `visit` for each local in a set of live ones. */
export function forEachLive(live: Liveness, set: Bits, visit: (local: number) => void): void {
  forEachBit(set, (place) => visit(live.locals[place] ?? 0));
}

export function hasBit(bits: Bits, i: number): boolean {
  return (((bits[i >>> 5] ?? 0) >>> (i & 31)) & 1) === 1;
}

export function addBit(bits: Bits, i: number): void {
  bits[i >>> 5] = (bits[i >>> 5] ?? 0) | (1 << (i & 31));
}

export function removeBit(bits: Bits, i: number): void {
  bits[i >>> 5] = (bits[i >>> 5] ?? 0) & ~(1 << (i & 31));
}

/** Adds the other set; whether that changed anything. */
export function addAll(bits: Bits, other: Bits | undefined): boolean {
  let changed = 0;
  if (other !== undefined)
    for (let i = 0; i < bits.length; i++) {
      const added = (other[i] ?? 0) & ~(bits[i] ?? 0);
      changed |= added;
      bits[i] = (bits[i] ?? 0) | added;
    }
  return changed !== 0;
}

/** Calls `visit` for each member, in ascending order. */
export function forEachBit(bits: Bits, visit: (i: number) => void): void {
  for (let word = 0; word < bits.length; word++)
    for (let rest = bits[word] ?? 0; rest !== 0; rest &= rest - 1)
      visit(word * 32 + 31 - Math.clz32(rest & -rest));
}
