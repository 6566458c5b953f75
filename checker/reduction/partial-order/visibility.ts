/**
 * Which steps the checked properties can see. A step predicate sees a step that changes a cell which it reads. An
 * invariant sees only one that may repair a violation: if the invariant can be false before and true after, with any
 * values in the other cells that it reads.
 */
import { maskOf } from '../../compiler/codegen/expressions.js';
import type { Field, Packing } from '../../compiler/codegen/packing.js';
import { readField } from '../../compiler/codegen/trees.js';
import type { Graph, PredicateGraph } from '../../compiler/ir/graph.js';
import { reachedCells } from '../../compiler/passes/footprint.js';
import { blockExprs, visitLoads } from '../../compiler/ir/traverse.js';
import { type Change, neverRepairs } from './repairs.js';

interface Watched {
  readonly predicate: PredicateGraph;
  readonly cells: readonly { readonly cell: number; readonly field: Field }[];
  readonly mask: Uint32Array;
  /** By what changes: whether that may repair a violation. */
  readonly known: Map<string, boolean>;
}

export class Visibility {
  readonly #stepMask: Uint32Array;
  readonly #watched: readonly Watched[];

  constructor(
    readonly graph: Graph,
    packing: Packing,
  ) {
    this.#stepMask = maskOfCells(graph.stepPredicates.flatMap(cellsReadBy), packing);
    this.#watched = graph.invariants.map((predicate) => {
      const cells = cellsReadBy(predicate).flatMap((cell) => {
        const field = packing.cells[cell];
        return field === undefined || field.width === 0 ? [] : [{ cell, field }];
      });
      return {
        predicate,
        cells,
        mask: maskOfCells(
          cells.map(({ cell }) => cell),
          packing,
        ),
        known: new Map(),
      };
    });
  }

  /** Whether a property may tell two states that a step connects apart. */
  sees(before: Uint32Array, beforeAt: number, after: Uint32Array, afterAt: number): boolean {
    if (differ(before, beforeAt, after, afterAt, this.#stepMask)) return true;
    return this.#watched.some(
      (each) =>
        differ(before, beforeAt, after, afterAt, each.mask) &&
        this.#mayRepair(
          each,
          before.subarray(beforeAt, beforeAt + each.mask.length),
          after.subarray(afterAt, afterAt + each.mask.length),
        ),
    );
  }

  #mayRepair({ predicate, cells, known }: Watched, before: Uint32Array, after: Uint32Array): boolean {
    const changes = new Map<number, Change>();
    let key = '';
    for (const { cell, field } of cells) {
      const change = { from: readField(before, field), to: readField(after, field) };
      if (change.from === change.to) continue;
      changes.set(cell, change);
      key += `${cell}:${change.from}>${change.to} `;
    }
    let mayRepair = known.get(key);
    if (mayRepair === undefined) {
      mayRepair = !neverRepairs(this.graph, predicate, changes);
      known.set(key, mayRepair);
    }
    return mayRepair;
  }
}

function cellsReadBy({ blocks }: PredicateGraph): readonly number[] {
  const cells = new Set<number>();
  for (const block of blocks)
    for (const expr of blockExprs(block))
      visitLoads(expr, (ref) => {
        for (const cell of reachedCells(ref)) cells.add(cell);
      });
  return [...cells];
}

function maskOfCells(cells: readonly number[], packing: Packing): Uint32Array {
  const mask = new Uint32Array(packing.words);
  for (const cell of cells) {
    const field = packing.cells[cell];
    if (field === undefined || field.width === 0) continue;
    mask[field.word] = (mask[field.word] ?? 0) | (maskOf(field.width) << field.shift);
  }
  return mask;
}

function differ(a: Uint32Array, at: number, b: Uint32Array, bAt: number, mask: Uint32Array): boolean {
  for (let word = 0; word < mask.length; word++) {
    if ((((a[at + word] ?? 0) ^ (b[bAt + word] ?? 0)) & (mask[word] ?? 0)) !== 0) return true;
  }
  return false;
}
