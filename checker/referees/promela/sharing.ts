/**
 * Which steps of a process are written together. A step is code from one boundary to the next, and the code of many
 * ends in the same blocks: written one by one, the steps of a page fault repeat each line a dozen times. In one `d_step`
 * they share what they have in common.
 */
import type { Block, ProcessGraph } from '../../compiler/ir/graph.js';
import { stepSuccessors } from '../../compiler/ir/traverse.js';

/** In statements: less is repeated. */
const WORTH_SHARING = 8;
/** SPIN takes at most 2048 statements in a `d_step`, and counts more generously than we do. */
const MOST_STATEMENTS = 1200;

interface Group {
  readonly boundaries: readonly number[];
  readonly blocks: ReadonlySet<number>;
}

/** Groups of boundaries; each boundary is in one. */
export function sharingSteps(process: ProcessGraph): readonly (readonly number[])[] {
  const sizes = process.blocks.map(sizeOf);
  const sizeAll = (blocks: Iterable<number>): number => {
    let sum = 0;
    for (const at of blocks) sum += sizes[at] ?? 0;
    return sum;
  };
  const groups: Group[] = process.boundaries.map(({ block }, i) => ({
    boundaries: [i],
    blocks: reachable(block, process.blocks),
  }));
  // The two that have the most in common first.
  for (;;) {
    let best: { readonly first: number; readonly second: number; readonly saved: number } | null = null;
    for (const [second, b] of groups.entries()) {
      for (const [first, a] of groups.slice(0, second).entries()) {
        const common = [...a.blocks].filter((at) => b.blocks.has(at));
        const saved = sizeAll(common);
        if (saved < WORTH_SHARING || saved <= (best?.saved ?? 0)) continue;
        if (sizeAll(a.blocks) + sizeAll(b.blocks) - saved > MOST_STATEMENTS) continue;
        best = { first, second, saved };
      }
    }
    const [a, b] = best === null ? [] : [groups[best.first], groups[best.second]];
    if (best === null || a === undefined || b === undefined) break;
    groups[best.first] = {
      boundaries: [...a.boundaries, ...b.boundaries],
      blocks: new Set([...a.blocks, ...b.blocks]),
    };
    groups.splice(best.second, 1);
  }
  return groups.map(({ boundaries }) => boundaries.toSorted((x, y) => x - y));
}

/** Statements of Promela, about. */
function sizeOf({ instrs, end }: Block): number {
  const own = instrs.reduce((sum, { do: kind }) => sum + (kind === 'check' ? 6 : 1), 0);
  return own + (end.to === 'branch' ? 5 : 2);
}

function reachable(start: number, blocks: readonly Block[]): ReadonlySet<number> {
  const found = new Set<number>();
  const pending = [start];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    const block = blocks[at];
    if (block === undefined || found.has(at)) continue;
    found.add(at);
    pending.push(...stepSuccessors(block.end));
  }
  return found;
}
