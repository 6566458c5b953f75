/**
 * Proves that a renaming is a symmetry: that it turns the steps of each process into those of the process whose place
 * that takes, and leaves every predicate as it is. A renaming here is its own inverse, so one direction is both.
 *
 * The code of the two processes is followed side by side: wherever both come to, locals are the same, and the shared
 * state of the one is the renamed state of the other. Most blocks are the same but for the renaming (`matching.ts`). Where
 * they are not (two tests or two loops over processes come in another order), both are run on decision diagrams up to
 * where their ways meet again, or to the end of the step, and what they make of any state is compared (`meaning.ts`).
 */
import type { Packing } from '../../compiler/codegen/packing.js';
import type {
  Block,
  Expr,
  Graph,
  Local,
  PredicateGraph,
  ProcessGraph,
  Terminator,
} from '../../compiler/ir/graph.js';
import { type Footprint, footprints, reachedCells } from '../../compiler/passes/footprint.js';
import { hasBit, liveness, type Liveness } from '../../compiler/passes/live.js';
import { blockExprs, flowOfPredicate, stepSuccessors, visitLoads } from '../../compiler/ir/traverse.js';
import { type Control, controlOf } from '../slicing/control.js';
import { textOf } from './candidates.js';
import { Diagrams, TooLarge } from './diagrams.js';
import { type IndexValues, indexValues } from './indexes.js';
import { Matching } from './matching.js';
import { type Code, type Meaning, meaningOf, NO_STATE, Unproven } from './meaning.js';
import { Names } from './names.js';
import { moves, type Renaming } from './renaming.js';

/** The most nodes for one piece of code: proofs that succeed on the catalogue need a tenth of it. */
const SIZE_LIMIT = 100_000;
/** Why a renaming is no symmetry, or cannot be shown to be one; null if it is one. */
export function refute(
  graph: Graph,
  packing: Packing,
  renaming: Renaming,
  limit = SIZE_LIMIT,
): string | null {
  return new Proof(graph, packing, renaming, limit).refute();
}

class Proof {
  readonly #footprints: readonly (readonly Footprint[])[];
  readonly #indexes: IndexValues;
  readonly #failures = new Map<string | null, number>();
  readonly #matching: Matching;

