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
/**
 * Where a process has more groups, also such are put together that share nothing. SPIN tries what there is at a place one
 * after the other; half as many made its search a tenth faster.
 */
const FEW = 6;

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
  let groups: readonly Group[] = process.boundaries.map(({ block }, i) => ({
    boundaries: [i],
    blocks: reachable(block, process.blocks),
  }));
  for (;;) {
    const most = groups.length > FEW ? 0 : WORTH_SHARING;
    const best = pairs(groups)
      .map(([a, b]) => ({ a, b, saved: sizeAll([...a.blocks].filter((at) => b.blocks.has(at))) }))
      .filter(({ a, b, saved }) => sizeAll(a.blocks) + sizeAll(b.blocks) - saved <= MOST_STATEMENTS)
      .reduce<Pair | null>((first, each) => (each.saved > (first?.saved ?? most - 1) ? each : first), null);
    if (best === null) break;
    const { a, b } = best;
    const both = {
      boundaries: [...a.boundaries, ...b.boundaries],
      blocks: new Set([...a.blocks, ...b.blocks]),
    };
    groups = groups.filter((each) => each !== b).map((each) => (each === a ? both : each));
  }
  return groups.map(({ boundaries }) => boundaries.toSorted((x, y) => x - y));
}

/** What two groups have in common, in statements. */
interface Pair {
  readonly a: Group;
  readonly b: Group;
  readonly saved: number;
}

function pairs(groups: readonly Group[]): readonly (readonly [Group, Group])[] {
  return groups.flatMap((a, i) => groups.slice(i + 1).map((b) => [a, b] as const));
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
