/**
 * The choices that a step makes, for languages in which a transition names all alternatives beforehand: a parameter
 * for each. Choices that no path makes both of share one.
 */
import { rangeOf } from '../../compiler/codegen/ranges.js';
import type { Cell, ProcessGraph } from '../../compiler/ir/graph.js';
import { stepSuccessors } from '../../compiler/ir/traverse.js';

export interface Choices {
  /** By parameter: its greatest number of alternatives. */
  readonly counts: readonly number[];
  /** By parameter: the local that takes it first. */
  readonly locals: readonly number[];
  /** The parameter of a block that ends in a choice. */
  readonly parameterOf: ReadonlyMap<number, number>;
  /** By block: the parameters whose choices may be made there or later. None of them has been made before. */
  readonly ahead: (block: number) => ReadonlySet<number>;
}

/** More alternatives than this are not foreseen. */
const MOST = 256;

/** Null if the step may choose any number of times, or between any number of alternatives. */
export function choicesOf(process: ProcessGraph, start: number, cells: readonly Cell[]): Choices | null {
  const { blocks, locals } = process;
  const order = pathOrder(start, (at) => stepSuccessors(blocks[at]?.end ?? { to: 'end' }));
  /** By block: how many choices a path there may have made. */
  const made = new Map<number, number>([[start, 0]]);
  const counts: number[] = [];
  const firstLocals: number[] = [];
  const parameterOf = new Map<number, number>();
  const position = new Map(order.map((block, i) => [block, i]));
  for (const at of order) {
    const block = blocks[at];
    if (block === undefined) continue;
    const { end } = block;
    const before = made.get(at) ?? 0;
    if (end.to === 'choose') {
      const count = Math.max(1, rangeOf(end.count, { cells, locals }).hi);
      if (count > MOST) return null;
      parameterOf.set(at, before);
      counts[before] = Math.max(counts[before] ?? 1, count);
      firstLocals[before] ??= end.local;
    }
    const after = end.to === 'choose' ? before + 1 : before;
    for (const to of stepSuccessors(end)) {
      // Round a loop that chooses there is no last choice.
      if ((position.get(to) ?? 0) <= (position.get(at) ?? 0) && after > 0) return null;
      made.set(to, Math.max(made.get(to) ?? 0, after));
    }
  }
  const ahead = new Map<number, ReadonlySet<number>>();
  for (const at of order.toReversed()) {
    const end = blocks[at]?.end ?? { to: 'end' };
    const own = parameterOf.get(at);
    const later = stepSuccessors(end).flatMap((to) => [...(ahead.get(to) ?? [])]);
    ahead.set(at, new Set(own === undefined ? later : [own, ...later]));
  }
  return { counts, locals: firstLocals, parameterOf, ahead: (block) => ahead.get(block) ?? new Set() };
}

/** Each block before its successors, except where they lead back. */
export function pathOrder(start: number, next: (block: number) => readonly number[]): readonly number[] {
  const seen = new Set<number>();
  const order: number[] = [];
  const walk = (at: number): void => {
    if (seen.has(at)) return;
    seen.add(at);
    for (const to of next(at)) walk(to);
    order.push(at);
  };
  walk(start);
  return order.reverse();
}
