/**
 * Packing: which bits of which 32-bit word hold each cell, each process's program counter and each local that lives
 * across a boundary. No field straddles a word.
 */
import type { Domain, Graph, ProcessGraph } from '../ir/graph.js';
import { layOutCells, widthOf } from './layout.js';
import { forEachBit, type Liveness, liveness } from '../passes/live.js';
import { flowOfProcess } from '../ir/traverse.js';

/** Where a value lies: `lo` plus the unsigned number in `width` bits at `shift`. Width 0: always `lo`. */
export interface Field {
  readonly word: number;
  readonly shift: number;
  readonly width: number;
  readonly lo: number;
}

export interface ProcessPacking {
  /** Holds the index of a boundary, or the number of boundaries for a process that has finished. */
  readonly counter: Field;
  /** By local: the field of its slot, or null if it is never live at a boundary. */
  readonly locals: readonly (Field | null)[];
  /** The distinct slots: at each boundary, at most one of a slot's locals is live. */
  readonly slots: readonly { readonly field: Field; readonly locals: readonly number[] }[];
  readonly live: Liveness;
}

export interface Packing {
  readonly words: number;
  readonly cells: readonly Field[];
  readonly processes: readonly ProcessPacking[];
}

export function pack(graph: Graph): Packing {
  const cells = new Array<Field>(graph.cells.length);
  const items: Item[] = cellItems(graph, cells);
  const processes = graph.processes.map((process) => {
    const live = liveness(flowOfProcess(process));
    const counter = place(widthOf({ lo: 0, hi: process.boundaries.length }), 0, items);
    const slots = colour(process, live).map((slot) => ({ ...slot, ...place(slot.width, 0, items) }));
    return { live, counter, slots };
  });
  const words = placeItems(items);
  return {
    words: Math.max(1, words),
    cells,
    processes: processes.map(({ live, counter, slots }, index) => {
      const locals: (Field | null)[] = (graph.processes[index]?.locals ?? []).map(() => null);
      const placed = slots.map((slot) => {
        for (const local of slot.locals) {
          const domain = domainOf(graph.processes[index], local);
          locals[local] = { ...slot.field(), width: slot.width, lo: domain.lo };
        }
        return { field: slot.field(), locals: slot.locals };
      });
      return { live, counter: counter.field(), slots: placed, locals };
    }),
  };
}

/** What is placed as a whole: the bits it takes in each of its words, and whom to tell where it went. */
interface Item {
  readonly words: readonly number[];
  placed(at: (word: number, shift: number) => { word: number; shift: number }): void;
}

function cellItems(graph: Graph, fields: Field[]): Item[] {
  return layOutCells(graph).flatMap((shape) => {
    const placed: Item['placed'] = (at) => {
      for (const { cell, word, shift, domain } of shape.fields) {
        fields[cell] = { ...at(word, shift), width: widthOf(domain), lo: domain.lo };
      }
    };
    if (shape.words.some((bits) => bits > 0)) return [{ words: shape.words, placed }];
    placed(() => ({ word: 0, shift: 0 }));
    return [];
  });
}

function place(width: number, lo: number, items: Item[]): { field(): Field } {
  let field: Field = { word: 0, shift: 0, width: 0, lo };
  if (width > 0) {
    items.push({
      words: [width],
      placed: (at) => {
        field = { ...at(0, 0), width, lo };
      },
    });
  }
  return { field: () => field };
}

// ---- slots: locals that are never live at the same boundary share one

function colour(process: ProcessGraph, live: Liveness): { width: number; locals: number[] }[] {
  const boundaries = live.atBoundary.map((bits) => {
    const locals: number[] = [];
    forEachBit(bits, (local) => locals.push(local));
    return locals;
  });
  const candidates = [...new Set(boundaries.flat())].map((local) => {
    const at = new Set(boundaries.flatMap((locals, index) => (locals.includes(local) ? [index] : [])));
    return { local, width: widthOf(domainOf(process, local)), at };
  });
  candidates.sort((a, b) => b.width - a.width || a.local - b.local);
  const slots: { width: number; locals: number[]; at: Set<number> }[] = [];
  for (const { local, width, at } of candidates) {
    const free = slots.find((slot) => [...at].every((boundary) => !slot.at.has(boundary)));
    if (free === undefined) slots.push({ width, locals: [local], at });
    else {
      free.locals.push(local);
      for (const boundary of at) free.at.add(boundary);
    }
  }
  return slots;
}

function domainOf(process: ProcessGraph | undefined, local: number): Domain {
  const found = process?.locals[local];
  if (found === undefined || found.domain === null || found.alias === true) {
    throw new Error(
      `${found?.name} (local ${local} of ${process?.name}) lives across a boundary without a domain`,
    );
  }
  return found.domain;
}

// ---- bins

/**
 * Items of several words get words of their own; the others go where they fit. In the given order if that costs no
 * word, because then what a process touches lies together; otherwise the longest first.
 */
function placeItems(items: readonly Item[]): number {
  const long = items.filter((item) => item.words.length > 1);
  const short = items.filter((item) => item.words.length === 1);
  const bitsOf = (item: Item): number => item.words[0] ?? 0;
  const byLength = short.toSorted((a, b) => bitsOf(b) - bitsOf(a));
  const attempt = (order: readonly Item[]): { bins: number[]; homes: Map<Item, [number, number]> } => {
    const bins: number[] = [];
    const homes = new Map<Item, [number, number]>();
    for (const item of [...long, ...order]) {
      const bits = bitsOf(item);
      let word = item.words.length > 1 ? -1 : bins.findIndex((used) => used + bits <= 32);
      if (word === -1) word = bins.push(...item.words.map(() => 0)) - item.words.length;
      homes.set(item, [word, bins[word] ?? 0]);
      item.words.forEach((used, offset) => {
        bins[word + offset] = (bins[word + offset] ?? 0) + used;
      });
    }
    return { bins, homes };
  };
  const tight = attempt(byLength);
  const local = attempt(short);
  const { bins, homes } = local.bins.length <= tight.bins.length ? local : tight;
  for (const [item, [word, shift]] of homes) {
    item.placed((relativeWord, relativeShift) => ({
      word: word + relativeWord,
      shift: shift + relativeShift,
    }));
  }
  return bins.length;
}
