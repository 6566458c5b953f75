/** What leads where: reachable blocks and how often each is jumped to. */
import type { Block } from '../ir/graph.js';
import { type Flow, successors } from '../ir/traverse.js';

/** The same flow with what cannot be reached emptied, so that it counts for nothing. Numbers stay. */
export function prune(flow: Flow): Flow {
  const reachable = new Uint8Array(flow.blocks.length);
  for (const block of reachableBlocks(flow)) reachable[block] = 1;
  return { ...flow, blocks: flow.blocks.map((block, i) => (reachable[i] === 1 ? block : nothing)) };
}

/** Depth first, so that a block usually stands before those that it leads to. */
export function reachableBlocks(flow: Flow): readonly number[] {
  const seen = new Uint8Array(flow.blocks.length);
  const order: number[] = [];
  const stack = [flow.entry];
  for (let block = stack.pop(); block !== undefined; block = stack.pop()) {
    const end = flow.blocks[block]?.end;
    if (end === undefined || seen[block] === 1) continue;
    seen[block] = 1;
    order.push(block);
    const next = successors(end, flow.boundaries);
    for (let i = next.length - 1; i >= 0; i--) stack.push(next[i] ?? flow.entry);
  }
  return order;
}

/** How many blocks and entries lead to each block. */
export function arrivals(flow: Flow): Int32Array {
  const counts = new Int32Array(flow.blocks.length);
  counts[flow.entry] = 1;
  for (const { end } of flow.blocks)
    for (const next of successors(end, flow.boundaries)) counts[next] = (counts[next] ?? 0) + 1;
  return counts;
}

const nothing: Block = { instrs: [], end: { to: 'disabled' } };
