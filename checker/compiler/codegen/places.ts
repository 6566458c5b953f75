/**
 * Where a reference to cells leads once packed. An index becomes a shift where all the cells that it can lead to lie
 * in one word at a regular distance; otherwise the range of an index is halved until that is so.
 */
import type { CellRef } from '../ir/graph.js';
import type { Field } from './packing.js';

/** A decision tree over the indexes of a reference (by position in `ref.indexes`). */
export type PlaceTree =
  /** `lo` plus `width` bits of `word`, at `shift` plus the sum of `factor * index`. */
  | {
      readonly kind: 'field';
      readonly field: Field;
      readonly factors: readonly { readonly index: number; readonly factor: number }[];
    }
  | {
      readonly kind: 'split';
      readonly index: number;
      readonly below: number;
      readonly then: PlaceTree;
      readonly else: PlaceTree;
    };

type Range = { readonly lo: number; readonly hi: number };

export function placeTree(ref: CellRef, cells: readonly Field[]): PlaceTree {
  const indexes = ref.indexes.map(({ value, stride, length }) =>
    value.op === 'const' ? [value.value, stride, length] : ['?', stride, length],
  );
  const key = [ref.base, ...indexes].join(';');
  const found = known.get(cells)?.get(key) ?? makeTree(ref, cells);
  known.set(cells, (known.get(cells) ?? new Map()).set(key, found));
  return found;
}

/** Trees by the fields that they lead to and the form of the reference: most are asked for many times. */
const known = new WeakMap<readonly Field[], Map<string, PlaceTree>>();

function makeTree(ref: CellRef, cells: readonly Field[]): PlaceTree {
  return within(
    ref,
    cells,
    ref.indexes.map(({ value, length }) => {
      if (value.op !== 'const') return { lo: 0, hi: length - 1 };
      // A constant outside its vector is in code that is never reached: a check before it fails.
      const constant = value.value >= 0 && value.value < length ? value.value : 0;
      return { lo: constant, hi: constant };
    }),
  );
}

/** The words that any of the cells lies in. */
export function wordsOf(tree: PlaceTree): readonly number[] {
  if (tree.kind === 'split') return [...new Set([...wordsOf(tree.then), ...wordsOf(tree.else)])];
  return tree.field.width === 0 ? [] : [tree.field.word];
}

function within(ref: CellRef, cells: readonly Field[], ranges: readonly Range[]): PlaceTree {
  const cell = (at: readonly number[]): Field => {
    const position = ref.indexes.reduce((sum, { stride }, i) => sum + stride * (at[i] ?? 0), ref.base);
    const found = cells[position];
    if (found === undefined) throw new Error(`a reference to cell ${position} of ${cells.length}`);
    return found;
  };
  const origin = ranges.map((range) => range.lo);
  const moved = (index: number, to: number): number[] => origin.with(index, to);
  const first = cell(origin);
  const ranging = ranges.flatMap((range, index) => (range.hi > range.lo ? [index] : []));
  const factors = ranging.map((index) => ({
    index,
    factor: cell(moved(index, (origin[index] ?? 0) + 1)).shift - first.shift,
  }));

  const isRegular = (at: readonly number[]): boolean => {
    const field = cell(at);
    const shift = factors.reduce(
      (sum, { index, factor }) => sum + factor * ((at[index] ?? 0) - (origin[index] ?? 0)),
      first.shift,
    );
    return (
      isAlike(field, first) && (field.width === 0 || (field.word === first.word && field.shift === shift))
    );
  };
  if (everyPoint(ranges, isRegular)) {
    if (first.width === 0) return { kind: 'field', field: first, factors: [] };
    const shift = factors.reduce(
      (sum, { index, factor }) => sum - factor * (origin[index] ?? 0),
      first.shift,
    );
    return {
      kind: 'field',
      field: { ...first, shift },
      factors: factors.filter(({ factor }) => factor !== 0),
    };
  }

  // Split where an index crosses into another word, if one does; in the middle otherwise.
  const along = (index: number): number[] => {
    const { lo, hi } = ranges[index] ?? { lo: 0, hi: 0 };
    const borders: number[] = [];
    for (let at = lo + 1; at <= hi; at++) {
      if (cell(moved(index, at)).word !== cell(moved(index, at - 1)).word) borders.push(at);
    }
    return borders;
  };
  const crossing = ranging.find((index) => along(index).length > 0);
  const index = crossing ?? ranging[0];
  if (index === undefined) throw new Error('a single cell is irregular');
  const { lo, hi } = ranges[index] ?? { lo: 0, hi: 0 };
  const middle = (lo + hi + 1) / 2;
  const borders = crossing === undefined ? [Math.floor(middle)] : along(index);
  const below = borders.reduce((best, at) => (Math.abs(at - middle) < Math.abs(best - middle) ? at : best));
  return {
    kind: 'split',
    index,
    below,
    then: within(ref, cells, ranges.with(index, { lo, hi: below - 1 })),
    else: within(ref, cells, ranges.with(index, { lo: below, hi })),
  };
}

function isAlike(a: Field, b: Field): boolean {
  return a.width === b.width && a.lo === b.lo;
}

function everyPoint(ranges: readonly Range[], holds: (at: readonly number[]) => boolean): boolean {
  const visit = (at: readonly number[]): boolean => {
    const range = ranges[at.length];
    if (range === undefined) return holds(at);
    for (let value = range.lo; value <= range.hi; value++) if (!visit([...at, value])) return false;
    return true;
  };
  return visit([]);
}
