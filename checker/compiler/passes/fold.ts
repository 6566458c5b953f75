/**
 * The folding pass: what inlining could not yet see to be constant, decided, copied or unused. A choice among several
 * alternatives is never removed or moved: choices are part of a trace, and answered in order.
 */
import type { Graph } from '../ir/graph.js';
import type { Flow } from '../ir/traverse.js';
import { compact, mapFlows } from './compact.js';
import { dropDeadStores } from './dead-stores.js';
import { shortenJumps } from './jumps.js';
import { propagate } from './propagate.js';
import { prune } from './prune.js';

/** Each round makes room for the next; a third one takes away less than 2% of the blocks that two have left. */
const ROUNDS = 2;

export function fold(graph: Graph): Graph {
  return mapFlows(graph, (flow) => foldFlow(flow, graph.cells.length));
}

function foldFlow(flow: Flow, cells: number): Flow {
  let folded = prune(flow);
  for (let round = 0; round < ROUNDS; round++) {
    const before = sizeOf(folded);
    folded = dropDeadStores(shortenJumps(prune(propagate(folded, cells))));
    if (sizeOf(folded) === before) break;
  }
  return compact(shortenJumps(folded));
}

function sizeOf(flow: Flow): number {
  return flow.blocks.reduce(
    (sum, { instrs, end }) => sum + instrs.length + (end.to === 'disabled' ? 0 : 1),
    0,
  );
}
