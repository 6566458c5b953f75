/**
 * Traces. Breadth first, the layer of a state is its distance, so every path that goes down one layer per step is a
 * shortest one. Among those to any violation of the same length, the one with the fewest changes of process is the
 * easiest to read.
 *
 * A backward pass over the layers makes all transitions again and marks the states that lie on a shortest path to a
 * violation, with, for each process that could take the next step, the least number of changes from there on. A
 * forward walk along the marks then reads off the path.
 */
import { type Machine, META_STEP, type Transition } from '../compiler/machine.js';
import { isFailure, visitLayer } from './layers.js';
import type { Finding, SearchResult } from './options.js';
import type { Store } from './store.js';

/** A shortest trace to a violation like the finding, with the fewest context switches; always the same one. */
export function shortestTrace(machine: Machine, result: SearchResult, finding: Finding): Transition[] {
  const { store } = result;
  const goal = new Goal(machine, store, finding);
  const marks: Marks[] = [];
  for (let depth = finding.depth; depth >= 0; depth--)
    marks[depth] = goal.mark(depth, marks[depth + 1] ?? null);

  const trace: Transition[] = [];
  let state = machine.initial;
  for (let depth = 0, last: number | null = null; depth < finding.depth; depth++) {
    const next = best(machine.transitions(state), (transition) => {
      const rest = goal.costAfter(state, transition, depth, marks[depth + 1] ?? null);
      const change = last === null || last === transition.process ? 0 : 1;
      // Of equally good ones, the one that stays with the process for now.
      return rest === null ? null : 2 * (rest + change) + change;
    });
    if (next === null) throw new Error(`the marks of depth ${depth} lead nowhere`);
    trace.push(next);
    last = next.process;
    if (next.target !== null) state = next.target;
  }
  return trace;
}

/** Some shortest trace to a stored state, read off the predecessors: at no cost, but with no regard to readability. */
export function traceTo(machine: Machine, result: SearchResult, index: number): Transition[] {
  const { store } = result;
  const trace: Transition[] = [];
  for (let at = index; at !== 0; at = store.parents[at] ?? 0) {
    const target = store.state(at);
    const steps = machine.transitions(store.state(store.parents[at] ?? 0));
    const step = steps.find((each) => each.target !== null && isSame(each.target, target));
    if (step === undefined) throw new Error(`no transition leads to state ${at} from its predecessor`);
    trace.push(step);
  }
  return trace.reverse();
}

const NEVER = 0xffff_ffff;

/** The states of one layer that lie on a shortest path, and what the rest of the path costs. */
class Marks {
  /** By state of the layer: 1 plus its row, or 0. */
  readonly rows: Uint32Array;
  /** By row and process that takes the next step: the changes of process after that step began. */
  costs: Uint32Array;
  #count = 0;

  constructor(
    readonly first: number,
    size: number,
    readonly processes: number,
  ) {
    this.rows = new Uint32Array(size);
    this.costs = new Uint32Array(processes * 64);
  }

  put(state: number, process: number, cost: number): void {
    let row = this.rows[state - this.first] ?? 0;
    if (row === 0) {
      row = ++this.#count;
      this.rows[state - this.first] = row;
      if (row * this.processes > this.costs.length) {
        const larger = new Uint32Array(this.costs.length * 2);
        larger.set(this.costs);
        this.costs = larger;
      }
      this.costs.fill(NEVER, (row - 1) * this.processes, row * this.processes);
    }
    const at = (row - 1) * this.processes + process;
    if (cost < (this.costs[at] ?? 0)) this.costs[at] = cost;
  }

  /** The least number of changes from the state on if `last` took the step to it; null if it is not marked. */
  from(state: number, last: number): number | null {
    const row = this.rows[state - this.first] ?? 0;
    if (row === 0) return null;
    let least = NEVER;
    for (let process = 0; process < this.processes; process++) {
      const cost = this.costs[(row - 1) * this.processes + process] ?? NEVER;
      if (cost === NEVER) continue;
      least = Math.min(least, process === last ? cost : cost + 1);
    }
    return least;
  }
}

