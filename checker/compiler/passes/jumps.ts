/** Shortens paths: through blocks that only jump, and by joining a block with the only one that leads to it. */
import type { Block, Terminator } from '../ir/graph.js';
import { type Flow, retarget } from '../ir/traverse.js';
import { arrivals, prune } from './prune.js';

export function shortenJumps(flow: Flow): Flow {
  return prune(joinChains(prune(forward(flow))));
}

/** Sends jumps to where the blocks that they lead to only jump on. */
function forward(flow: Flow): Flow {
  const { blocks } = flow;
  const targets = blocks.map((_, i) => i);
  const target = (block: number): number => {
    const seen = new Set<number>();
    let at = block;
    for (;;) {
      const next = blocks[at];
      // A loop of empty blocks never ends: there is nowhere to send its jumps.
      if (next === undefined || next.instrs.length > 0 || next.end.to !== 'block' || seen.has(at)) return at;
      seen.add(at);
      at = next.end.block;
    }
  };
  for (const [i] of blocks.entries()) targets[i] = target(i);
  const to = (block: number): number => targets[block] ?? block;
  const forwarded = blocks.map(
    ({ instrs, end }): Block => ({ instrs, end: shorten(retarget(end, to), blocks) }),
  );
  return {
    ...flow,
    entry: to(flow.entry),
    blocks: forwarded,
    boundaries: flow.boundaries.map((point) => ({ ...point, block: to(point.block) })),
  };
}

/** A jump to a block that only ends something ends it here; a branch with one target is a jump. */
function shorten(end: Terminator, blocks: readonly Block[]): Terminator {
  if (end.to === 'branch' && end.then === end.else) return shorten({ to: 'block', block: end.then }, blocks);
  if (end.to !== 'block') return end;
  const next = blocks[end.block];
  if (next === undefined || next.instrs.length > 0) return end;
  const { to } = next.end;
  return to === 'boundary' || to === 'end' || to === 'disabled' || to === 'failure' ? next.end : end;
}

/** Appends to each block the one that it jumps to, if no other leads there. */
function joinChains(flow: Flow): Flow {
  const counts = arrivals(flow);
  const blocks = [...flow.blocks];
  const joined = new Set<number>();
  for (const [i, first] of flow.blocks.entries()) {
    if (joined.has(i)) continue;
    const instrs = [...first.instrs];
    let { end } = first;
    while (end.to === 'block') {
      const next: number = end.block;
      const appended = blocks[next];
      if (appended === undefined || next === i || joined.has(next)) break;
      if (counts[next] !== 1 || next === flow.entry) break;
      instrs.push(...appended.instrs);
      end = appended.end;
      joined.add(next);
    }
    blocks[i] = { instrs, end };
  }
  return { ...flow, blocks };
}
