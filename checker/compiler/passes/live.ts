/** Which locals are live where: backward over the blocks of all steps, on bit sets. */
import type { Block } from '../ir/graph.js';
import { type Flow, instrExprs, successors, terminatorExpr, visitLocals } from '../ir/traverse.js';

/** A set of locals, one bit each. */
export type Bits = Uint32Array;

export interface Liveness {
  /** By block: what is live where it begins. */
  readonly atStart: readonly Bits[];
  /** By block: what is live where it ends, its terminator's own reads excluded. */
  readonly atEnd: (block: number) => Bits;
  /** By boundary: what the step from it, or its rest condition, may read. */
  readonly atBoundary: readonly Bits[];
}

export function liveness(flow: Flow): Liveness {
  const words = Math.ceil(flow.locals.length / 32);
  const { blocks, boundaries } = flow;
  const atStart = blocks.map(() => new Uint32Array(words));
  const resting = boundaries.map(({ rest }) => {
    const bits = new Uint32Array(words);
    if (rest !== null) visitLocals(rest, (local) => addBit(bits, local));
    return bits;
  });
  const atEnd = (block: number): Bits => {
    const live = new Uint32Array(words);
    const end = blocks[block]?.end;
    if (end === undefined) return live;
    for (const next of successors(end, boundaries)) addAll(live, atStart[next]);
    if (end.to === 'boundary') addAll(live, resting[end.boundary]);
    if (end.to === 'end' && flow.result !== null) addBit(live, flow.result);
    return live;
  };

  const predecessors: number[][] = blocks.map(() => []);
  for (const [i, block] of blocks.entries())
    for (const next of successors(block.end, boundaries)) predecessors[next]?.push(i);
  // Later blocks first: information flows backward, and blocks tend to stand before their successors.
  const queued = new Uint8Array(blocks.length).fill(1);
  const queue = blocks.map((_, i) => i);
  for (let i = queue.pop(); i !== undefined; i = queue.pop()) {
    queued[i] = 0;
    const block = blocks[i];
    const start = atStart[i];
    if (block === undefined || start === undefined) continue;
    const live = atEnd(i);
    stepBack(block, live);
    if (!addAll(start, live)) continue;
    for (const before of predecessors[i] ?? []) {
      if (queued[before] === 1) continue;
      queued[before] = 1;
      queue.push(before);
    }
  }
  const atBoundary = boundaries.map((point, i) => {
    const live = new Uint32Array(words);
    addAll(live, atStart[point.block]);
    addAll(live, resting[i]);
    return live;
  });
  return { atStart, atEnd, atBoundary };
}

/** From what is live at the end of a block to what is live at its start, in place. */
export function stepBack(block: Block, live: Bits): void {
  stepBackTerminator(block, live);
  for (let i = block.instrs.length - 1; i >= 0; i--) {
    const instr = block.instrs[i];
    if (instr === undefined) continue;
    if (instr.do === 'set') removeBit(live, instr.local);
    for (const expr of instrExprs(instr)) visitLocals(expr, (local) => addBit(live, local));
  }
}

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
      const before = bits[i] ?? 0;
      const after = (before | (other[i] ?? 0)) >>> 0;
      changed |= before ^ after;
      bits[i] = after;
    }
  return changed !== 0;
}

/** Calls `visit` for each member, in ascending order. */
export function forEachBit(bits: Bits, visit: (i: number) => void): void {
  for (let word = 0; word < bits.length; word++)
    for (let rest = bits[word] ?? 0; rest !== 0; rest &= rest - 1)
      visit(word * 32 + 31 - Math.clz32(rest & -rest));
}
