/**
 * Slicing: a graph in which only the cone of influence is left of the shared state and the locals. A cell outside it
 * keeps its place with one value, its first, and takes no bits; stores into it are gone. Every step, check and choice
 * stays where it is.
 */
import type { Block, Cell, Domain, Graph, Terminator } from '../../compiler/ir/graph.js';
import { flowOfProcess } from '../../compiler/ir/traverse.js';
import { processOf } from '../../compiler/passes/compact.js';
import { shortenJumps } from '../../compiler/passes/jumps.js';
import { resetDeadLocals } from '../../compiler/passes/resets.js';
import { type Cone, coneOfInfluence, isKept } from './cone.js';

export interface Slice {
  readonly graph: Graph;
  /** The cells that are no longer part of the state. */
  readonly removed: readonly number[];
}

/**
 * @param initial the values that the cells begin with
 * @param cone another set, for tests
 */
export function slice(
  graph: Graph,
  initial: readonly number[],
  deadlock: boolean,
  cone: Cone = coneOfInfluence(graph, deadlock),
): Slice {
  const removed = graph.cells.flatMap((_, cell) => (cone.cells[cell] === true ? [] : [cell]));
  const sliced: Graph = {
    ...graph,
    cells: graph.cells.map((cell, i) => (cone.cells[i] === true ? cell : fixed(cell, initial[i]))),
    processes: graph.processes.map((process, i) => {
      const blocks = process.blocks.map((block, at) => sliceBlock(block, at, i, cone));
      return processOf(process.name, shortenJumps(flowOfProcess({ ...process, blocks })));
    }),
  };
  return { graph: resetDeadLocals(sliced), removed };
}

function sliceBlock(block: Block, at: number, process: number, cone: Cone): Block {
  const locals = cone.locals[process] ?? [];
  const instrs = block.instrs.filter((instr) => isKept(instr, cone.cells, locals));
  const end = sliceEnd(block.end, at, process, cone);
  return instrs.length === block.instrs.length && end === block.end ? block : { instrs, end };
}

/** A branch that decides nothing goes on where its ways meet. */
function sliceEnd(end: Terminator, at: number, process: number, cone: Cone): Terminator {
  if (end.to !== 'branch' || cone.branches[process]?.[at] === true) return end;
  const join = cone.control[process]?.join(at) ?? null;
  return join === null ? end : { to: 'block', block: join };
}

function fixed(cell: Cell, value: number | undefined): Cell {
  const { lo, names } = cell.domain;
  const only = value ?? lo;
  const name = names?.[only - lo];
  const domain: Domain = { lo: only, hi: only, names: name === undefined ? null : [name] };
  return { path: cell.path, domain };
}
