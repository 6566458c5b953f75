/**
 * Which renamings may be symmetries. This only guesses, from how two processes differ that run the same function: where
 * one stores into `readers[0]` and the other into `readers[1]`, these elements change places; where one stores 0 and the
 * other 1 into `writer`, so do these values. Whether the guess is right is for the proof to say.
 */
import type { Block, Cell, CellRef, Expr, Graph, ProcessGraph } from '../../compiler/ir/graph.js';
import { footprints, reachedCells } from '../../compiler/passes/footprint.js';
import { stepSuccessors } from '../../compiler/ir/traverse.js';
import type { Renaming } from './renaming.js';

export interface Candidate {
  /** The processes that it is about, for people. */
  readonly names: readonly string[];
  /** Null if no renaming was found, and why. */
  readonly renaming: Renaming | null;
  readonly reason: string;
}

/** One for each pair of processes that run the same function, with the others that must change places with them. */
export function candidates(graph: Graph): readonly Candidate[] {
  const shapes = graph.processes.map(shapeOf);
  const touched = footprints(graph).map(
    (steps) => new Set(steps.flatMap(({ reads, writes, restReads }) => [...reads, ...writes, ...restReads])),
  );
  const found: Candidate[] = [];
  const known = new Set<string>();
  for (let p = 0; p < shapes.length; p++)
    for (let q = p + 1; q < shapes.length; q++) {
      if (shapes[p] !== shapes[q] || graph.processes[p]?.boundaries.length === 0) continue;
      const guess = new Guess(graph, shapes, touched);
      guess.exchange(p, q);
      const candidate = guess.candidate();
      const key = candidate.names.join();
      if (!known.has(key)) found.push(candidate);
      known.add(key);
    }
  return found;
}

/** Equal for processes that stop in the same places of the same calls. */
export function shapeOf({ boundaries, locals }: ProcessGraph): string {
  const points = boundaries.map(({ frames, rest }) => [
    rest === null,
    frames.map(({ function: name, span }) => [name, span.file, span.line, span.column]),
  ]);
  return JSON.stringify([points, locals.map(({ domain }) => domain)]);
}

class Guess {
  readonly #exchanged = new Map<number, number>();
  /** By path of a vector: the elements that change places. */
  readonly #elements = new Exchanges();
  /** By field: the values that do. */
  readonly #values = new Exchanges();
  readonly #byPath = new Map<string, number>();
  #reason = '';

  constructor(
    readonly graph: Graph,
    readonly shapes: readonly string[],
    readonly touched: readonly ReadonlySet<number>[],
  ) {
    graph.cells.forEach(({ path }, cell) => {
      this.#byPath.set(JSON.stringify(path), cell);
    });
  }

