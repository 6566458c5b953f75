/**
 * The reduced machine. A state that is stored is expanded fully; each successor is then chased: while some process is
 * independent of the others there, and no property sees what it does, only its steps are taken, and the states passed
 * on the way are not stored.
 */
import { type Machine, META_FAILURE, META_RESTING, META_STEP } from '../../compiler/machine.js';
import type { Decisions } from './decisions.js';
import type { Visibility } from './visibility.js';

/** What chasing did besides what the records tell; grows with every `expand`. */
export interface Chased {
  /** By step: nonzero if it was taken from a state that was not stored. */
  readonly steps: Uint8Array;
  /** The witnesses that such states show. */
  witnesses: number;
  /** The transitions between such states. */
  transitions: number;
}

/** A machine that can take the steps of one process alone. */
export type Steerable = Machine & Required<Pick<Machine, 'expandOf'>>;

/** How many transitions may follow on one record before its states are stored after all. */
export const FUEL = 300;

export class Chase {
  readonly chased: Chased;
  readonly #words: number;
  readonly #record: number;
  #records: Uint32Array;
  /** States to be chased, the next one last, and the successors of the one that is. */
  #stack: Uint32Array;
  #next: Uint32Array;

  constructor(
    readonly machine: Steerable,
    readonly decisions: Pick<Decisions, 'isIndependent'>,
    readonly visibility: Pick<Visibility, 'sees'>,
    readonly fuel = FUEL,
  ) {
    this.#words = machine.words;
    this.#record = machine.words + 1;
    this.#records = new Uint32Array(machine.expansionLimit);
    this.#next = new Uint32Array(machine.expansionLimit);
    this.#stack = new Uint32Array(64 * machine.words);
    this.chased = { steps: new Uint8Array(machine.steps.length), witnesses: 0, transitions: 0 };
  }

  expand(source: Uint32Array, at: number, out: Uint32Array, outAt: number): number {
    const end = this.#allSteps(source, at);
    const records = this.#records;
    let to = outAt;
    for (let from = 0; from < end; from += this.#record) {
      const meta = records[from + this.#words] ?? 0;
      if (meta >= META_FAILURE || same(records, from, source, at, this.#words)) {
        to = this.#emit(records, from, meta, out, to);
      } else {
        to = this.#chase(records, from, meta, source, at, out, to);
      }
    }
    return to;
  }

  #chase(
    first: Uint32Array,
    firstAt: number,
    meta: number,
    source: Uint32Array,
    at: number,
    out: Uint32Array,
    outAt: number,
  ): number {
    const words = this.#words;
    let depth = this.#push(0, first, firstAt);
    let to = outAt;
    let fuel = this.fuel;
    while (depth > 0) {
      const top = --depth * words;
      const end = fuel > 0 ? this.#stepsAlone(this.#stack, top, source, at) : 0;
      if (end === 0) {
        to = this.#emit(this.#stack, top, meta, out, to);
        continue;
      }
      this.chased.witnesses |= this.machine.witnessed(this.#stack, top);
      for (let from = end - this.#record; from >= 0; from -= this.#record) {
        const step = (this.#next[from + words] ?? 0) & META_STEP;
        this.chased.steps[step] = 1;
        this.chased.transitions++;
        fuel--;
        depth = this.#push(depth, this.#next, from);
      }
    }
    return to;
  }

  /** Makes the successors by a process whose steps may be taken alone; 0 if there is no such process. */
  #stepsAlone(state: Uint32Array, at: number, source: Uint32Array, sourceAt: number): number {
    const { machine, decisions } = this;
    for (let process = 0; process < machine.processes.length; process++) {
      if (!decisions.isIndependent(process, state, at)) continue;
      const end = this.#stepsOf(process, state, at);
      if (end > 0 && this.#mayBeTakenAlone(end, state, at, source, sourceAt)) return end;
    }
    return 0;
  }

  #mayBeTakenAlone(
    end: number,
    state: Uint32Array,
    at: number,
    source: Uint32Array,
    sourceAt: number,
  ): boolean {
    const next = this.#next;
    for (let from = 0; from < end; from += this.#record) {
      if ((next[from + this.#words] ?? 0) >= META_RESTING) return false;
      if (same(next, from, state, at, this.#words)) return false;
      // The search would take a way back to where it came from for a step that changes nothing.
      if (same(next, from, source, sourceAt, this.#words)) return false;
      if (this.visibility.sees(state, at, next, from)) return false;
    }
    return true;
  }

  #allSteps(state: Uint32Array, at: number): number {
    for (;;) {
      const end = this.machine.expand(state, at, this.#records, 0);
      if (end <= this.#records.length) return end;
      this.#records = new Uint32Array(2 * end);
    }
  }

  #stepsOf(process: number, state: Uint32Array, at: number): number {
    for (;;) {
      const end = this.machine.expandOf(1 << process, state, at, this.#next, 0);
      if (end <= this.#next.length) return end;
      this.#next = new Uint32Array(2 * end);
    }
  }

  #push(depth: number, state: Uint32Array, at: number): number {
    const words = this.#words;
    if ((depth + 1) * words > this.#stack.length) {
      const larger = new Uint32Array(2 * this.#stack.length);
      larger.set(this.#stack);
      this.#stack = larger;
    }
    const to = depth * words;
    for (let word = 0; word < words; word++) this.#stack[to + word] = state[at + word] ?? 0;
    return depth + 1;
  }

  #emit(state: Uint32Array, at: number, meta: number, out: Uint32Array, to: number): number {
    const words = this.#words;
    for (let word = 0; word < words; word++) out[to + word] = state[at + word] ?? 0;
    out[to + words] = meta;
    return to + words + 1;
  }
}

function same(a: Uint32Array, at: number, b: Uint32Array, bAt: number, words: number): boolean {
  for (let word = 0; word < words; word++) if (a[at + word] !== b[bAt + word]) return false;
  return true;
}
