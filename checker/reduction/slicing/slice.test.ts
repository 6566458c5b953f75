/** A slice can do what the graph can do, on random graphs; and one that leaves out too much is found. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { generateMachine } from '../../compiler/codegen/javascript.js';
import { type RandomGraph, randomGraph } from '../../compiler/codegen/testing/random-graphs.js';
import type { Graph } from '../../compiler/ir/graph.js';
import { resetDeadLocals } from '../../compiler/passes/resets.js';
import { compareInLockstep } from '../testing/lockstep.js';
import { initialValues } from '../values.js';
import { type Cone, coneOfInfluence } from './cone.js';
import { slice } from './slice.js';

function compare({ graph, tree }: RandomGraph, deadlock: boolean, cone?: (graph: Graph) => Cone): number {
  const full = resetDeadLocals(graph);
  const sliced = slice(full, initialValues(full, tree), deadlock, cone?.(full));
  compareInLockstep(generateMachine(full, tree), generateMachine(sliced.graph, tree), 300);
  return sliced.removed.length;
}

test('a slice has the same steps, choices, failures, predicates and stuck states', () => {
  let removed = 0;
  fc.assert(
    fc.property(randomGraph, (random) => {
      removed += compare(random, true);
    }),
    { numRuns: 100 },
  );
  // The graphs are such that there is something to slice.
  expect(removed).toBeGreaterThan(100);
});

describe('a slice that leaves out too much is found', () => {
  const wrong: Readonly<Record<string, (cone: Cone, graph: Graph) => Cone>> = {
    'a cell that something depends on': (cone, graph) => {
      const read = cone.cells.indexOf(true);
      return { ...cone, cells: graph.cells.map((_, i) => cone.cells[i] === true && i !== read) };
    },
    'a branch that decides something': (cone) => ({
      ...cone,
      branches: cone.branches.map((branches) => branches.map(() => false)),
    }),
    'the locals': (cone) => ({ ...cone, locals: cone.locals.map((locals) => locals.map(() => false)) }),
  };
  for (const [name, change] of Object.entries(wrong))
    test(name, () => {
      const failing = fc.check(
        fc.property(randomGraph, (random) => {
          compare(random, true, (graph) => change(coneOfInfluence(graph, true), graph));
        }),
        { numRuns: 1000, seed: 1, endOnFailure: true },
      );
      expect(failing.failed).toBe(true);
    });

  test('what makes a step that ends where it began lead to another state', () => {
    const failing = fc.check(
      fc.property(randomGraph, (random) => {
        compare(random, true, (graph) => coneOfInfluence(graph, false));
      }),
      { numRuns: 1500, seed: 1, endOnFailure: true },
    );
    expect(failing.failed).toBe(true);
  });
});
