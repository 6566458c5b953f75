import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shortestTrace } from './paths.js';
import { Exploration } from './exploration.js';
import {
  plainReducedSearch,
  plainSearch,
  type Reduction,
  reducedMachine,
  tables,
  type tabularMachine,
} from './testing/tabular.js';

const reductions = tables(60).chain((table) =>
  fc.record({
    table: fc.constant(table),
    masks: fc.array(fc.constantFrom(-1, 0, 1, 2, 4, 3), {
      minLength: table.states.length,
      maxLength: table.states.length,
    }),
    merged: fc.array(fc.nat(table.states.length - 1), { maxLength: 5 }),
  }),
);

/** Each of the chosen states is represented by the first of them. */
function representatives(size: number, merged: readonly number[]): number[] {
  return Array.from({ length: size }, (_, index) => (merged.includes(index) ? Math.min(...merged) : index));
}

function explore(machine: ReturnType<typeof tabularMachine>, batchRecords = 2048, unit = 1024) {
  const exploration = new Exploration(
    machine,
    { deadlock: true, memoryBytes: 2 ** 23 },
    { batchRecords, unit },
  );
  while (!exploration.advance());
  return exploration.result();
}

describe('a reduced search', () => {
  it('is what it is defined to be, whatever the sizes of batches and units', () => {
    let smaller = 0;
    fc.assert(
      fc.property(
        reductions,
        fc.constantFrom(1, 3, 2048),
        fc.constantFrom(1, 2, 1024),
        ({ table, masks, merged }, batchRecords, unit) => {
          const reduction: Reduction = {
            masks,
            representatives: representatives(table.states.length, merged),
          };
          const plain = plainReducedSearch(table, reduction);
          const result = explore(reducedMachine(table, reduction), batchRecords, unit);
          expect(result.transitions).toBe(plain.transitions);
          expect(result.space.layers.map(({ states }) => states)).toEqual(
            plain.layers.map(({ length }) => length),
          );
          if (result.states < plainSearch(table).order.length) smaller++;
          result.release();
        },
      ),
      { numRuns: 300 },
    );
    expect(smaller).toBeGreaterThan(50);
  });

  it('has traces whose steps are steps of the machine', () => {
    fc.assert(
      fc.property(reductions, ({ table, masks }) => {
        const machine = reducedMachine(table, {
          masks,
          representatives: representatives(table.states.length, []),
        });
        const result = explore(machine);
        for (const finding of result.findings) {
          const trace = shortestTrace(machine, result, finding);
          expect(trace.length).toBe(finding.depth);
          let state = machine.initial;
          for (const step of trace) {
            expect(machine.transitions(state)).toContainEqual(step);
            state = step.target ?? state;
          }
        }
        result.release();
      }),
      { numRuns: 150 },
    );
  });

  it('of symmetric states gives traces through real states, not representatives', () => {
    // A binary counter of two symmetric bits: 0 = none, 1 and 2 = one of them, 3 = both.
    const state = (transitions: readonly [number, number][], violated = 0) => ({
      transitions: transitions.map(([process, target]) => ({ process, target, resting: false, violated: 0 })),
      unfinished: false,
      violated,
      witnessed: 0,
    });
    const states = [
      state([
        [0, 2],
        [1, 2],
      ]),
      state([[1, 3]]),
      state([[0, 3]]),
      state([], 1),
    ];
    const table = { words: 2, processes: 2, states, failures: [] };
    const machine = reducedMachine(table, { masks: [-1, -1, -1, -1], representatives: [0, 1, 1, 3] });
    const result = explore(machine);
    expect(result.states).toBe(3);
    const [finding] = result.findings;
    if (finding === undefined) throw new Error('nothing was found');
    const trace = shortestTrace(machine, result, finding);
    expect(trace.map(({ target }) => target && (machine.unpack(target) as { index: number }).index)).toEqual([
      2, 3,
    ]);
  });
});
