import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { generateMachine } from '../../compiler/codegen/javascript.js';
import { pack } from '../../compiler/codegen/packing.js';
import { peterson, philosophers } from '../../compiler/codegen/testing/toys.js';
import { allPasses as passes } from '../../compiler/passes/index.js';
import { Chase, type Steerable } from './chase.js';
import { Independence } from './independence.js';
import { partialOrder } from './index.js';
import { compareSearches } from './testing/compare.js';
import { type Case, tameCases, wildCases } from './testing/graphs.js';
import { StateSpace } from './testing/oracle.js';
import { Visibility } from './visibility.js';

const LIMIT = 1500;
const LIMITS = { facts: 40, blocks: 1000 };

function machineOf({ graph, tree }: Case): Steerable & ReturnType<typeof generateMachine> {
  const machine = generateMachine(graph, tree);
  const { expandOf } = machine;
  if (expandOf === undefined) throw new Error('no expandOf');
  return { ...machine, expandOf };
}

/** With every process taken for independent, or every step for invisible, by the one who asks. */
function wronglyReduced(
  given: Case,
  machine: Steerable,
  wrong: 'independence' | 'visibility',
): Steerable & Pick<Chase, 'chased'> {
  const packing = pack(given.graph);
  const independence = new Independence(given.graph, packing, LIMITS);
  const chase = new Chase(
    machine,
    {
      isIndependent: (process, state, at) =>
        wrong === 'independence' || independence.ask(process, state, at).independent,
    },
    wrong === 'visibility' ? { sees: () => false } : new Visibility(given.graph, packing),
  );
  return {
    ...machine,
    chased: chase.chased,
    expandOf: machine.expandOf,
    expand: (source, at, out, outAt) => chase.expand(source, at, out, outAt),
  };
}

describe.each([
  ['wild', wildCases.map((each) => ({ ...each, graph: passes.liveness(each.graph) })), 60],
  ['tame', tameCases.map((each) => ({ ...each, graph: passes.liveness(each.graph) })), 400],
] as const)('on %s graphs', (name, cases, numRuns) => {
  it('finds what a search of everything finds', () => {
    let reductions = 0;
    fc.assert(
      fc.property(cases, (given) => {
        const machine = machineOf(given);
        const comparison = compareSearches(machine, partialOrder(given.graph, machine), LIMIT);
        expect(comparison?.differences ?? []).toEqual([]);
        if (comparison !== null && comparison.reducedStates < comparison.states) reductions++;
      }),
      { numRuns },
    );
    expect(reductions).toBeGreaterThan(name === 'tame' ? numRuns / 8 : -1);
  });

  it('calls only independent what is', () => {
    let independent = 0;
    fc.assert(
      fc.property(cases, (given) => {
        const machine = machineOf(given);
        const space = StateSpace.of(machine, 300);
        const independence = new Independence(given.graph, pack(given.graph), LIMITS);
        space?.states.forEach((state, index) => {
          given.graph.processes.forEach((_, process) => {
            if (!independence.ask(process, state, 0).independent) return;
            independent++;
            expect(space.objection(index, process)).toBeNull();
          });
        });
      }),
      { numRuns },
    );
    expect(independent).toBeGreaterThan(50);
  });
});

it.each(['independence', 'visibility'] as const)('notices wrong %s', (wrong) => {
  const samples = fc.sample(tameCases, { numRuns: 400, seed: 1 });
  const found = samples.some((given) => {
    const machine = machineOf(given);
    const comparison = compareSearches(machine, wronglyReduced(given, machine, wrong), LIMIT);
    return comparison !== null && comparison.differences.length > 0;
  });
  expect(found).toBe(true);
});

it('gives the same answer whatever was asked before', () => {
  fc.assert(
    fc.property(tameCases, (given) => {
      const machine = machineOf(given);
      const states = StateSpace.of(machine, 300)?.states ?? [];
      const expansions = (order: readonly Uint32Array[]): Map<string, string> => {
        const reduced = partialOrder(given.graph, machine);
        const out = new Uint32Array(1 << 16);
        return new Map(
          order.map((state) => [state.join(), out.slice(0, reduced.expand(state, 0, out, 0)).join()]),
        );
      };
      const backward = expansions([...states].reverse());
      for (const [state, records] of expansions(states)) expect(backward.get(state)).toBe(records);
    }),
    { numRuns: 100 },
  );
});

it.each([
  ['philosophers', philosophers(4)],
  ['Peterson', peterson()],
  ['Peterson without waiting', peterson(false)],
])('keeps what is known of %s', (_, { graph, initial }) => {
  const machine = generateMachine(graph, initial);
  const comparison = compareSearches(machine, partialOrder(graph, machine), 100_000);
  expect(comparison?.differences).toEqual([]);
});
