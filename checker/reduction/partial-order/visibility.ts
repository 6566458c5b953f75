/** Which steps the checked properties can see: those that change a cell that an invariant or step predicate reads. */
import { maskOf } from '../../compiler/codegen/expressions.js';
import type { Packing } from '../../compiler/codegen/packing.js';
import type { Graph, PredicateGraph } from '../../compiler/ir/graph.js';
import { reachedCells } from '../../compiler/passes/footprint.js';
import { blockExprs, visitLoads } from '../../compiler/ir/traverse.js';

export class Visibility {
  readonly #mask: Uint32Array;

  constructor(graph: Graph, packing: Packing) {
    const cells = new Set([...graph.invariants, ...graph.stepPredicates].flatMap(cellsReadBy));
    this.#mask = new Uint32Array(packing.words);
    for (const cell of cells) {
      const field = packing.cells[cell];
      if (field === undefined || field.width === 0) continue;
      this.#mask[field.word] = (this.#mask[field.word] ?? 0) | (maskOf(field.width) << field.shift);
    }
  }

  /** Whether a property may tell two states that a step connects apart. */
  sees(before: Uint32Array, beforeAt: number, after: Uint32Array, afterAt: number): boolean {
    const mask = this.#mask;
    for (let word = 0; word < mask.length; word++) {
      const changed = (before[beforeAt + word] ?? 0) ^ (after[afterAt + word] ?? 0);
      if ((changed & (mask[word] ?? 0)) !== 0) return true;
    }
    return false;
  }
}

export function cellsReadBy({ blocks }: PredicateGraph): number[] {
  const cells = new Set<number>();
  for (const block of blocks)
    for (const expr of blockExprs(block))
      visitLoads(expr, (ref) => {
        for (const cell of reachedCells(ref)) cells.add(cell);
      });
  return [...cells];
}
