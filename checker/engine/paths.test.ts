import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { generateMachine } from '../compiler/codegen/javascript.js';
import { peterson, philosophers } from '../compiler/codegen/testing/toys.js';
import type { Finding } from './facts.js';
import { shortestTrace, traceTo } from './paths.js';
import { search } from './search.js';
import {
  invariants,
  stepPredicates,
  type Table,
  tables,
  tabularMachine,
  violatedBetween,
} from './testing/tabular.js';

/** The fewest changes of process of all paths of the finding's length to a violation like it, by trying them all. */
function fewestChanges(table: Table, { property, kind, depth, failure }: Finding): number {
  let best = Number.POSITIVE_INFINITY;
  const masked = (names: readonly string[], mask: number): boolean =>
    names.some((name, bit) => name === property && mask & (1 << bit));
  const walk = (index: number, length: number, last: number, changes: number): void => {
    const state = table.states[index];
    if (state === undefined || changes >= best) return;
    if (length === depth) {
      const stuck =
        state.unfinished &&
        !state.transitions.some(({ resting, target }) => target < 0 || (!resting && target !== index));
      const hit = kind === 'invariant' ? masked(invariants, state.violated) : kind === 'deadlock' && stuck;
      if (hit) best = changes;
      return;
    }
    for (const { process, target } of state.transitions) {
      const now = changes + (last === -1 || last === process ? 0 : 1);
      if (target < 0) {
        const of = table.failures[-1 - target] ?? null;
        const hit = property === null ? failure === -1 - target : of === property;
        if (length === depth - 1 && kind === 'failure' && hit) best = Math.min(best, now);
      } else if (length === depth - 1 && kind === 'step') {
        if (masked(stepPredicates, violatedBetween(state, target))) best = Math.min(best, now);
      } else walk(target, length + 1, process, now);
    }
  };
  walk(0, 0, -1, 0);
  return best;
}

describe('shortest traces', () => {
  it('have the fewest changes of process of all paths of their length', () => {
    let compared = 0;
    fc.assert(
      fc.property(tables(25), (table) => {
        const machine = tabularMachine(table);
        const result = search(machine, { deadlock: true, memoryBytes: 2 ** 20 });
        for (const finding of result.findings) {
          const trace = shortestTrace(machine, result, finding);
          expect(trace.length).toBe(finding.depth);
          const changes = trace.filter(({ process }, i) => i > 0 && trace[i - 1]?.process !== process).length;
          expect(changes).toBe(fewestChanges(table, finding));
          if (changes > 0) compared++;
          let state = machine.initial;
          trace.forEach((step, index) => {
            expect(machine.transitions(state)).toContainEqual(step);
            if (step.target === null) expect(index).toBe(trace.length - 1);
            else state = step.target;
          });
          if (finding.kind === 'failure') expect(trace.at(-1)?.failure).not.toBeNull();
        }
      }),
      { numRuns: 400 },
    );
    expect(compared).toBeGreaterThan(50);
  });

  it('lead to any stored state', () => {
    fc.assert(
      fc.property(tables(25), fc.nat(), (table, seed) => {
        const machine = tabularMachine(table);
        const result = search(machine, { deadlock: true, memoryBytes: 2 ** 20 });
        const index = seed % result.states;
        const trace = traceTo(machine, result, index);
        const { layers, store } = result.space;
        expect(
          layers[trace.length]?.runs.some((run) => index >= run.first && index < run.first + run.count),
        ).toBe(true);
        expect(trace.at(-1)?.target ?? machine.initial).toEqual(store.state(index));
      }),
    );
  });

  it('are the same every time for well-known systems', () => {
    const laneOf = ({ graph, initial }: ReturnType<typeof peterson>): string => {
      const machine = generateMachine(graph, initial);
      const result = search(machine, { deadlock: true });
      const [finding] = result.findings;
      return finding === undefined
        ? ''
        : shortestTrace(machine, result, finding)
            .map((t) => t.process)
            .join('');
    };
    expect(laneOf(peterson(false))).toBe('000111');
    expect(laneOf(philosophers(4))).toBe('0123');
  });
});
