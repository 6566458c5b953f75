/**
 * How the cells of the shared state lie relative to each other. Elements of a vector over which an index ranges while
 * exploring lie at a regular distance within a word, so that the index becomes a shift. If the elements do not all
 * fit into one word, each field of theirs becomes a vector of its own, which mostly does: selecting among several
 * words costs branches. Everything else is placed cell by cell.
 */
import type { Block, Cell, CellRef, Domain, Expr, Graph } from '../ir/graph.js';
import { terminatorExpr, visitLoads } from '../ir/traverse.js';

/** Some cells that are placed as a whole. */
export interface Shape {
  /** The bits used in each of its words. */
  readonly words: readonly number[];
  readonly fields: readonly {
    readonly cell: number;
    readonly domain: Domain;
    readonly word: number;
    readonly shift: number;
  }[];
}

export function layOutCells(graph: Graph): Shape[] {
  const indexed = indexedVectors(graph);
  const shapes: Shape[] = [];
  const addVector = (tree: Tree): void => {
    const shape = layOut(tree, graph.cells);
    const parts = shape.words.length > 1 ? split(tree) : null;
    if (parts === null) shapes.push(shape);
    else parts.forEach(addVector);
  };
  const add = (tree: Tree): void => {
    if ('cell' in tree || indexed.has(tree.pattern)) addVector(tree);
    else tree.children.forEach(add);
  };
  add(treeOf(graph.cells));
  return shapes;
}

/** The bits that hold any value of a domain. */
export function widthOf({ lo, hi }: Pick<Domain, 'lo' | 'hi'>): number {
  return hi <= lo ? 0 : 32 - Math.clz32(hi - lo);
}

type Tree =
  | { readonly cell: number }
  | { readonly children: Map<string | number, Tree>; readonly pattern: string };

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
  const seen = new Set<number>();
  visitRefs(graph, (ref) => {
    for (const { value, stride, length } of ref.indexes) {
      const step = ref.base * graph.cells.length + stride;
      if (value.op === 'const' || length < 2 || seen.has(step)) continue;
      seen.add(step);
      const first = cellAt(graph.cells, ref.base).path;
      const second = cellAt(graph.cells, ref.base + stride).path;
      const differs = first.findIndex((key, depth) => key !== second[depth]);
      found.add(patternOf(first.slice(0, differs)));
    }
  });
  return found;
}

function visitRefs(graph: Graph, visit: (ref: CellRef) => void): void {
  const inExpr = (expr: Expr): void => visitLoads(expr, visit);
  const inBlocks = (blocks: readonly Block[]): void => {
    for (const { instrs, end } of blocks) {
      for (const instr of instrs) {
        if (instr.do === 'store') {
          visit(instr.ref);
          for (const { value } of instr.ref.indexes) inExpr(value);
        }
        inExpr(instr.do === 'check' ? instr.test : instr.value);
      }
      const decision = terminatorExpr(end);
      if (decision !== null) inExpr(decision);
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
    const { domain } = cellAt(cells, tree.cell);
    return { words: [widthOf(domain)], fields: [{ cell: tree.cell, word: 0, shift: 0, domain }] };
  }
  const parts = [...tree.children.values()].map((child) => layOut(child, cells));
  return isVector(tree) ? layOutElements(parts) : layOutFields(parts);
}

/** A vector of records (or of vectors of them, ...) as one vector per field; null for anything else. */
function split(tree: Tree): Tree[] | null {
  const fields = fieldsOf(tree);
  return isVector(tree) && fields.length > 0 ? fields.flatMap((field) => project(tree, field) ?? []) : null;
}

/** The fields of a record, or of those that a vector consists of in the end. */
function fieldsOf(tree: Tree): (string | number)[] {
  if ('cell' in tree) return [];
  const first = [...tree.children.values()][0];
  return isVector(tree) && first !== undefined ? fieldsOf(first) : [...tree.children.keys()];
}

/** A vector of records reduced to one of their fields. */
function project(tree: Tree, field: string | number): Tree | null {
  if ('cell' in tree) return null;
  if (!isVector(tree)) return tree.children.get(field) ?? null;
  const children = new Map<string | number, Tree>();
  for (const [key, child] of tree.children) {
    const projected = project(child, field);
    if (projected !== null) children.set(key, projected);
  }
  return { children, pattern: tree.pattern };
}

function isVector(tree: Tree): boolean {
  return 'children' in tree && [...tree.children.keys()].every((key) => typeof key === 'number');
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
      ...each,
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
  const fields: Shape['fields'][number][] = [];
  for (const part of parts) {
    const single = part.words.length === 1 ? (part.words[0] ?? 0) : null;
    let word = single === null ? -1 : words.findIndex((used) => used + single <= 32);
    if (word === -1) word = words.push(...part.words.map(() => 0)) - part.words.length;
    const shift = words[word] ?? 0;
    for (const each of part.fields) {
      fields.push({ ...each, word: word + each.word, shift: shift + each.shift });
    }
    part.words.forEach((used, offset) => {
      words[word + offset] = (words[word + offset] ?? 0) + used;
    });
  }
  return { words, fields };
}

function cellAt(cells: readonly Cell[], index: number): Cell {
  const cell = cells[index];
  if (cell === undefined) throw new Error(`no cell ${index}`);
  return cell;
}
