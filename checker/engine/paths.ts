/**
 * Traces. Breadth first, the layer of a state is its distance, so every path that goes down one layer per step is a
 * shortest one. Among those to any violation of the same length, the one with the fewest changes of process is the
 * easiest to read.
 *
 * A backward pass over the layers makes all transitions again and marks the states that lie on a shortest path to a
 * violation, with, for each process that could take the next step, the least number of changes from there on. A
 * forward walk along the marks then reads off the path.
 */
import { type Machine, META_FAILURE, META_STEP, type Transition } from '../compiler/machine.js';
import { visitLayer } from './layers.js';
import type { Finding, Layer } from './facts.js';
import type { SearchResult, Space } from './options.js';

type Found = Pick<SearchResult, 'space'>;

/** A shortest trace to a violation like the finding, with the fewest context switches; always the same one. */
export function shortestTrace(machine: Machine, result: Found, finding: Finding): Transition[] {
  return new Walk(machine, result.space, new Violation(machine, finding), finding.depth).trace();
}

/** A shortest trace to a stored state, chosen in the same way. */
export function traceTo(machine: Machine, result: Found, index: number): Transition[] {
  const { space } = result;
  const depth = space.layers.findIndex(({ runs }) =>
    runs.some(({ first, count }) => index >= first && index < first + count),
  );
  if (depth < 0) throw new Error(`there is no state ${index}`);
  return new Walk(machine, space, new Arrival(machine, space.store.state(index)), depth).trace();
}

/** What a trace ends with: a state in which nothing moves, or else a transition. */
interface Goal {
  readonly kind: 'deadlock' | 'transition';
  /** Whether the record at `out[position]` is such a transition. */
  isReached(source: Uint32Array, at: number, out: Uint32Array, position: number): boolean;
}

const NEVER = 0xffff_ffff;

/** The states of one layer that lie on a shortest path, and what the rest of the path costs. */
class Marks {
  /** By state of the layer: 1 plus its row, or 0. */
  readonly #rows: Uint32Array;
  /** By row and process that takes the next step: the changes of process after that step began. */
  #costs: Uint32Array;
  readonly #first: number;
  #count = 0;

  constructor(
    layer: Layer | undefined,
    readonly processes: number,
  ) {
    const [run] = layer?.runs ?? [];
    const last = layer?.runs.at(-1);
    this.#first = run?.first ?? 0;
    this.#rows = new Uint32Array(last === undefined ? 0 : last.first + last.count - this.#first);
    this.#costs = new Uint32Array(processes * 64);
  }