  exchange(p: number, q: number): void {
    this.#exchanged.set(p, q).set(q, p);
    const [left, right] = [this.graph.processes[p], this.graph.processes[q]];
    if (left === undefined || right === undefined) return;
    // What is stored is certain; what is only tested may stand in another order.
    const pairs = alignedBlocks(left, right);
    for (const [a, b] of pairs) this.#compareStores(a, b);
    for (const each of [this.#elements, this.#values]) each.onlyTested = true;
    for (const [a, b] of pairs) this.#compareTests(a, b);
    left.boundaries.forEach(({ rest }, i) => {
      const other = right.boundaries[i]?.rest ?? null;
      if (rest !== null && other !== null) this.#compare(rest, other);
    });
    for (const each of [this.#elements, this.#values]) each.settle(p, q);
    this.#exchangeOthers();
  }

  candidate(): Candidate {
    const { processes, cells } = this.graph;
    const names = [...this.#exchanged.keys()]
      .sort((a, b) => a - b)
      .map((each) => processes[each]?.name ?? '');
    const targets = cells.map((cell) => this.#targetOf(cell));
    const lost = targets.indexOf(null);
    if (lost >= 0) this.#reason ||= `${textOf(cells[lost])} has no counterpart`;
    if (this.#reason !== '') return { names, renaming: null, reason: this.#reason };
    return {
      names,
      reason: '',
      renaming: {
        processes: processes.map((_, i) => this.#exchanged.get(i) ?? i),
        cells: targets.map((target, i) => target ?? i),
        values: cells.map((cell) => this.#tableOf(cell)),
      },
    };
  }

  /** Other processes that have to do with one element only of those that change places must change places, too. */
  #exchangeOthers(): void {
    for (const [r, cells] of this.touched.entries()) {
      if (this.#exchanged.has(r)) continue;
      for (const cell of cells) {
        const target = this.#targetOf(this.graph.cells[cell]);
        if (target === null || cells.has(target)) continue;
        const mate = this.touched.findIndex(
          (others, s) =>
            s !== r &&
            this.shapes[s] === this.shapes[r] &&
            others.has(target) &&
            !others.has(cell) &&
            !this.#exchanged.has(s),
        );
        if (mate < 0) continue;
        this.exchange(r, mate);
        return;
      }
    }
  }

  #targetOf(cell: Cell | undefined): number | null {
    if (cell === undefined) return null;
    const path = cell.path.map((part, i) =>
      typeof part === 'number' ? this.#elements.of(JSON.stringify(cell.path.slice(0, i)), part) : part,
    );
    return this.#byPath.get(JSON.stringify(path)) ?? null;
  }

  #tableOf({ path, domain: { lo, hi } }: Cell): readonly number[] | null {
    const field = fieldOf(path);
    if (!this.#values.has(field) || hi - lo > MOST_VALUES) return null;
    return Array.from({ length: hi - lo + 1 }, (_, i) => this.#values.of(field, lo + i));
  }

  #compareStores(left: Block, right: Block): void {
    left.instrs.forEach((instr, i) => {
      const other = right.instrs[i];
      if (instr.do !== 'store' || other?.do !== 'store') return;
      this.#compareRefs(instr.ref, other.ref);
      if (instr.value.op === 'const' && other.value.op === 'const')
        this.#noteValues(instr.ref, instr.value.value, other.value.value);
      this.#compare(instr.value, other.value);
    });
  }

  #compareTests(left: Block, right: Block): void {
    left.instrs.forEach((instr, i) => {
      const other = right.instrs[i];
      if (instr.do === 'check' && other?.do === 'check') this.#compare(instr.test, other.test);
      if (instr.do === 'set' && other?.do === 'set') this.#compare(instr.value, other.value);
    });
    if (left.end.to === 'branch' && right.end.to === 'branch') this.#compare(left.end.test, right.end.test);
  }

  #compare(left: Expr, right: Expr): void {
    if (left.op === 'load' && right.op === 'load') this.#compareRefs(left.ref, right.ref);
    else if (left.op === 'unary' && right.op === 'unary') this.#compare(left.operand, right.operand);
    else if (left.op === 'recode' && right.op === 'recode') this.#compare(left.operand, right.operand);
    else if (left.op === 'conditional' && right.op === 'conditional') {
      this.#compare(left.test, right.test);
      this.#compare(left.then, right.then);
      this.#compare(left.else, right.else);
    } else if (left.op === 'binary' && right.op === 'binary' && left.operator === right.operator) {
      this.#compare(left.left, right.left);
      this.#compare(left.right, right.right);
      if (left.left.op === 'load' && left.right.op === 'const' && right.right.op === 'const')
        this.#noteValues(left.left.ref, left.right.value, right.right.value);
    }
  }

  #compareRefs(left: CellRef, right: CellRef): void {
    if (left.base === right.base || left.indexes.length !== right.indexes.length) return;
    const [from, to] = [this.graph.cells[left.base]?.path ?? [], this.graph.cells[right.base]?.path ?? []];
    const apart = from.flatMap((part, i) => (part === to[i] ? [] : [i]));
    const [at] = apart;
    if (from.length !== to.length || apart.length !== 1 || at === undefined) return;
    const [i, j] = [from[at], to[at]];
    if (typeof i !== 'number' || typeof j !== 'number') return;
    this.#elements.note(JSON.stringify(from.slice(0, at)), i, j);
  }

  #noteValues(ref: CellRef, left: number, right: number): void {
    const cell = this.graph.cells[reachedCells(ref)[0] ?? ref.base];
    if (left !== right && cell !== undefined) this.#values.note(fieldOf(cell.path), left, right);
  }
}

/** Cells with more values hold no ids. */
const MOST_VALUES = 64;

/** What changes places with what, by where that is. */
class Exchanges {
  readonly #certain = new Map<string, Map<number, number>>();
  readonly #seen = new Map<string, (readonly [number, number])[]>();
  /** Whether what is noted was only tested: perhaps next to something else, in a row of tests. */
  onlyTested = false;

  has(key: string): boolean {
    return this.#certain.has(key);
  }

  of(key: string, member: number): number {
    return this.#certain.get(key)?.get(member) ?? member;
  }

  note(key: string, a: number, b: number): void {
    if (a === b) return;
    if (!this.onlyTested) this.#exchange(key, a, b);
    else if (!this.has(key)) this.#seen.set(key, [...(this.#seen.get(key) ?? []), [a, b]]);
  }

  /** Where tests do not agree on what changes places, it may be the numbers of the processes themselves. */
  settle(p: number, q: number): void {
    for (const [key, pairs] of this.#seen) {
      const [[a, b] = [p, q]] = pairs;
      const agree = pairs.every(([c, d]) => (c === a && d === b) || (c === b && d === a));
      if (agree) this.#exchange(key, a, b);
      else this.#exchange(key, p, q);
    }
    this.#seen.clear();
    this.onlyTested = false;
  }

  /** Unless one of them has changed places with another already. */
  #exchange(key: string, a: number, b: number): void {
    const known = this.#certain.get(key) ?? new Map<number, number>();
    this.#certain.set(key, known);
    if (!known.has(a) && !known.has(b)) known.set(a, b).set(b, a);
  }
}

/** Blocks that are come to on the same ways. */
function alignedBlocks(left: ProcessGraph, right: ProcessGraph): readonly (readonly [Block, Block])[] {
  const pairs: [Block, Block][] = [];
  const seen = new Set<string>();
  const pending = left.boundaries.map(
    ({ block }, i) => [block, right.boundaries[i]?.block ?? block] as const,
  );
  for (let pair = pending.pop(); pair !== undefined; pair = pending.pop()) {
    const key = pair.join();
    const [a, b] = [left.blocks[pair[0]], right.blocks[pair[1]]];
    if (seen.has(key) || a === undefined || b === undefined || a.end.to !== b.end.to) continue;
    seen.add(key);
    if (a.instrs.length === b.instrs.length) pairs.push([a, b]);
    const next = stepSuccessors(b.end);
    for (const [i, block] of stepSuccessors(a.end).entries()) pending.push([block, next[i] ?? block]);
  }
  return pairs;
}

function fieldOf(path: Cell['path']): string {
  return path.map((part) => (typeof part === 'number' ? '*' : part)).join('.');
}

export function textOf(cell: Cell | undefined): string {
  return (cell?.path ?? [])
    .map((part, i) => (typeof part === 'number' ? `[${part}]` : i === 0 ? part : `.${part}`))
    .join('');
}
