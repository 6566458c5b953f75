import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomGraph } from '../compiler/codegen/testing/random-graphs.js';
import type { Cell, CellRef, Expr } from '../compiler/ir/graph.js';
import { constant } from '../compiler/ir/simplify.js';
import { pathOf, placeText, type Structure, structureOf, visitScalars } from './structure.js';

const bit = { lo: 0, hi: 1, names: null };
const cellsOf = (...paths: readonly Cell['path'][]): Cell[] => paths.map((path) => ({ path, domain: bit }));
const i: Expr = { op: 'local', local: 0 };

function text(structure: Structure, ref: CellRef): string {
  return placeText(
    pathOf(structure, ref),
    (name) => name,
    (index) => (index.op === 'const' ? String(index.value) : index.op === 'local' ? 'i' : 'i + c'),
  );
}

describe('structureOf', () => {
  it('gives back every cell in its place', () => {
    fc.assert(
      fc.property(randomGraph, ({ graph: { cells } }) => {
        const structure = structureOf(cells);
        const paths: string[] = [];
        visitScalars(structure.root, (path) => {
          paths.push(
            placeText(
              path,
              (name) => name,
              (index) => (index.op === 'const' ? String(index.value) : '?'),
            ),
          );
        });
        const texts = cells.map((_, base) => text(structure, { base, indexes: [] }));
        expect(paths).toEqual(texts);
        expect(new Set(texts).size).toBe(cells.length);
      }),
    );
  });

  it('takes elements with other parts for fields', () => {
    const cells = cellsOf(['v', 0, 'a'], ['v', 0, 'b'], ['v', 1, 'a'], ['v', 2, 'b']);
    const structure = structureOf(cells);
    expect(structure.root.fields[0]?.shape.kind).toBe('record');
    expect(text(structure, { base: 2, indexes: [] })).toBe('v.1.a');
    expect(() => structureOf(cellsOf(['a', 'x'], ['b'], ['a', 'y']))).toThrow('lie apart');
  });
});

describe('pathOf', () => {
  const cells = cellsOf(...[0, 1, 2].flatMap((row) => [0, 1].map((column) => ['m', row, column] as const)), [
    'one',
    0,
  ]);
  const structure = structureOf(cells);

  it('finds where an index belongs by its stride', () => {
    expect(text(structure, { base: 1, indexes: [{ value: i, stride: 2, length: 3 }] })).toBe('m[i][1]');
    expect(text(structure, { base: 4, indexes: [{ value: i, stride: 1, length: 2 }] })).toBe('m[2][i]');
  });

  it('adds an index to the element that it counts from', () => {
    expect(text(structure, { base: 2, indexes: [{ value: i, stride: 2, length: 2 }] })).toBe('m[i + c][0]');
    expect(text(structure, { base: 0, indexes: [{ value: constant(1), stride: 2, length: 2 }] })).toBe(
      'm[1][0]',
    );
  });

  it('leaves the index of a single element out', () => {
    expect(text(structure, { base: 6, indexes: [{ value: i, stride: 1, length: 1 }] })).toBe('one[0]');
  });
});
