/**
 * Which blocks of a process get a function of their own because the steps from several boundaries run through them.
 * Without that the code would grow with the product of boundaries and blocks; a process compiled from a kernel
 * function of some length has dozens of the one and hundreds of the other, and compiling its code, here and in the
 * JavaScript engine, would take longer than most searches.
 *
 * Seen from a root that leads to all entries, a block that only the root dominates is reached in several ways. If what
 * it dominates is worth a call, it is cut off there.
 */
import type { Block, ProcessGraph } from '../ir/graph.js';
import { blockExprs, stepSuccessors, visitExpr } from '../ir/traverse.js';
import { dominatorTree } from './control.js';

/** In operations, about: less is repeated rather than called. */
const WORTH_A_CALL = 100;

export function sharedBlocks(process: ProcessGraph): ReadonlySet<number> {
  const { blocks } = process;
  const root = blocks.length;
  const chosen = blocks.flatMap(({ end }) => (end.to === 'choose' ? [end.block] : []));
  const entries = new Set([process.entry, ...process.boundaries.map(({ block }) => block), ...chosen]);
  const next = (index: number): readonly number[] => {
    const block = blocks[index];
    if (block === undefined) return [...entries];
    return block.end.to === 'choose' ? [] : stepSuccessors(block.end);
  };
  const { order, children, dominates } = dominatorTree(root, next);
  const sizeBelow = (index: number): number => {
    const block = blocks[index];
    const own = block === undefined ? 0 : sizeOf(block);
    return (children.get(index) ?? []).reduce((sum, child) => sum + sizeBelow(child), own);
  };
  const candidates = (children.get(root) ?? []).filter(
    (index) => !entries.has(index) && sizeBelow(index) >= WORTH_A_CALL,
  );
  // A function that begins in the middle of a loop would go around it by recursion.
  return new Set(
    candidates.filter((index) => cycleThrough(index, order, next).every((other) => dominates(index, other))),
  );
}

/** The blocks that lie on a cycle with the given one. */
function cycleThrough(
  start: number,
  order: readonly number[],
  next: (block: number) => readonly number[],
): number[] {
  const reached = new Set<number>();
  const pending = [...next(start)];
  for (let index = pending.pop(); index !== undefined; index = pending.pop()) {
    if (reached.has(index)) continue;
    reached.add(index);
    pending.push(...next(index));
  }
  if (!reached.has(start)) return [];
  const leading = new Set([start]);
  for (let size = 0; size !== leading.size; ) {
    size = leading.size;
    for (const index of order) if (next(index).some((to) => leading.has(to))) leading.add(index);
  }
  return [...reached].filter((index) => leading.has(index));
}

function sizeOf(block: Block): number {
  let size = block.instrs.length + (block.end.to === 'boundary' ? 8 : 1);
  for (const expr of blockExprs(block)) visitExpr(expr, () => size++);
  return size;
}
