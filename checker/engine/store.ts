/**
 * Where the states are: one append-only array of packed states in breadth-first order, which is the queue as well, the
 * index of each one's predecessor, and a hash table of indexes. Nothing else is kept per state.
 *
 * While small, the arrays grow by copying. Beyond that the memory limit is reserved at once: the operating system hands
 * out pages as they are first written, so nothing is ever copied again, and the table grows in place by entering all
 * states once more. (Not from the start, because the garbage collector goes through the whole heap, compiler and all,
 * when much memory is reserved; most searches end before that.)
 */
import { type Kernel, kernelFor, type Tables } from './kernel.js';

/** A table that is fuller than this share is the time to grow it; or, at its largest, to stop. */
const COMFORTABLE = 0.6;
const CROWDED = 0.85;
const SMALLEST_TABLE = 2 ** 12;
/** Indexes share 32-bit slots with the tag. */
const MOST_SLOTS = 2 ** 31;
const MOST_ELEMENTS = 2 ** 32 - 1;
/** Up to this many elements, an array grows by copying. */
const SMALL = 2 ** 22;
const FIRST_STATES = 2 ** 14;
const CHUNK = 1024;

export class Store implements Tables {
  states: Uint32Array;
  parents: Uint32Array;
  table: Uint32Array;
  readonly kernel: Kernel;
  /** The most states that there may be. */
  capacity: number;
  /** The number of states. */
  count = 0;
  /** Slots of the table in use now, less one. */
  mask: number;
  /** By depth: the index of the first state. */
  readonly layers: number[] = [0];
  /** The most slots that the memory limit allows for. */
  #slots: number;
  readonly #hashes = new Int32Array(CHUNK);

  constructor(
    readonly words: number,
    memoryBytes: number,
    maxStates: number = Number.POSITIVE_INFINITY,
    firstSlots: number = 2 * FIRST_STATES,
  ) {
    this.kernel = kernelFor(words);
    const { capacity, slots } = capacityWithin(words, memoryBytes);
    this.capacity = Math.max(1, Math.min(capacity, maxStates));
    this.#slots = slots;
    const first = Math.min(this.capacity, FIRST_STATES);
    this.states = new Uint32Array(first * words);
    this.parents = new Uint32Array(first);
    this.table = new Uint32Array(Math.min(slots, firstSlots));
    this.mask = this.table.length - 1;
  }

  /** Bytes in use. */
  get bytes(): number {
    return 4 * (this.count * (this.words + 1) + this.mask + 1);
  }

  /** Makes room for that many states, as far as the limit allows. */
  makeRoom(states: number): void {
    const wanted = Math.min(states, this.capacity);
    if (wanted > this.parents.length) this.#enlargeArrays(wanted);
    if (wanted > (this.mask + 1) * COMFORTABLE && this.mask + 1 < this.#slots) this.#enlargeTable(wanted);
  }

  #enlargeArrays(wanted: number): void {
    const { states, parents } = this;
    let length = parents.length;
    while (length < wanted) length *= 4;
    if (length * this.words > SMALL) length = this.capacity;
    for (length = Math.min(length, this.capacity); ; length = Math.floor(length / 2)) {
      // The operating system may promise less than the limit; what it does promise is the limit then.
      if (length < wanted) {
        this.capacity = parents.length;
        return;
      }
      const larger = allocated(length * this.words);
      const others = larger && allocated(length);
      if (larger === null || others === null) continue;
      larger.set(states);
      others.set(parents);
      this.states = larger;
      this.parents = others;
      if (length * this.words > SMALL) this.capacity = length;
      return;
    }
  }

  #enlargeTable(wanted: number): void {
    let slots = this.mask + 1;
    // Fourfold, because entering all states again takes time; the limit of memory is no concern while it is small.
    while (wanted > slots * COMFORTABLE) slots *= slots < 2 ** 26 ? 4 : 2;
    slots = Math.min(slots, this.#slots);
    if (slots > this.table.length) {
      const table = allocated(slots > SMALL ? this.#slots : slots);
      if (table === null) {
        this.#slots = this.mask + 1;
        this.capacity = Math.min(this.capacity, Math.floor(this.#slots * CROWDED));
        return;
      }
      this.table = table;
    } else {
      this.table.fill(0, 0, this.mask + 1);
    }
    this.mask = slots - 1;
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

function allocated(length: number): Uint32Array | null {
  try {
    return new Uint32Array(length);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
