/**
 * Stores rows of a fixed number of words, each once, and finds them again. Rows are appended in blocks that belong to one
 * thread each; an index, once given, stays. Several threads may use the same memory, each through an interner of its own.
 */
import { type InternerKernel, internerKernel, type Lookups, type Rows } from './kernels/interner.js';
import { giveBack, MOST_ELEMENTS, type Reserved, reserve, viewOf } from './memory.js';

/** A table that is fuller than this share is slow; or, at its largest, the end. */
export const CROWDED = 0.85;
const COMFORTABLE = 0.6;
const SMALLEST_TABLE = 2 ** 12;
/** Beyond this, tables grow in smaller steps, and only when crowded: memory counts more than time. */
const LARGE_TABLE = 2 ** 18;
const MOST_ROWS = 2 ** 31 - 2;
const CHUNK = 1024;

/** What threads share of an interner. The counters' words: the next free row, and the slots of the table in use. */
export interface InternerMemory {
  readonly rows: Reserved;
  readonly table: Reserved;
  readonly counters: Int32Array;
}

const NEXT = 0;
const SLOTS = 1;
/** Rows below this one may be overwritten, where they are not kept for ever. */
export const KEPT_FROM = 2;

/** Reserves memory for as many rows as fit into so many bytes with their table. */
export function internerMemory(
  width: number,
  bytes: number,
  firstSlots: number = SMALLEST_TABLE,
): InternerMemory {
  const most = Math.max(
    64,
    Math.min(Math.ceil(bytes / (4 * width)), Math.floor(MOST_ELEMENTS / width), MOST_ROWS),
  );
  const fitting = Math.ceil(bytes / (4 * width * CROWDED + 4));
  const slots = Math.min(MOST_ROWS, Math.max(firstSlots, fitting));
  return memoryOf(most * width, slots, Math.min(slots, firstSlots));
}

/** @param used the slots that are in use */
export function memoryOf(elements: number, slots: number, used: number): InternerMemory {
  const rows = reserve(elements);
  const table = reserve(slots);
  const counters = new Int32Array(new SharedArrayBuffer(12));
  counters[SLOTS] = Math.min(used, table.length);
  return { rows, table, counters };
}

export class Interner implements Rows {
  readonly rows: Uint32Array;
  readonly table: Uint32Array;
  slots = 0;
  scale = 0;
  mask = 0;
  /** This thread's block: the next free row, and its end. */
  cursor = 0;
  end = 0;
  readonly kernel: InternerKernel;
  protected readonly counters: Int32Array;
  readonly #hashes = new Int32Array(CHUNK);

  constructor(
    readonly width: number,
    readonly memory: InternerMemory,
    shared: boolean,
    /** Rows per block. */
    public block: number,
    kernel: Partial<InternerKernel> = {},
  ) {
    this.rows = viewOf(memory.rows);
    this.table = viewOf(memory.table);
    this.counters = memory.counters;
    this.kernel = { ...internerKernel(width, shared), ...kernel };
    this.refresh();
  }

  /** The index that the next block begins with: no row has that or a higher one. */
  get next(): number {
    return Atomics.load(this.counters, NEXT);
  }

  /** Gives up what is left of the block. */
  dropBlock(): void {
    this.clean();
    this.end = this.cursor;
  }

  /** The same while no other thread is at work: if no other block was begun behind it, the rest is used for the next one. */
  closeBlock(): void {
    Atomics.compareExchange(this.counters, NEXT, this.end, this.cursor);
    this.dropBlock();
  }

  /** Wipes what a lost race may have left in the next row. */
  clean(): void {
    if (this.cursor >= this.end) return;
    const at = this.position(this.cursor);
    this.rows.fill(0, at, at + this.width);
  }

  /** From now on, indexes begin at the given one. Of an empty interner, or of one that is read from a file. */
  startAt(index: number): void {
    this.cursor = this.end = index;
    Atomics.store(this.counters, NEXT, index);
  }

