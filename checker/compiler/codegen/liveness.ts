/**
 * Which locals are live where: needed later without having been set again. A boundary keeps alive what the step from
 * it needs and what its `rest` reads.
 */
import type { Block, Expr, ProcessGraph } from '../ir/graph.js';
import { instrExprs, stepSuccessors, terminatorExpr, visitLocals } from '../ir/traverse.js';

/** Sets of locals, as the bits of bigints. */
export interface Liveness {
  /** By block: at its begin. */
  readonly atBlock: readonly bigint[];
  /** By boundary. */
  readonly atBoundary: readonly bigint[];
}

export function liveness(process: ProcessGraph): Liveness {
  const rests = process.boundaries.map(({ rest }) => (rest === null ? 0n : reads(rest)));
  const atBlock = process.blocks.map(() => 0n);
  const live = (block: number): bigint => atBlock[block] ?? 0n;
  const atBoundary = (index: number): bigint =>
    (rests[index] ?? 0n) | live(process.boundaries[index]?.block ?? -1);

  const atBegin = (block: Block): bigint => {
    const { instrs, end } = block;
    let now = end.to === 'boundary' ? atBoundary(end.boundary) : 0n;
    for (const next of stepSuccessors(end)) now |= live(next);
    if (end.to === 'choose') now &= ~bit(end.local);
    const decision = terminatorExpr(end);
    if (decision !== null) now |= reads(decision);
    for (const instr of instrs.toReversed()) {
      if (instr.do === 'set') now &= ~bit(instr.local);
      for (const expr of instrExprs(instr)) now |= reads(expr);
    }
    return now;
  };

  for (let changed = true; changed; ) {
    changed = false;
    for (let index = process.blocks.length - 1; index >= 0; index--) {
      const block = process.blocks[index];
      if (block === undefined) continue;
      const now = atBegin(block);
      if (now !== atBlock[index]) changed = true;
      atBlock[index] = now;
    }
  }
  return { atBlock, atBoundary: process.boundaries.map((_, index) => atBoundary(index)) };
}

export function bit(index: number): bigint {
  return 1n << BigInt(index);
}

/** The members of a set that is kept as the bits of a bigint, in ascending order. */
export function members(set: bigint): number[] {
  const found: number[] = [];
  for (let rest = set, index = 0; rest !== 0n; rest >>= 1n, index++) if (rest & 1n) found.push(index);
  return found;
}

function reads(expr: Expr): bigint {
  let found = 0n;
  visitLocals(expr, (local) => {
    found |= bit(local);
  });
  return found;
}
