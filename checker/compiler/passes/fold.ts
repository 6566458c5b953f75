/**
 * The folding pass: what inlining could not yet see to be constant, decided, copied or unused. A choice among several
 * alternatives is never removed or moved: choices are part of a trace, and answered in order.
 */
import type { Graph } from '../ir/graph.js';
import type { Flow } from '../ir/traverse.js';
import { compact, compactFailures, mapFlows } from './compact.js';
import { dropDeadStores } from './dead-stores.js';
import { shortenJumps } from './jumps.js';
import { propagate } from './propagate.js';

/** Each round may make room for the next; more than these have not been seen to gain anything. */
const ROUNDS = 4;

export function fold(graph: Graph): Graph {
  return compactFailures(mapFlows(graph, foldFlow));
}

function foldFlow(flow: Flow): Flow {
  let folded = flow;
  for (let round = 0; round < ROUNDS; round++) {
    const before = sizeOf(folded);
    folded = compact(dropDeadStores(compact(shortenJumps(compact(propagate(folded))))));
    if (sizeOf(folded) === before) break;
  }
  return folded;
}

function sizeOf(flow: Flow): number {
  return flow.blocks.reduce((sum, { instrs }) => sum + instrs.length, flow.blocks.length);
}