  /** Looks rows up, numbers `lookups.done` to `to - 1`, and adds those that are new. */
  insert(lookups: Lookups, source: Uint32Array | Int32Array, to: number): void {
    for (;;) {
      this.cursor = this.kernel.insert(this, lookups, source, to, this.cursor, this.end);
      if (lookups.done === to) return;
      this.cursor = Atomics.add(this.counters, NEXT, this.block);
      this.end = this.cursor + this.block;
    }
  }

  locate(lookups: Lookups, source: Uint32Array | Int32Array): void {
    this.kernel.locate(this, lookups, source);
  }

  find(source: Uint32Array | Int32Array, at: number): number {
    return this.kernel.find(this, source, at);
  }

  // ---- memory

  /** Takes over rows that are in the array already, and enters them into the table. */
  restore(count: number, zeros: number, slots: number): void {
    this.startAt(count);
    this.clearTable(slots);
    this.enter(0, count);
    if (zeros >= 0) this.kernel.enterOne(this, zeros);
  }

  /** The row that `enter` leaves out, if there is one. */
  get zeros(): number {
    return this.find(new Uint32Array(this.width), 0);
  }

  get bytes(): number {
    return 4 * (this.next * this.width + this.slots);
  }

  get mostRows(): number {
    return Math.floor(this.rows.length / this.width);
  }

  /** Whether the table should grow before so many rows more. */
  isCrowded(more: number): boolean {
    return this.next + more > this.slots * (this.slots < LARGE_TABLE ? COMFORTABLE : CROWDED);
  }

  /** Whether so many rows more can be taken in without growing. */
  hasRoom(more: number): boolean {
    const rows = this.next + more;
    return rows <= this.slots * CROWDED && rows <= this.mostRows;
  }

  /** How many slots a table for so many rows, and some more, should have. */
  slotsForRows(count: number): number {
    const comfortable = Math.ceil(count / (count < LARGE_TABLE ? COMFORTABLE : CROWDED)) + SMALLEST_TABLE;
    return Math.min(this.table.length, Math.max(this.slots, comfortable));
  }

  /** How many slots a table for so many rows more should have, within a number of bytes for the whole. */
  slotsFor(more: number, bytes: number): number {
    const fitting = Math.floor(bytes / (4 * this.width * CROWDED + 4));
    const needed = Math.ceil((this.next + more) / CROWDED) + 1;
    const factor = this.slots < 2 ** 16 ? 4 : this.slots < LARGE_TABLE ? 2 : 1.5;
    const wanted = Math.max(needed, Math.floor(this.slots * factor));
    return Math.min(this.table.length, wanted, Math.max(this.slots, fitting));
  }

  /** Empties the table, which has so many slots from now on. Returns the index of the row of zeros, or -1. */
  clearTable(slots: number): number {
    const { zeros } = this;
    this.table.fill(0, 0, this.slots);
    Atomics.store(this.counters, SLOTS, slots);
    this.refresh();
    return zeros;
  }

  /** Sees what another thread has changed. Returns whether that is so. */
  refresh(): boolean {
    const before = this.slots;
    this.slots = Atomics.load(this.counters, SLOTS);
    this.scale = this.slots / 2 ** 32;
    this.mask = 2 ** (32 - Math.clz32(this.slots)) - 1;
    return this.slots !== before;
  }

  /** Enters rows into an empty table, except one of zeros. */
  enter(from: number, to: number): void {
    for (let first = from; first < to; first += CHUNK) {
      this.kernel.enter(this, first, Math.min(to, first + CHUNK), this.#hashes);
    }
  }

  /** Where the words of a row are. */
  position(index: number): number {
    return index * this.width;
  }

  /** Rows below this one are not needed any more. */
  keepFrom(index: number): void {
    Atomics.store(this.counters, KEPT_FROM, index);
  }

  protected get usedRows(): number {
    return this.next;
  }

  release(): void {
    giveBack(this.rows, (this.usedRows + 1) * this.width);
    giveBack(this.table, this.slots);
  }
}
