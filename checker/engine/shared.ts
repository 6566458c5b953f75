/**
 * What the threads of a search share besides the store: the layer that is being expanded as a list of work, what was found
 * in it, and the words by which they wait for each other. Everything found is a set, so that nothing depends on who was
 * first.
 */

import type { Run } from './facts.js';

/** Words of `control`. Those that many threads write are on cache lines of their own. */
export const WORD = {
  /** Changes when threads are to look at `command`. */
  epoch: 0,
  command: 1,
  /** What a layer consists of, and the index from which on states belong to the next one. */
  units: 2,
  unitSize: 3,
  runs: 4,
  nextLayer: 5,
  /** Requests: room for so many rows less one is needed; stop where you are; stop when the unit is done. */
  grow: 6,
  stop: 7,
  pause: 8,
  /** No state is stored any more, for want of memory or because there may be no more. */
  full: 9,
  /** Threads that are in the crew, this one included. */
  members: 10,
  broken: 11,
  /** States that a thread reserves at a time. */
  block: 12,
  /** Changes when no block that was begun before may be filled up any more. */
  generation: 13,
  /** Masks of what was found. */
  invariants: 16,
  stepPredicates: 17,
  witnesses: 18,
  deadlock: 19,
  /** Contended. */
  unit: 32,
  /** All states so far. */
  states: 48,
  arrived: 64,
  ready: 80,
  portion: 96,
} as const;

export const COMMAND = { work: 1, enter: 2, exit: 3 } as const;
export const FULL = { not: 0, memory: 1, states: 2 } as const;

const CONTROL_WORDS = 112;
const MOST_RUNS = 4096;
/** Float64 per thread: a cache line. */
const TALLY = 8;

export interface Shared {
  readonly control: Int32Array;
  /** The layer's states: pairs of first index and count. */
  readonly runs: Uint32Array;
  /** By step, by failure: nonzero if it happened. */
  readonly steps: Uint8Array;
  readonly failed: Uint8Array;
  /** By thread: its transitions; the next free row of its block of states, and the end of that. */
  readonly tallies: Float64Array;
}

export function newShared(steps: number, failures: number, threads: number): Shared {
  const bytes = (length: number): SharedArrayBuffer => new SharedArrayBuffer(Math.max(8, length));
  return {
    control: new Int32Array(bytes(4 * CONTROL_WORDS)),
    runs: new Uint32Array(bytes(8 * MOST_RUNS)),
    steps: new Uint8Array(bytes(steps), 0, steps),
    failed: new Uint8Array(bytes(failures), 0, failures),
    tallies: new Float64Array(bytes(8 * TALLY * threads)),
  };
}

export function addTransitions({ tallies }: Shared, thread: number, count: number): void {
  tallies[thread * TALLY] = (tallies[thread * TALLY] ?? 0) + count;
}

export function publishBlock({ tallies }: Shared, thread: number, cursor: number, end: number): void {
  tallies[thread * TALLY + 1] = cursor;
  tallies[thread * TALLY + 2] = end;
}

/** What the threads have reserved from `first` on and not used. */
export function gapsFrom({ tallies }: Shared, first: number, next: number): Run[] {
  const unused: Run[] = [];
  for (let at = 0; at < tallies.length; at += TALLY) {
    const cursor = Math.max(first, tallies[at + 1] ?? 0);
    const end = Math.min(next, tallies[at + 2] ?? 0);
    if (cursor < end) unused.push({ first: cursor, count: end - cursor });
  }
  return unused;
}

/** The runs of indexes from `first` to `next` without gaps. */
export function runsBetween(first: number, next: number, gaps: readonly Run[]): Run[] {
  const runs: Run[] = [];
  let from = first;
  for (const gap of [...gaps.toSorted((a, b) => a.first - b.first), { first: next, count: 0 }]) {
    if (gap.first > from) runs.push({ first: from, count: gap.first - from });
    from = gap.first + gap.count;
  }
  return runs;
}

export function transitionsOf({ tallies }: Shared): number {
  let sum = 0;
  for (let at = 0; at < tallies.length; at += TALLY) sum += tallies[at] ?? 0;
  return sum;
}

/** Lays a layer out as work: `runs` of indexes, taken so many at a time. `total` states are known so far. */
export function layOut(
  { control, runs }: Shared,
  layer: readonly Run[],
  unitSize: number,
  total: number,
): void {
  if (layer.length > MOST_RUNS) throw new Error('a layer in too many pieces');
  let states = 0;
  layer.forEach(({ first, count }, i) => {
    runs[2 * i] = first;
    runs[2 * i + 1] = count;
    states += count;
  });
  control[WORD.runs] = layer.length;
  control[WORD.unitSize] = unitSize;
  control[WORD.units] = Math.ceil(states / unitSize);
  control[WORD.states] = total;
  Atomics.store(control, WORD.unit, 0);
}

/** Takes the next unit of the layer: its indexes go to `into`. Returns how many they are; 0 if nothing is left. */
export function takeUnit({ control, runs }: Shared, into: Uint32Array): number {
  const unit = Atomics.add(control, WORD.unit, 1);
  const size = control[WORD.unitSize] ?? 0;
  if (unit >= (control[WORD.units] ?? 0)) {
    // Not further and further: the word would overflow in the end.
    Atomics.sub(control, WORD.unit, 1);
    return 0;
  }
  let skip = unit * size;
  let taken = 0;
  for (let run = 0; run < (control[WORD.runs] ?? 0) && taken < size; run++) {
    const count = runs[2 * run + 1] ?? 0;
    const first = runs[2 * run] ?? 0;
    for (let i = skip; i < count && taken < size; i++) into[taken++] = first + i;
    skip = Math.max(0, skip - count);
  }
  return taken;
}

/** Asks the leader for room: the largest request counts. */
export function requestRoom({ control }: Shared, rows: number): void {
  for (;;) {
    const before = Atomics.load(control, WORD.grow);
    if (before > rows || Atomics.compareExchange(control, WORD.grow, before, rows + 1) === before) return;
  }
}
