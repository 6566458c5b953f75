/**
 * Packing: which bits of which 32-bit word hold each cell, each process's program counter and each local that lives
 * across a boundary. No field straddles a word. Elements of a vector that is indexed dynamically lie at a regular
 * distance, so that an index becomes a shift.
 */
import type { Block, Cell, CellRef, Domain, Expr, Graph, ProcessGraph } from '../ir/graph.js';
import { blockExprs, visitLoads } from '../ir/traverse.js';
import { type Liveness, liveness, members } from './liveness.js';

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
    const live = liveness(process);
    const counter = place(widthOf(0, process.boundaries.length), 0, items);
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

/** The bits that hold any of `lo .. hi`. */
export function widthOf(lo: number, hi: number): number {
  return hi <= lo ? 0 : 32 - Math.clz32(hi - lo);
}

/** What is placed as a whole: the bits it takes in each of its words, and whom to tell where it went. */
interface Item {
  readonly words: readonly number[];
  placed(at: (word: number, shift: number) => { word: number; shift: number }): void;
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

// ---- cells: a tree of records and vectors, laid out from the leaves up

type Tree =
  | { readonly cell: number }
  | { readonly children: Map<string | number, Tree>; readonly pattern: string };

/** A part of the tree laid out relative to its own begin. */
interface Shape {
  readonly words: readonly number[];
  readonly fields: readonly { readonly cell: number; readonly word: number; readonly shift: number }[];
}

function cellItems(graph: Graph, fields: Field[]): Item[] {
  const indexed = indexedVectors(graph);
  const items: Item[] = [];
  const add = (tree: Tree): void => {
    if ('children' in tree && !indexed.has(tree.pattern)) {
      for (const child of tree.children.values()) add(child);
      return;
    }
    const shape = layOut(tree, graph.cells);
    const placed: Item['placed'] = (at) => {
      for (const { cell, word, shift } of shape.fields) {
        const { lo, hi } = cellAt(graph, cell).domain;
        fields[cell] = { ...at(word, shift), width: widthOf(lo, hi), lo };
      }
    };
    if (shape.words.every((bits) => bits === 0)) placed(() => ({ word: 0, shift: 0 }));
    else items.push({ words: shape.words, placed });
  };
  add(treeOf(graph.cells));
  return items;
}

function treeOf(cells: readonly Cell[]): Tree {
  const root: Tree = { children: new Map(), pattern: '' };
  cells.forEach((cell, index) => {
    let node: Tree = root;
    cell.path.forEach((key, depth) => {
      if (!('children' in node)) throw new Error(`cell ${cell.path.join('.')} lies within another cell`);
      let next: Tree | undefined = node.children.get(key);
      if (next === undefined) {
        const pattern = patternOf(cell.path.slice(0, depth + 1));
        next = depth === cell.path.length - 1 ? { cell: index } : { children: new Map(), pattern };
        node.children.set(key, next);
      }
      node = next;
    });
  });
  return root;
}

function patternOf(path: readonly (string | number)[]): string {
  return path.map((key) => (typeof key === 'number' ? '*' : key)).join('.');
}

/** The vectors, as patterns of paths, over whose elements some index ranges while exploring. */
function indexedVectors(graph: Graph): Set<string> {
  const found = new Set<string>();
  visitRefs(graph, (ref) => {
    for (const { value, stride, length } of ref.indexes) {
      if (value.op === 'const' || length < 2) continue;
      const first = cellAt(graph, ref.base).path;
      const second = cellAt(graph, ref.base + stride).path;
      const differs = first.findIndex((key, depth) => key !== second[depth]);
      found.add(patternOf(first.slice(0, differs)));
    }
  });
  return found;
}

function visitRefs(graph: Graph, visit: (ref: CellRef) => void): void {
  const inExpr = (expr: Expr): void => visitLoads(expr, visit);
  const inBlocks = (blocks: readonly Block[]): void => {
    for (const block of blocks) {
      for (const instr of block.instrs) if (instr.do === 'store') visit(instr.ref);
      blockExprs(block).forEach(inExpr);
    }
  };
  for (const process of graph.processes) {
    inBlocks(process.blocks);
    for (const { rest } of process.boundaries) if (rest !== null) inExpr(rest);
  }
  for (const predicate of [...graph.invariants, ...graph.stepPredicates, ...graph.witnesses]) {
    inBlocks(predicate.blocks);
  }
}

function layOut(tree: Tree, cells: readonly Cell[]): Shape {
  if ('cell' in tree) {
    const { lo, hi } = cells[tree.cell]?.domain ?? { lo: 0, hi: 0 };
    return { words: [widthOf(lo, hi)], fields: [{ cell: tree.cell, word: 0, shift: 0 }] };
  }
  const parts = [...tree.children.values()].map((child) => layOut(child, cells));
  const isVector = [...tree.children.keys()].every((key) => typeof key === 'number');
  return isVector ? layOutElements(parts) : layOutFields(parts);
}

/** Elements of one word side by side, as many as fit; elements of several words one after the other. */
function layOutElements(parts: readonly Shape[]): Shape {
  const length = Math.max(...parts.map((part) => part.words.length));
  const bits = Math.max(...parts.flatMap((part) => part.words));
  const perWord = length > 1 || bits === 0 ? 1 : Math.floor(32 / bits);
  const words: number[] = [];
  const fields = parts.flatMap((part, index) => {
    const word = Math.floor(index / perWord) * length;
    const shift = length > 1 ? 0 : (index % perWord) * bits;
    part.words.forEach((used, offset) => {
      words[word + offset] = shift + used;
    });
    return part.fields.map((each) => ({
      cell: each.cell,
      word: word + each.word,
      shift: shift + each.shift,
    }));
  });
  return bits === 0
    ? { words: [0], fields: fields.map((each) => ({ ...each, word: 0 })) }
    : { words, fields };
}

function layOutFields(parts: readonly Shape[]): Shape {
  const words: number[] = [];
  const fields: { cell: number; word: number; shift: number }[] = [];
  for (const part of parts) {
    const single = part.words.length === 1 ? (part.words[0] ?? 0) : null;
    let word = single === null ? -1 : words.findIndex((used) => used + single <= 32);
    if (word === -1) word = words.push(...part.words.map(() => 0)) - part.words.length;
    const shift = words[word] ?? 0;
    for (const each of part.fields) {
      fields.push({ cell: each.cell, word: word + each.word, shift: shift + each.shift });
    }
    part.words.forEach((used, offset) => {
      words[word + offset] = (words[word + offset] ?? 0) + used;
    });
  }
  return { words, fields };
}

// ---- slots: locals that are never live at the same boundary share one

function colour(process: ProcessGraph, live: Liveness): { width: number; locals: number[] }[] {
  const boundaries = live.atBoundary.map(members);
  const candidates = [...new Set(boundaries.flat())].map((local) => {
    const { lo, hi } = domainOf(process, local);
    const at = new Set(boundaries.flatMap((locals, index) => (locals.includes(local) ? [index] : [])));
    return { local, width: widthOf(lo, hi), at };
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

function cellAt(graph: Graph, index: number): Cell {
  const cell = graph.cells[index];
  if (cell === undefined) throw new Error(`no cell ${index}`);
  return cell;
}