  constructor(
    readonly graph: Graph,
    readonly packing: Packing,
    readonly renaming: Renaming,
    readonly limit: number,
  ) {
    this.#footprints = footprints(graph);
    this.#indexes = indexValues(graph);
    this.#matching = new Matching(graph, renaming, (left, right) => {
      const codeOf = (failure: number): number => this.#endingCode({ to: 'failure', failure });
      return codeOf(left) === codeOf(right);
    });
  }

  refute(): string | null {
    const { graph, renaming } = this;
    const bad = graph.cells.findIndex((_, cell) => !this.#isInvolution(cell));
    if (bad >= 0) return `${textOf(graph.cells[bad])} does not change places with a cell of its kind`;
    for (const [p, process] of graph.processes.entries()) {
      const q = renaming.processes[p] ?? p;
      const other = graph.processes[q];
      if (other === undefined || renaming.processes[q] !== p) return `${process.name} does not change places`;
      // A renaming is its own inverse: the other direction says the same.
      if (q < p) continue;
      const reason = this.#refuteProcess(p, q);
      if (reason !== null) return reason;
    }
    const { invariants, stepPredicates, witnesses } = graph;
    for (const [i, each] of [...invariants, ...stepPredicates, ...witnesses].entries()) {
      const reason = this.#refutePredicate(
        each,
        this.#indexes.locals[graph.processes.length + i] ?? new Set(),
      );
      if (reason !== null) return reason;
    }
    return null;
  }

  #isInvolution(cell: number): boolean {
    const { cells, values } = this.renaming;
    const to = cells[cell] ?? cell;
    const [own, other] = [this.graph.cells[cell]?.domain, this.graph.cells[to]?.domain];
    const table = values[cell] ?? null;
    const back = values[to] ?? null;
    if (cells[to] !== cell || own?.lo !== other?.lo || own?.hi !== other?.hi || own === undefined)
      return false;
    if (table === null || back === null) return table === back;
    return table.every((value, i) => back[value - own.lo] === own.lo + i);
  }

  #refuteProcess(p: number, q: number): string | null {
    const [left, right] = [this.#sideOf(p), this.#sideOf(q)];
    const [own, other] = [this.graph.processes[p], this.graph.processes[q]];
    if (own === undefined || other === undefined) return 'there is no such process';
    if (p !== q && !this.#isPackedAlike(p, q)) return `${own.name} and ${other.name} keep different locals`;
    const pending: Pair[] = [];
    for (const [boundary, { block, rest }] of own.boundaries.entries()) {
      const point = other.boundaries[boundary];
      if (point === undefined) return `${own.name} and ${other.name} have different steps`;
      if (p === q && !this.#isConcerned(p, boundary)) continue;
      const reason = this.#restDiffers(left, right, rest, point.rest);
      if (reason !== null) return `${placeOf(own, boundary)}: ${reason}`;
      pending.push([block, point.block, boundary]);
    }
    return this.#refuteCode(left, right, pending, (boundary) => placeOf(own, boundary));
  }

  #sideOf(process: number): Side {
    const { blocks = [], locals = [] } = this.graph.processes[process] ?? {};
    const live = this.packing.processes[process]?.live;
    if (live === undefined) throw new RangeError(`no process ${process}`);
    const decided = this.#indexes.locals[process] ?? new Set();
    return { blocks, locals, live, decided, result: null, control: waysOf(blocks) };
  }

  #refutePredicate(predicate: PredicateGraph, decided: ReadonlySet<number>): string | null {
    const { blocks, locals, entry, result } = predicate;
    const touches = blocks.flatMap(blockExprs).some((expr) => {
      let moved = false;
      visitLoads(expr, (ref) => {
        moved ||= reachedCells(ref).some((cell) => moves(this.renaming, cell));
      });
      return moved;
    });
    if (!touches) return null;
    const live = liveness(flowOfPredicate(predicate));
    const side: Side = { blocks, locals, live, decided, result, control: waysOf(blocks) };
    return this.#refuteCode(side, side, [[entry, entry, 0]], () => predicate.name);
  }

  #refuteCode(left: Side, right: Side, pending: Pair[], nameOf: (boundary: number) => string): string | null {
    const seen = new Set<string>();
    for (let pair = pending.pop(); pair !== undefined; pair = pending.pop()) {
      const [a, b, boundary] = pair;
      if (seen.has(`${a},${b}`)) continue;
      seen.add(`${a},${b}`);
      const next = this.#followed(left, right, a, b) ?? this.#bridged(left, right, a, b);
      if (typeof next === 'string') return `${nameOf(boundary)}: ${next}`;
      for (const [to, other] of next) pending.push([to, other, boundary]);
    }
    return null;
  }

  /** Where both go on if they are the same but for the renaming; null if they are not. */
  #followed(left: Side, right: Side, a: number, b: number): readonly (readonly [number, number])[] | null {
    const [one, two] = [left.blocks[a], right.blocks[b]];
    if (one === undefined || two === undefined || one.instrs.length !== two.instrs.length) return null;
    if (!this.#isSameEnd(one.end, two.end)) return null;
    if (
      !one.instrs.every(
        (instr, i) => two.instrs[i] !== undefined && this.#matching.instr(instr, two.instrs[i]),
      )
    )
      return null;
    const next = stepSuccessors(two.end);
    return stepSuccessors(one.end).map((to, i) => [to, next[i] ?? to]);
  }

  #isSameEnd(one: Terminator, two: Terminator): boolean {
    switch (one.to) {
      case 'branch':
        return two.to === 'branch' && this.#matching.expr(one.test, two.test);
      case 'choose':
        return two.to === 'choose' && one.local === two.local && this.#matching.expr(one.count, two.count);
      case 'boundary':
      case 'failure':
        return this.#endingCode(one) === this.#endingCode(two);
      case 'block':
      case 'passed':
      case 'end':
      case 'disabled':
        return one.to === two.to;
      default:
        return one satisfies never;
    }
  }

  /** Where both go on behind some code in which they do the same, however it is written; or why there is no such code. */
  #bridged(left: Side, right: Side, a: number, b: number): readonly (readonly [number, number])[] | string {
    let [stop, other] = [left.control.join(a), right.control.join(b)];
    for (;;) {
      const toTheEnd = stop === null || other === null;
      const reason = this.#attempt(() =>
        this.#codeDiffers(left, right, [a, toTheEnd ? null : stop], [b, toTheEnd ? null : other]),
      );
      if (reason === null) return stop === null || other === null ? [] : [[stop, other]];
      if (stop === null || other === null) return reason;
      [stop, other] = [left.control.join(stop), right.control.join(other)];
    }
  }

  #attempt<T>(prove: () => T): T | string {
    try {
      return prove();
    } catch (error) {
      if (error instanceof TooLarge) return 'too large to be compared';
      if (error instanceof Unproven) return error.message;
      throw error;
    }
  }

  /** Whether a step touches what is renamed. */
  #isConcerned(process: number, boundary: number): boolean {
    const step = this.#footprints[process]?.[boundary];
    if (step === undefined) return true;
    const { reads, writes, restReads } = step;
    return [...reads, ...writes, ...restReads].some((cell) => moves(this.renaming, cell));
  }

  #isPackedAlike(p: number, q: number): boolean {
    const layoutOf = (process: number): string => {
      const own = this.packing.processes[process];
      const { locals = [] } = this.graph.processes[process] ?? {};
      const field = (each: { readonly width: number; readonly lo: number } | null): unknown =>
        each && [each.width, each.lo];
      return JSON.stringify([
        own?.counter.width,
        own?.slots.map(({ field: each, locals: members }) => [field(each), members]),
        own?.locals.map(field),
        own?.live.atBoundary.map((bits) => locals.map((_, local) => hasBit(bits, local))),
        locals.map(({ domain }) => domain && [domain.lo, domain.hi]),
      ]);
    };
    return layoutOf(p) === layoutOf(q);
  }

  #codeDiffers(
    left: Side,
    right: Side,
    [a, stop]: readonly [number, number | null],
    [b, otherStop]: readonly [number, number | null],
  ): string | null {
    const diagrams = new Diagrams(this.limit);
    const names = new Names(this.graph, diagrams, this.renaming, this.#indexes.cells);
    const begin = names.beginning(left);
    const before = meaningOf(this.#codeOf(left, a, stop), begin, diagrams);
    const after = meaningOf(this.#codeOf(right, b, otherStop), names.renamed(begin), diagrams);
    return this.#meaningDiffers(before, after, names, left);
  }

  #meaningDiffers(left: Meaning, right: Meaning, names: Names, { locals }: Side): string | null {
    if (left.ending !== right.ending) return 'it ends in another way';
    if (left.counts.length !== right.counts.length || left.counts.some((each, i) => each !== right.counts[i]))
      return 'it chooses in another way';
    const { cells } = this.renaming;
    const stored = new Set([...left.stored, ...[...right.stored].map((cell) => cells[cell] ?? cell)]);
    for (const cell of stored) {
      const expected = left.cell(cell, (value) => names.rename(cell, value));
      if (expected === right.cell(cells[cell] ?? cell, (value) => value)) continue;
      return `it changes ${textOf(this.graph.cells[cell])} in another way`;
    }
    for (const [local, { name }] of locals.entries())
      if (left.local(local) !== right.local(local)) return `it sets ${name} in another way`;
    return null;
  }

  #restDiffers(left: Side, right: Side, rest: Expr | null, other: Expr | null): string | null {
    if (rest === null || other === null) return rest === other ? null : 'only one of them may rest there';
    if (this.#matching.expr(rest, other)) return null;
    const blocksOf = (test: Expr): readonly Block[] => [
      { instrs: [], end: { to: 'branch', test, then: 1, else: 2 } },
      { instrs: [], end: { to: 'end' } },
      { instrs: [], end: { to: 'disabled' } },
    ];
    const sides = [
      { ...left, blocks: blocksOf(rest) },
      { ...right, blocks: blocksOf(other) },
    ] as const;
    const reason = this.#attempt(() => this.#codeDiffers(...sides, [0, null], [0, null]));
    return reason === null ? null : `rest: ${reason}`;
  }

  #codeOf({ blocks, live, result }: Side, start: number, stop: number | null): Code {
    return {
      blocks,
      start,
      stop,
      codeOf: (end) => this.#endingCode(end),
      isAlive: (local, end) => {
        if (end.to === 'end') return local === result;
        const bits =
          end.to === 'block'
            ? live.atStart(end.block)
            : end.to === 'boundary'
              ? live.atBoundary[end.boundary]
              : undefined;
        return bits !== undefined && hasBit(bits, local);
      },
    };
  }

  /**
   * Boundaries by their number, behind where code stops and the end of the process. Failures by their property: which of
   * several comes first may depend on an order that means nothing, and a search tells one for each property.
   */
  #endingCode(end: Terminator): number {
    if (end.to === 'boundary') return end.boundary + 2;
    if (end.to === 'block') return 1;
    if (end.to === 'end') return 0;
    if (end.to !== 'failure') return NO_STATE;
    const property = this.graph.failures[end.failure]?.property ?? null;
    const code = this.#failures.get(property) ?? NO_STATE - 1 - this.#failures.size;
    this.#failures.set(property, code);
    return code;
  }
}

/** A process or predicate whose code is compared with another's. */
interface Side {
  readonly blocks: readonly Block[];
  readonly locals: readonly Local[];
  readonly live: Liveness;
  /** The locals whose values must be told apart. */
  readonly decided: ReadonlySet<number>;
  /** Of a predicate. */
  readonly result: number | null;
  readonly control: Control;
}

/** A block of each, and the boundary of the step in which they were come to first. */
type Pair = readonly [left: number, right: number, boundary: number];

/** Where ways meet again that lead to a state: others end on the way. */
function waysOf(blocks: readonly Block[]): Control {
  return controlOf(blocks, ({ to }) => to === 'boundary' || to === 'end');
}

function placeOf({ name, boundaries }: ProcessGraph, boundary: number): string {
  const frames = boundaries[boundary]?.frames ?? [];
  const [frame, caller] = [frames.at(-1), frames.at(-2)];
  const where = caller === undefined ? '' : `, called in ${caller.function}:${caller.span.line}`;
  return `${name} in ${frame?.function}:${frame?.span.line}${where}`;
}
