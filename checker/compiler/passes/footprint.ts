/**
 * What each step may touch: for partial-order reduction (steps of different processes with disjoint footprints
 * commute) and for slicing (what no property can depend on). An over-approximation: a dynamic index reaches every
 * element, a branch goes both ways.
 */
import type { BoundaryPoint, CellRef, Expr, Graph, ProcessGraph } from '../ir/graph.js';
import { blockExprs, stepSuccessors, visitLoads } from '../ir/traverse.js';

/** Of the step from one boundary. Cells in ascending order. */
export interface Footprint {
  readonly reads: readonly number[];
  readonly writes: readonly number[];
  /** Cells that decide whether the process may stay at the boundary. */
  readonly restReads: readonly number[];
  /** Whether there may be states in which the step, with some or all of its choices, is not enabled. */
  readonly mayBlock: boolean;
  /** Whether it may end in a model error. */
  readonly mayFail: boolean;
  /** The boundaries that it may end at. */
  readonly next: readonly number[];
}

/** By process, by boundary. */
export function footprints(graph: Graph): readonly (readonly Footprint[])[] {
  return graph.processes.map((process) => process.boundaries.map((point) => footprintOf(process, point)));
}

/** The cells that a reference may reach. */
export function reachedCells(ref: CellRef): readonly number[] {
  let cells: readonly number[] = [ref.base];
  for (const { stride, length } of ref.indexes)
    cells = cells.flatMap((cell) => Array.from({ length }, (_, i) => cell + i * stride));
  return cells;
}

function footprintOf(process: ProcessGraph, point: BoundaryPoint): Footprint {
  const reads = new Set<number>();
  const writes = new Set<number>();
  const restReads = new Set<number>();
  const next = new Set<number>();
  let mayBlock = false;
  let mayFail = false;
  const seen = new Set<number>([point.block]);
  for (const at of seen) {
    const block = process.blocks[at];
    if (block === undefined) continue;
    for (const expr of blockExprs(block)) addLoads(expr, reads);
    for (const instr of block.instrs) {
      if (instr.do === 'store') for (const cell of reachedCells(instr.ref)) writes.add(cell);
      mayFail ||= instr.do === 'check';
    }
    const { end } = block;
    mayFail ||= end.to === 'failure';
    mayBlock ||= end.to === 'disabled' || (end.to === 'choose' && end.count.op !== 'const');
    if (end.to === 'boundary') next.add(end.boundary);
    // A set hands out what is added to it while it is walked through.
    for (const to of stepSuccessors(end)) seen.add(to);
  }
  if (point.rest !== null) addLoads(point.rest, restReads);
  return {
    reads: sorted(reads),
    writes: sorted(writes),
    restReads: sorted(restReads),
    mayBlock,
    mayFail,
    next: sorted(next),
  };
}

function addLoads(expr: Expr, cells: Set<number>): void {
  visitLoads(expr, (ref) => {
    for (const cell of reachedCells(ref)) cells.add(cell);
  });
}

function sorted(set: ReadonlySet<number>): readonly number[] {
  return [...set].sort((a, b) => a - b);
}
