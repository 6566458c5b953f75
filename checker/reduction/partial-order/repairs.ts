/**
 * Whether a change of some cells can turn a violation of an invariant into none. All values of the other cells are
 * tried, but each only when the evaluation comes to read it: conditions that are decided early cut most off.
 */
import type { Graph, PredicateGraph } from '../../compiler/ir/graph.js';
import { evaluate } from '../../compiler/ir/interpret.js';

export interface Change {
  readonly from: number;
  readonly to: number;
}

/** More evaluations than this are given up; the step counts as visible then. */
const MOST_EVALUATIONS = 1500;
const MOST_VALUES = 255;
const MOST_BLOCKS = 10_000;

/** True only if the invariant does not hold after the changes wherever it did not before. */
export function neverRepairs(
  graph: Graph,
  invariant: PredicateGraph,
  changes: ReadonlyMap<number, Change>,
): boolean {
  const assumed = new Map<number, number>();
  let left = MOST_EVALUATIONS;
  const holds = (side: keyof Change): boolean =>
    evaluation(invariant, (cell) => changes.get(cell)?.[side] ?? assumed.get(cell) ?? null);

  const search = (): boolean => {
    if (--left < 0) return false;
    try {
      return holds('from') || !holds('to');
    } catch (missing) {
      if (!(missing instanceof Missing)) throw missing;
      const { cell } = missing;
      const { lo, hi } = graph.cells[cell]?.domain ?? { lo: 0, hi: MOST_VALUES + 1 };
      if (hi - lo > MOST_VALUES) return false;
      for (let value = lo; value <= hi; value++) {
        assumed.set(cell, value);
        if (!search()) return false;
      }
      assumed.delete(cell);
      return true;
    }
  };
  return search();
}

/** Thrown where an evaluation reads a cell of which nothing is assumed. */
class Missing {
  constructor(readonly cell: number) {}
}

/** Whether the predicate holds; one that fails to be evaluated does not. */
function evaluation(predicate: PredicateGraph, valueOf: (cell: number) => number | null): boolean {
  const cells = new Proxy<readonly number[]>([], {
    get: (_, cell) => {
      const value = valueOf(Number(cell));
      if (value === null) throw new Missing(Number(cell));
      return value;
    },
  });
  const locals = predicate.locals.map(({ domain }) => domain?.lo ?? 0);
  let at = predicate.entry;
  for (let count = 0; count < MOST_BLOCKS; count++) {
    const block = predicate.blocks[at];
    if (block === undefined) break;
    for (const instr of block.instrs) {
      if (instr.do === 'check') {
        if (evaluate(instr.test, locals, cells, cells) === 0) return false;
      } else if (instr.do === 'set') locals[instr.local] = evaluate(instr.value, locals, cells, cells);
      else throw new Error(`${predicate.name} stores`);
    }
    const { end } = block;
    if (end.to === 'block' || end.to === 'passed') at = end.block;
    else if (end.to === 'branch') at = evaluate(end.test, locals, cells, cells) !== 0 ? end.then : end.else;
    else if (end.to === 'end') return locals[predicate.result] !== 0;
    else return false;
  }
  throw new Error(`${predicate.name} does not end`);
}
