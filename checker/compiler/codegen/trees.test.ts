import { describe, expect, it } from 'vitest';
import { InputError } from '../../diagnostics.js';
import type { Graph } from '../ir/graph.js';
import { generateMachine } from './javascript.js';
import { Blocks, bool, cell, counters, int, num, store } from './testing/toys.js';

const { graph, initial } = counters(1, 2, 3);

function messageOf(make: () => unknown): string {
  try {
    make();
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  return 'no error';
}

describe('the initial state', () => {
  it('comes back out of the packed state', () => {
    const machine = generateMachine(graph, { cells: [[2, 3]] });
    expect(machine.unpack(machine.initial)).toEqual({ cells: [[2, 3]] });
  });

  it('has the names of booleans and enumerations', () => {
    const named: Graph = {
      cells: [
        { path: ['mode'], domain: { lo: 0, hi: 1, names: ['host', 'guest'] } },
        { path: ['vcpus', 0, 'ready'], domain: bool },
        { path: ['fixed'], domain: int(7, 7) },
      ],
      processes: [],
      failures: [],
      invariants: [],
      stepPredicates: [],
      witnesses: [],
    };
    const tree = { mode: 'guest', vcpus: [{ ready: true }], fixed: 7 };
    const machine = generateMachine(named, tree);
    expect(machine.unpack(machine.initial)).toEqual(tree);
    expect(machine.transitions(machine.initial)).toEqual([]);
    expect(machine.unfinished(machine.initial, 0)).toBe(false);
  });

  it('must be within its domains', () => {
    expect(messageOf(() => generateMachine(graph, { cells: [[4, 'x']] }))).toBe(
      'the initial state has 4 in cells[0][0]\nthe initial state has "x" in cells[0][1]',
    );
    expect(messageOf(() => generateMachine(graph, {}))).toContain('has nothing in cells[0][0]');
    expect(messageOf(() => generateMachine(graph, initial))).toBe('no error');
  });

  it('must be reached by each process without failing, waiting or choosing', () => {
    const beginning = (entry: (b: Blocks) => number): Graph => {
      const b = new Blocks();
      const boundary = b.stop([store(cell(0), num(1))], 0);
      return { ...graph, processes: [b.process('p', entry(b), [boundary], [int(0, 1)])] };
    };
    const disabled = beginning((b) => b.add([], { to: 'disabled' }));
    const choosing = beginning((b) =>
      b.add([], { to: 'choose', local: 0, count: num(2), block: b.stop([], 0) }),
    );
    expect(messageOf(() => generateMachine(disabled, initial))).toContain('p is disabled before its first');
    expect(messageOf(() => generateMachine(choosing, initial))).toContain(
      'p makes a choice before its first',
    );
  });
});
