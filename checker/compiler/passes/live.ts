/** Which locals are live where: backward over the blocks of all steps, on bit sets. */
import type { Block } from '../ir/graph.js';
import { type Flow, instrExprs, successors, terminatorExpr, visitLocals } from '../ir/traverse.js';

/** A set of locals, one bit each. */
export type Bits = Uint32Array;

export interface Liveness {
  /** What is live where a block begins. */
  readonly atStart: (block: number) => Bits;
  /** What is live where a block ends, its terminator's own reads excluded. The caller may change the set. */
  readonly atEnd: (block: number) => Bits;
  /** By boundary: what the step from it, or its rest condition, may read. */
  readonly atBoundary: readonly Bits[];
}

export function wordsFor(locals: number): number {
  return Math.ceil(locals / 32);
}

export function liveness(flow: Flow): Liveness {
  const words = wordsFor(flow.locals.length);
  const { blocks, boundaries } = flow;
  // Per block: what is live at its start, at first what it reads before it sets it; and what it sets.
  const live = new Uint32Array(blocks.length * words);
  const sets = new Uint32Array(blocks.length * words);
  const start = (block: number): Bits => live.subarray(block * words, (block + 1) * words);
  const resting = boundaries.map(({ rest }) => {
    const bits = new Uint32Array(words);
    if (rest !== null) visitLocals(rest, (local) => addBit(bits, local));
    return bits;
  });
  const next = blocks.map(({ end }) => successors(end, boundaries));
  const previous: number[][] = blocks.map(() => []);
  for (const [i, block] of blocks.entries()) {
    for (const to of next[i] ?? []) previous[to]?.push(i);
    summarise(block, start(i), sets.subarray(i * words, (i + 1) * words), resting, flow.result);
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
    const bits = new Uint32Array(words);
    const end = blocks[block]?.end;
    for (const to of next[block] ?? []) addAll(bits, start(to));
    if (end?.to === 'boundary') addAll(bits, resting[end.boundary]);
    if (end?.to === 'end' && flow.result !== null) addBit(bits, flow.result);
    return bits;
  };
  const atBoundary = boundaries.map((point, i) => {
    const bits = start(point.block).slice();
    addAll(bits, resting[i]);
    return bits;
  });
  return { atStart: start, atEnd, atBoundary };
}

/** What a block reads before it sets it, and what it sets. */
function summarise(
  block: Block,
  reads: Bits,
  sets: Bits,
  resting: readonly Bits[],
  result: number | null,
): void {
  const { end } = block;
  if (end.to === 'boundary') addAll(reads, resting[end.boundary]);
  if (end.to === 'end' && result !== null) addBit(reads, result);
  if (end.to === 'choose') addBit(sets, end.local);
  stepBackTerminator(block, reads);
  const read = (local: number): void => addBit(reads, local);
  for (let i = block.instrs.length - 1; i >= 0; i--) {
    const instr = block.instrs[i];
    if (instr === undefined) continue;
    if (instr.do === 'set') {
      removeBit(reads, instr.local);
      addBit(sets, instr.local);
    }
    for (const expr of instrExprs(instr)) visitLocals(expr, read);
  }
}

/** From what is live behind the terminator of a block to what is live before it, in place. */
export function stepBackTerminator(block: Block, live: Bits): void {
  if (block.end.to === 'choose') removeBit(live, block.end.local);
  const expr = terminatorExpr(block.end);
  if (expr !== null) visitLocals(expr, (local) => addBit(live, local));
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
