/** A renaming of a model: what becomes of processes, cells and values. States that one turns into another are alike. */
import type { Graph } from '../../compiler/ir/graph.js';

export interface Renaming {
  /** By process: the one whose place it takes. */
  readonly processes: readonly number[];
  /** By cell: where its value goes. */
  readonly cells: readonly number[];
  /** By cell: what becomes of its values, from the least of its domain on; null if they stay. */
  readonly values: readonly (readonly number[] | null)[];
}

export function identityOf({ processes, cells }: Graph): Renaming {
  return {
    processes: processes.map((_, i) => i),
    cells: cells.map((_, i) => i),
    values: cells.map(() => null),
  };
}

/** Whether a cell is anything but what it was. */
export function moves({ cells, values }: Renaming, cell: number): boolean {
  return cells[cell] !== cell || (values[cell] ?? null) !== null;
}

/** First the one, then the other. */
export function compose(graph: Graph, first: Renaming, second: Renaming): Renaming {
  return {
    processes: first.processes.map((process) => second.processes[process] ?? process),
    cells: first.cells.map((cell) => second.cells[cell] ?? cell),
    values: graph.cells.map(({ domain: { lo, hi } }, cell) => {
      const one = first.values[cell] ?? null;
      const two = second.values[first.cells[cell] ?? cell] ?? null;
      const table = Array.from({ length: hi - lo + 1 }, (_, i) => {
        const value = one?.[i] ?? lo + i;
        return two?.[value - lo] ?? value;
      });
      return table.every((value, i) => value === lo + i) ? null : table;
    }),
  };
}

export function sameRenaming(a: Renaming, b: Renaming): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** All renamings that come of these by composing them, the identity first; null if they are more than `most`. */
export function groupOf(
  graph: Graph,
  generators: readonly Renaming[],
  most: number,
): readonly Renaming[] | null {
  const found = new Map<string, Renaming>();
  const add = (each: Renaming): void => {
    found.set(JSON.stringify(each), each);
  };
  add(identityOf(graph));
  // A map hands out what is added to it while it is walked through.
  for (const each of found.values()) {
    for (const generator of generators) add(compose(graph, each, generator));
    if (found.size > most) return null;
  }
  return [...found.values()];
}
