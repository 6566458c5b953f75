import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { generateMachine } from '../compiler/codegen/javascript.js';
import { counters, peterson, philosophers, type Toy } from '../compiler/codegen/testing/toys.js';
import type { Machine } from '../compiler/machine.js';
import { shortestTrace } from './paths.js';
import { Exploration } from './exploration.js';
import { search } from './search.js';
import type { Snapshot, SnapshotKeeper } from './snapshot.js';

const machineOf = ({ graph, initial }: Toy): Machine => generateMachine(graph, initial);
const options = { deadlock: true, memoryBytes: 2 ** 25 };

/** Keeps the last snapshot as a file would, and checks that rows once written stay. */
function keeper(): SnapshotKeeper & { resume: SnapshotKeeper['resume']; kept: number } {
  let written: Uint32Array[] = [];
  return {
    interval: 0,
    resume: null,
    kept: 0,
    keep(snapshot, rows) {
      const now = rows.map((array, table) => {
        const { count, width } = snapshot.rows[table] ?? { count: 0, width: 0 };
        return array.slice(0, count * width);
      });
      for (const [table, before] of written.entries()) {
        expect(before.every((word, index) => now[table]?.[index] === word)).toBe(true);
      }
      written = now;
      const text = JSON.stringify(snapshot);
      this.kept++;
      this.resume = {
        snapshot: JSON.parse(text) as Snapshot,
        read: (table, into) => into.set(now[table] ?? []),
      };
    },
  };
}

describe('a search that goes on from a snapshot', () => {
  it.each([
    ['peterson', peterson(false), 'flat'],
    ['philosophers', philosophers(5), 'tree'],
    ['philosophers, stored as they are', philosophers(5), 'flat'],
    ['counters in parts', counters(2, 2, 2), 'tree'],
  ] as const)('ends like one that was never stopped: %s', (_, toy, store) => {
    const machine = machineOf(toy);
    const whole = search(machine, { ...options, store });
    fc.assert(
      fc.property(fc.array(fc.nat(40), { maxLength: 6 }), fc.constantFrom(5, 19, 1024), (lives, unit) => {
        const snapshots = keeper();
        const begin = () =>
          new Exploration(machine, { ...options, store, snapshots }, { unit, batchRecords: 16 });
        // Each life ends after so many steps, wherever the search is then.
        for (const steps of lives) {
          const exploration = begin();
          for (let step = 0; step < steps && !exploration.advance(); step++);
        }
        const last = begin();
        while (!last.advance());
        const result = last.result();
        for (const member of [
          'states',
          'transitions',
          'depth',
          'end',
          'findings',
          'stepsExecuted',
        ] as const) {
          expect(result[member]).toEqual(whole[member]);
        }
        for (const finding of whole.findings) {
          expect(shortestTrace(machine, result, finding)).toEqual(shortestTrace(machine, whole, finding));
        }
      }),
      { numRuns: 25 },
    );
  });

  it('takes a last one when it is interrupted', () => {
    const machine = machineOf(counters(2, 3, 3));
    const snapshots = { ...keeper(), interval: 1e9 };
    const signal = { aborted: false };
    const exploration = new Exploration(machine, { ...options, snapshots, signal }, { unit: 16 });
    for (let step = 0; step < 50; step++) exploration.advance();
    signal.aborted = true;
    while (!exploration.advance());
    expect(exploration.result().end).toBe('interrupted');
    expect(snapshots.kept).toBe(1);
  });

  it('refuses a snapshot of something else', () => {
    const snapshots = keeper();
    const exploration = new Exploration(machineOf(philosophers(4)), { ...options, snapshots });
    while (!exploration.advance());
    const begin =
      (machine: Machine, deadlock = true) =>
      () =>
        new Exploration(machine, { ...options, deadlock, snapshots });
    expect(begin(machineOf(philosophers(4)))).not.toThrow();
    expect(begin(machineOf(philosophers(5)))).toThrow('another search');
    expect(begin(machineOf(philosophers(4)), false)).toThrow('another search');
  });

  it('says so if there is not memory enough to go on', () => {
    const snapshots = keeper();
    const machine = machineOf(counters(2, 3, 3));
    const exploration = new Exploration(machine, { ...options, snapshots });
    while (!exploration.advance());
    const poor = new Exploration(machine, { ...options, memoryBytes: 1000, snapshots });
    expect(poor.advance()).toBe(true);
    expect(poor.result().end).toBe('memory');
  });
});