  has(state: number): boolean {
    return (this.#rows[state - this.#first] ?? 0) !== 0;
  }

  put(state: number, process: number, cost: number): void {
    let row = this.#rows[state - this.#first] ?? 0;
    if (row === 0) {
      row = ++this.#count;
      this.#rows[state - this.#first] = row;
      if (row * this.processes > this.#costs.length) {
        const larger = new Uint32Array(this.#costs.length * 2);
        larger.set(this.#costs);
        this.#costs = larger;
      }
      this.#costs.fill(NEVER, (row - 1) * this.processes, row * this.processes);
    }
    const at = (row - 1) * this.processes + process;
    if (cost < (this.#costs[at] ?? 0)) this.#costs[at] = cost;
  }

  /** The least number of changes from the state on if `last` took the step to it; null if it is not marked. */
  from(state: number, last: number): number | null {
    const row = this.#rows[state - this.#first] ?? 0;
    if (row === 0) return null;
    let least = NEVER;
    for (let process = 0; process < this.processes; process++) {
      const cost = this.#costs[(row - 1) * this.processes + process] ?? NEVER;
      if (cost === NEVER) continue;
      least = Math.min(least, process === last ? cost : cost + 1);
    }
    return least;
  }
}

class Walk {
  /** Representatives have processes of their own: how often the process changes is not known from their marks. */
  readonly #isSymmetric: boolean;

  constructor(
    readonly machine: Machine,
    readonly space: Space,
    readonly goal: Goal,
    readonly depth: number,
  ) {
    this.#isSymmetric = machine.canonical !== undefined;
  }

  trace(): Transition[] {
    const { machine, depth: length } = this;
    const marks: Marks[] = [];
    for (let depth = length; depth >= 0; depth--) marks[depth] = this.#mark(depth, marks[depth + 1] ?? null);
    const trace: Transition[] = [];
    let state = machine.initial;
    for (let depth = 0, last: number | null = null; depth < length; depth++) {
      const next = best(machine.transitions(state), (transition) => {
        const rest = this.#costAfter(state, transition, depth, marks[depth + 1] ?? null);
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

  #mark(depth: number, next: Marks | null): Marks {
    const { machine, space, goal } = this;
    const layer = space.layers[depth];
    const marks = new Marks(layer, machine.processes.length);
    if (layer === undefined) return marks;
    if (depth === this.depth) {
      if (goal.kind !== 'deadlock') return marks;
      visitLayer(machine, space, layer, {
        state: (state, sources, at, moves) => {
          if (!moves && machine.unfinished(sources, at)) marks.put(state, 0, 0);
        },
      });
    } else if (goal.kind === 'transition' && depth === this.depth - 1) {
      visitLayer(machine, space, layer, {
        record: (source, sources, at, out, position) => {
          if (!goal.isReached(sources, at, out, position)) return;
          const meta = out[position + machine.words] ?? 0;
          marks.put(source, machine.steps[meta & META_STEP]?.process ?? 0, 0);
        },
      });
    } else {
      visitLayer(machine, space, layer, {
        transition: (source, process, target) => {
          const cost = next === null ? null : this.#costAt(target, process, depth + 1, next);
          if (cost !== null) marks.put(source, process, cost);
        },
      });
    }
    return marks;
  }

  /** The changes of process behind a transition that lies on a shortest path; null for one that does not. */
  #costAfter(source: Uint32Array, transition: Transition, depth: number, next: Marks | null): number | null {
    const { machine, goal } = this;
    const { target, failure, step } = transition;
    if (goal.kind === 'transition' && depth === this.depth - 1) {
      const record = new Uint32Array(machine.words + 1);
      if (target === null) record[0] = failure ?? 0;
      else record.set(target);
      record[machine.words] = step | (target === null ? META_FAILURE : 0);
      return goal.isReached(source, 0, record, 0) ? 0 : null;
    }
    if (target === null || next === null) return null;
    const stored = machine.canonical === undefined ? target : target.slice();
    machine.canonical?.(stored, 0);
    return this.#costAt(this.space.store.find(stored, 0), transition.process, depth + 1, next);
  }

  #costAt(state: number, last: number, depth: number, marks: Marks): number | null {
    if (depth < this.depth && !this.#isSymmetric) return marks.from(state, last);
    return marks.has(state) ? 0 : null;
  }
}

/** A violation of the same property in the same way as the finding. */
class Violation implements Goal {
  readonly kind: Goal['kind'];
  readonly #mask: number;

  constructor(
    readonly machine: Machine,
    readonly finding: Finding,
  ) {
    const { kind, property } = finding;
    this.kind = kind === 'deadlock' ? 'deadlock' : 'transition';
    const properties = kind === 'step' ? machine.stepPredicates : machine.invariants;
    this.#mask = properties.reduce((mask, each, bit) => (each === property ? mask | (1 << bit) : mask), 0);
  }

  isReached(source: Uint32Array, at: number, out: Uint32Array, position: number): boolean {
    const { machine, finding } = this;
    if ((out[position + machine.words] ?? 0) >= META_FAILURE) return this.#isFailure(out[position] ?? 0);
    if (finding.kind === 'invariant') return (machine.violated(out, position) & this.#mask) !== 0;
    return finding.kind === 'step' && (machine.violatedStep(source, at, out, position) & this.#mask) !== 0;
  }

  #isFailure(failure: number): boolean {
    const { property, kind } = this.finding;
    if (kind !== 'failure') return false;
    if (property === null) return failure === this.finding.failure;
    return this.machine.failures[failure]?.property === property;
  }
}

/** A given state, or one that is symmetric to it. */
class Arrival implements Goal {
  readonly kind = 'transition';

  constructor(
    readonly machine: Machine,
    readonly state: Uint32Array,
  ) {}

  isReached(_source: Uint32Array, _at: number, out: Uint32Array, position: number): boolean {
    const { words, canonical } = this.machine;
    if ((out[position + words] ?? 0) >= META_FAILURE) return false;
    const target = out.slice(position, position + words);
    canonical?.(target, 0);
    return target.every((word, index) => word === this.state[index]);
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