/** What is looked for: a violation of the same property in the same way at the same depth. */
class Goal {
  readonly #isStep: boolean;
  readonly #mask: number;

  constructor(
    readonly machine: Machine,
    readonly store: Store,
    readonly finding: Finding,
  ) {
    const { kind, property } = finding;
    this.#isStep = kind === 'step' || kind === 'failure';
    const properties = kind === 'step' ? machine.stepPredicates : machine.invariants;
    this.#mask = properties.reduce((mask, each, bit) => (each === property ? mask | (1 << bit) : mask), 0);
  }

  mark(depth: number, next: Marks | null): Marks {
    const { machine, store, finding } = this;
    const first = store.layers[depth] ?? 0;
    const end = store.layers[depth + 1] ?? store.count;
    const marks = new Marks(first, end - first, machine.processes.length);
    if (depth === finding.depth) {
      if (!this.#isStep) this.#markViolating(marks, first, end);
      return marks;
    }
    if (this.#isStep && depth === finding.depth - 1) {
      visitLayer(machine, store, first, end, {
        record: (source, out, position, meta) => {
          if (!this.#isViolatingRecord(source, out, position, meta)) return;
          marks.put(source, machine.steps[meta & META_STEP]?.process ?? 0, 0);
        },
      });
      return marks;
    }
    visitLayer(machine, store, first, end, {
      transition: (source, process, target) => {
        const cost = next === null ? null : this.#costAt(target, process, depth + 1, next);
        if (cost !== null) marks.put(source, process, cost);
      },
    });
    return marks;
  }

  /** The changes of process behind a transition that lies on a shortest path; null for one that does not. */
  costAfter(source: Uint32Array, transition: Transition, depth: number, next: Marks | null): number | null {
    const { target, failure } = transition;
    if (this.#isStep && depth === this.finding.depth - 1) {
      const violates =
        target === null ? this.#isFailure(failure) : this.#isViolatingStep(source, 0, target, 0);
      return violates ? 0 : null;
    }
    const index = target === null ? -1 : this.store.find(target, 0);
    return next === null ? null : this.#costAt(index, transition.process, depth + 1, next);
  }

  #costAt(state: number, last: number, depth: number, marks: Marks): number | null {
    const at = state - marks.first;
    if (at < 0 || at >= marks.rows.length) return null;
    if (depth < this.finding.depth) return marks.from(state, last);
    return marks.rows[at] === 0 ? null : 0;
  }

  #markViolating(marks: Marks, first: number, end: number): void {
    const { machine, store, finding } = this;
    if (finding.kind === 'deadlock') {
      visitLayer(machine, store, first, end, {
        state: (state, moves) => {
          if (!moves && machine.unfinished(store.states, state * store.words)) marks.put(state, 0, 0);
        },
      });
      return;
    }
    for (let state = first; state < end; state++) {
      if (machine.violated(store.states, state * store.words) & this.#mask) marks.put(state, 0, 0);
    }
  }

  #isViolatingRecord(source: number, out: Uint32Array, position: number, meta: number): boolean {
    if (isFailure(meta)) return this.#isFailure(out[position] ?? null);
    return this.#isViolatingStep(this.store.states, source * this.store.words, out, position);
  }

  #isFailure(failure: number | null): boolean {
    if (this.finding.kind !== 'failure' || failure === null) return false;
    if (this.finding.property === null) return failure === this.finding.failure;
    return this.machine.failures[failure]?.property === this.finding.property;
  }

  #isViolatingStep(source: Uint32Array, at: number, target: Uint32Array, targetAt: number): boolean {
    if (this.finding.kind !== 'step') return false;
    return (this.machine.violatedStep(source, at, target, targetAt) & this.#mask) !== 0;
  }
}

/** The first of the best: those with the least value that is not null. */
function best<T>(candidates: readonly T[], valueOf: (candidate: T) => number | null): T | null {
  let found: T | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const value = valueOf(candidate);
    if (value === null || value >= least) continue;
    least = value;
    found = candidate;
  }
  return found;
}

function isSame(a: Uint32Array, b: Uint32Array): boolean {
  return a.length === b.length && a.every((word, index) => word === b[index]);
}
