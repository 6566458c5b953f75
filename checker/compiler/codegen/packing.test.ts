import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Graph } from '../ir/graph.js';
import { hasBit } from '../passes/live.js';
import { type Field, pack } from './packing.js';
import { randomGraph } from './testing/random-graphs.js';
import { Blocks, bool, cell, int, load, local, num, op, set, store } from './testing/toys.js';

function bitsOf({ word, shift, width }: Field): string[] {
  return Array.from({ length: width }, (_, bit) => `${word}.${shift + bit}`);
}

/** One process that reads `vector[i].field` for an index that it cannot know beforehand. */
function indexing(count: number, widths: readonly number[]): Graph {
  const b = new Blocks();
  const index = { value: local(0), stride: widths.length, length: count };
  const reads = widths.map((_, field) => store(cell(count * widths.length), load(cell(field, index))));
  const process = b.process('p', b.stop([set(0, num(0))], 0), [b.stop(reads, 0)], [int(0, count - 1)]);
  const element = (i: number) =>
    widths.map((width, f) => ({ path: ['v', i, `f${f}`], domain: int(0, 2 ** width - 1) }));
  return {
    cells: [
      ...Array.from({ length: count }, (_, i) => element(i)).flat(),
      { path: ['target'], domain: int(0, 2 ** Math.max(...widths) - 1) },
    ],
    processes: [process],
    failures: [],
    invariants: [],
    stepPredicates: [],
    witnesses: [],
  };
}

describe('packing', () => {
  it('gives every cell, program counter and slot bits of its own within one word', () => {
    fc.assert(
      fc.property(randomGraph, ({ graph }) => {
        const packing = pack(graph);
        const fields = [
          ...packing.cells,
          ...packing.processes.flatMap(({ counter, slots }) => [counter, ...slots.map(({ field }) => field)]),
        ];
        const bits = fields.flatMap(bitsOf);
        expect(new Set(bits).size).toBe(bits.length);
        for (const { word, shift, width } of fields) {
          expect(shift + width).toBeLessThanOrEqual(32);
          expect(word).toBeLessThan(packing.words);
        }
        packing.cells.forEach(({ width, lo }, index) => {
          const domain = graph.cells[index]?.domain ?? bool;
          expect(lo).toBe(domain.lo);
          expect(2 ** width).toBeGreaterThan(domain.hi - domain.lo);
          expect(2 ** width / 2).toBeLessThanOrEqual(Math.max(0.5, domain.hi - domain.lo));
        });
      }),
      { numRuns: 60 },
    );
  });

  it('lets locals share a slot only if they are never live at the same boundary', () => {
    fc.assert(
      fc.property(randomGraph, ({ graph }) => {
        for (const { slots, live, locals } of pack(graph).processes) {
          for (const bits of live.atBoundary) {
            for (const { locals: sharing } of slots) {
              expect(sharing.filter((each) => hasBit(bits, each)).length).toBeLessThan(2);
            }
            locals.forEach((field, each) => {
              if (hasBit(bits, each)) expect(field).not.toBeNull();
            });
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('lays the elements of a vector at a regular distance in one word, whole or field by field', () => {
    const shiftsOf = (graph: Graph, count: number, fields: number): (readonly [number, number])[][] => {
      const { cells } = pack(graph);
      return Array.from({ length: fields }, (_, f) =>
        Array.from({ length: count }, (_, i) => {
          const { word, shift } = cells[i * fields + f] ?? { word: -1, shift: -1 };
          return [word, shift] as const;
        }),
      );
    };
    // 4 elements of 5 bits fit into a word: whole.
    expect(shiftsOf(indexing(4, [2, 3]), 4, 2)).toEqual([
      [0, 5, 10, 15].map((shift) => [0, shift]),
      [2, 7, 12, 17].map((shift) => [0, shift]),
    ]);
    // 6 elements of 7 bits do not: each field by itself.
    const [narrow = [], wide = []] = shiftsOf(indexing(6, [2, 5]), 6, 2);
    for (const [places, width] of [
      [narrow, 2],
      [wide, 5],
    ] as const) {
      const [word, shift] = places[0] ?? [0, 0];
      expect(places).toEqual([0, 1, 2, 3, 4, 5].map((i) => [word, shift + i * width]));
    }
  });

  it('gives a word to locals that live at different boundaries, once', () => {
    const b = new Blocks();
    const wide = int(0, 2 ** 20 - 1);
    const second = b.stop([store(cell(0), local(1)), set(0, num(5))], 0);
    const first = b.stop([store(cell(0), local(0)), set(1, op(load(cell(0)), '+', num(1)))], 1);
    const process = b.process('p', b.stop([set(0, num(3))], 0), [first, second], [wide, wide]);
    const rest = { failures: [], invariants: [], stepPredicates: [], witnesses: [] };
    const packing = pack({ cells: [{ path: ['c'], domain: int(0, 7) }], processes: [process], ...rest });
    expect(packing.words).toBe(1);
    expect(packing.processes[0]?.slots).toHaveLength(1);
  });

  it('refuses a local without a domain that lives across a boundary', () => {
    const b = new Blocks();
    const process = b.process(
      'p',
      b.stop([set(0, num(1))], 0),
      [b.stop([store(cell(0), local(0))], 0)],
      [null],
    );
    const rest = { failures: [], invariants: [], stepPredicates: [], witnesses: [] };
    expect(() => pack({ cells: [{ path: ['c'], domain: bool }], processes: [process], ...rest })).toThrow(
      'local0 (local 0 of p) lives across a boundary without a domain',
    );
  });
});
