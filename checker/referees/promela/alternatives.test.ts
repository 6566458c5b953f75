import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomGraph } from '../../compiler/codegen/testing/random-graphs.js';
import { int, load, local, nowhere, num, op } from '../../compiler/codegen/testing/toys.js';
import type { Block, Expr, Graph, ProcessGraph } from '../../compiler/ir/graph.js';
import { evaluate, initialState, type InterpretedState, transitions } from '../../compiler/ir/interpret.js';
import { InputError } from '../../diagnostics.js';
import { codeOf, waysOf } from './alternatives.js';

type Spoil = (guard: Expr) => Expr;

/** The transitions of one process, by way of its alternatives: each is a graph whose step begins with the code. */
function byAlternatives(graph: Graph, state: InterpretedState, index: number, spoil: Spoil) {
  const process = graph.processes[index];
  const own = state.processes[index];
  const point = process?.boundaries[own?.boundary ?? -1];
  if (process === undefined || own === undefined || point === undefined) return [];
  const { start, ways } = waysOf(process, graph.cells, point.block);
  return ways
    .filter(({ guard }) => evaluate(spoil(guard), own.locals, state.cells, state.cells) !== 0)
    .flatMap(({ choices, guard }) => {
      const { blocks, alternatives } = codeOf(process.blocks, choices, [{ start, guard }]);
      const boundaries = process.boundaries.map((each) => ({ ...each, block: alternatives[0]?.entry ?? 0 }));
      const other: ProcessGraph = { ...process, blocks, boundaries };
      const only = graph.processes.map((each, i) => (i === index ? other : each));
      return transitions({ ...graph, processes: only }, state).filter((each) => each.process === index);
    });
}

const keyOf = (each: { target: unknown; failure: number | null }): string =>
  JSON.stringify([each.target, each.failure]);

/** Compares both in the first states of a graph; the number of transitions. */
function compare(
  graph: Graph,
  start: InterpretedState,
  limit: number,
  spoil: Spoil = (guard) => guard,
): number {
  const known = new Map([[JSON.stringify(start), start]]);
  let count = 0;
  for (const state of known.values()) {
    const all = transitions(graph, state);
    for (const [index] of graph.processes.entries()) {
      const expected = all.filter(({ process }) => process === index).map(keyOf);
      expect(byAlternatives(graph, state, index, spoil).map(keyOf).sort()).toEqual(expected.sort());
      count += expected.length;
    }
    for (const { target } of all)
      if (target !== null && known.size < limit) known.set(JSON.stringify(target), target);
  }
  return count;
}

describe('alternatives', () => {
  it('are enabled where the step is, once for each way of taking it, and do the same', () => {
    let [count, refused] = [0, 0];
    fc.assert(
      fc.property(randomGraph, ({ graph, tree }) => {
        try {
          count += compare(graph, initialState(graph, tree), 20);
        } catch (error) {
          if (!(error instanceof InputError)) throw error;
          refused++;
        }
      }),
      { numRuns: 120 },
    );
    // Random graphs: a third of what most runs see, so that only a generator that has stopped to give choices fails.
    expect(count).toBeGreaterThan(300);
    expect(refused).toBeLessThan(12);
  });

  it('see what the step has stored before it chooses', () => {
    const ref = { base: 0, indexes: [] };
    const blocks: Block[] = [
      {
        instrs: [{ do: 'store', ref, value: op(load(ref), '+', num(1)) }],
        end: { to: 'choose', local: 0, count: load(ref), block: 1 },
      },
      { instrs: [], end: { to: 'branch', test: op(local(0), '<', num(2)), then: 2, else: 3 } },
      { instrs: [{ do: 'store', ref, value: local(0) }], end: { to: 'boundary', boundary: 0 } },
      { instrs: [], end: { to: 'disabled' } },
      { instrs: [], end: { to: 'boundary', boundary: 0 } },
    ];
    const graph: Graph = {
      cells: [{ path: ['x'], domain: int(0, 4) }],
      processes: [
        {
          name: 'p',
          entry: 4,
          blocks,
          boundaries: [{ block: 0, frames: [], rest: null }],
          locals: [{ name: 'i', span: nowhere, domain: int(0, 4) }],
        },
      ],
      failures: [],
      invariants: [],
      stepPredicates: [],
      witnesses: [],
    };
    expect(compare(graph, initialState(graph, { x: 3 }), 10)).toBe(2 + 1 + 2);
  });

  it('are found to be wrong if a guard is dropped', () => {
    const result = fc.check(
      fc.property(randomGraph, ({ graph, tree }) => {
        compare(graph, initialState(graph, tree), 5, () => num(1));
      }),
      { numRuns: 50, endOnFailure: true },
    );
    expect(result.failed).toBe(true);
  });
});
