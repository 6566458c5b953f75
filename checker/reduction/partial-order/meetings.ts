/** Where the two sides of a branch meet again within the step. */
import type { Block } from '../../compiler/ir/graph.js';
import { stepSuccessors } from '../../compiler/ir/traverse.js';

export interface Meeting {
  /** The block that is reached soonest from both sides; null if there is none near. */
  readonly meeting: number | null;
  /** Whether one side goes there without doing anything. */
  readonly mayBeIdle: boolean;
}

const FAR = 48;

export function meetingOf(blocks: readonly Block[], left: number, right: number): Meeting {
  const fromLeft = distances(blocks, left);
  const fromRight = distances(blocks, right);
  let meeting: number | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const [block, distance] of fromLeft) {
    const other = fromRight.get(block);
    if (other === undefined || Math.max(distance, other) >= least) continue;
    meeting = block;
    least = Math.max(distance, other);
  }
  if (meeting === null) return { meeting, mayBeIdle: false };
  return { meeting, mayBeIdle: isIdle(blocks, left, meeting) || isIdle(blocks, right, meeting) };
}

/** By block, how many blocks lie between; those that are near. */
function distances(blocks: readonly Block[], from: number): ReadonlyMap<number, number> {
  const found = new Map([[from, 0]]);
  // A map hands out what is added to it while it is walked through.
  for (const [block, distance] of found) {
    const end = blocks[block]?.end;
    if (end === undefined || found.size > FAR) break;
    for (const to of stepSuccessors(end)) if (!found.has(to)) found.set(to, distance + 1);
  }
  return found;
}

function isIdle(blocks: readonly Block[], from: number, to: number): boolean {
  let at = from;
  for (let i = 0; i < 3 && at !== to; i++) {
    const block = blocks[at];
    if (block === undefined || block.instrs.length > 0) return false;
    const { end } = block;
    if (end.to !== 'block' && end.to !== 'passed') return false;
    at = end.block;
  }
  return at === to;
}
