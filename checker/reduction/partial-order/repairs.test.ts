import fc from 'fast-check';
import { expect, it } from 'vitest';
import { evaluatePredicate } from '../../compiler/ir/interpret.js';
import { neverRepairs } from './repairs.js';
import { tameCases } from './testing/graphs.js';

it('agrees with states that are tried at random', () => {
  let repairs = 0;
  let harmless = 0;
  fc.assert(
    fc.property(tameCases, fc.infiniteStream(fc.nat(1000)), ({ graph }, numbers) => {
      const draw = (below: number): number => (numbers.next().value ?? 0) % below;
      const randomCells = (): number[] =>
        graph.cells.map(({ domain: { lo, hi } }) => lo + draw(Math.min(hi - lo + 1, 1000)));
      for (const invariant of graph.invariants) {
        const cell = draw(graph.cells.length);
        const [from, to] = [randomCells()[cell] ?? 0, randomCells()[cell] ?? 0];
        const isHarmless = neverRepairs(graph, invariant, new Map([[cell, { from, to }]]));
        if (isHarmless) harmless++;
        for (let i = 0; i < 20; i++) {
          const others = randomCells();
          const holds = (value: number): boolean => {
            const state = { cells: others.with(cell, value), processes: [] };
            const { value: result, failure } = evaluatePredicate(invariant, state);
            return result && failure === null;
          };
          if (holds(from) || !holds(to)) continue;
          repairs++;
          expect(isHarmless).toBe(false);
        }
      }
    }),
    { numRuns: 300 },
  );
  expect(Math.min(repairs, harmless)).toBeGreaterThan(5);
});
