/**
 * Where the states are: one append-only array of packed states in breadth-first order, which is the queue as well, the
 * index of each one's predecessor, and a hash table of indexes. Nothing else is kept per state.
 *
 * The memory limit is reserved at once. The operating system hands out pages as they are first written, so a small
 * search uses little; and nothing is ever copied to grow: the table grows in place by entering all states again.
 */
import { type Kernel, kernelFor, type Tables } from './kernel.js';

/** A slot more than this share of the table full is the time to grow it; or, at its largest, to stop. */
const COMFORTABLE = 0.6;
const CROWDED = 0.85;
const SMALLEST_TABLE = 2 ** 12;
/** Bits of an index: it shares 32-bit slots with the tag. */
const MOST_SLOTS = 2 ** 31;
const MOST_ELEMENTS = 2 ** 32 - 1;
const CHUNK = 1024;

export class Store implements Tables {
  readonly states: Uint32Array;
  readonly parents: Uint32Array;
  readonly table: Uint32Array;
  readonly kernel: Kernel;
  /** The most states that there may be. */
  readonly capacity: number;
  /** The number of states. */
  count = 0;
  /** Slots of the table in use now, less one. */
  mask: number;
  /** By depth: the index of the first state. The last entry is one beyond the states found so far. */
  readonly layers: number[] = [0];
  readonly #hashes = new Int32Array(CHUNK);

  constructor(
    readonly words: number,
    memoryBytes: number,
    maxStates: number = Number.POSITIVE_INFINITY,
    firstSlots: number = SMALLEST_TABLE * 16,
  ) {
    this.kernel = kernelFor(words);
    const { capacity, slots, states, parents, table } = reserve(words, memoryBytes, maxStates);
    this.capacity = capacity;
    this.states = states;
    this.parents = parents;
    this.table = table;
    this.mask = Math.min(slots, firstSlots) - 1;
  }

  /** Bytes in use. */
  get bytes(): number {
    return 4 * (this.count * (this.words + 1) + this.mask + 1);
  }

  /** Makes room in the table for that many states, as far as there is any to make. */
  grow(states: number): void {
    const slots = this.mask + 1;
    if (states <= slots * COMFORTABLE || slots === this.table.length) return;
    let wanted = slots;
    while (states > wanted * COMFORTABLE && wanted < this.table.length) wanted *= 2;
    // A search that grows once will grow more: while the table is small, skip a size.
    if (wanted < 2 ** 22 && wanted * 2 <= this.table.length) wanted *= 2;
    this.table.fill(0, 0, slots);
    this.mask = wanted - 1;
    for (let from = 0; from < this.count; from += CHUNK) {
      this.kernel.enter(this, this.mask, from, Math.min(this.count, from + CHUNK), this.#hashes);
    }
  }

  /** Adds a state without a predecessor. */
  addFirst(state: Uint32Array): void {
    this.states.set(state, 0);
    this.parents[0] = 0;
    this.count = 1;
    this.kernel.enter(this, this.mask, 0, 1, this.#hashes);
  }

  /** The index of the state at `source[at]`, or -1 if it is not here. */
  find(source: Uint32Array, at: number): number {
    return this.kernel.find(this, this.mask, source, at);
  }

  state(index: number): Uint32Array {
    return this.states.slice(index * this.words, (index + 1) * this.words);
  }
}

/** The largest number of states whose words, predecessors and table slots fit, and the slots of its table. */
export function capacityWithin(words: number, bytes: number): { capacity: number; slots: number } {
  let best = { capacity: 0, slots: SMALLEST_TABLE };
  for (let slots = SMALLEST_TABLE; slots <= MOST_SLOTS && slots * 4 < bytes; slots *= 2) {
    const capacity = Math.floor(
      Math.min(slots * CROWDED, (bytes - 4 * slots) / (4 * (words + 1)), MOST_ELEMENTS / words),
    );
    if (capacity > best.capacity) best = { capacity, slots };
  }
  return best;
}

function reserve(words: number, bytes: number, maxStates: number) {
  const { capacity, slots } = capacityWithin(words, bytes);
  const most = Math.max(1, Math.min(capacity, maxStates));
  let enough = SMALLEST_TABLE;
  while (enough < slots && most > enough * COMFORTABLE) enough *= 2;
  try {
    return {
      capacity: most,
      slots: enough,
      states: new Uint32Array(most * words),
      parents: new Uint32Array(most),
      table: new Uint32Array(enough),
    };
  } catch (error) {
    // The operating system promises no such amount; whatever it does promise is the limit then.
    if (!(error instanceof RangeError) || bytes < 2 ** 20) throw error;
    return reserve(words, bytes / 2, maxStates);
  }
}
