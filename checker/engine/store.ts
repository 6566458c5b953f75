/**
 * Where the states are. `flat`: all words of each state. `tree`: a state is a pair of references to its first and its
 * second part, which are stored once each. Parts are few, since most of what happens changes one of them only and they
 * combine freely, so a state costs little more than eight bytes and its slot in the table.
 *
 * Indexes of states are given in the order of discovery: those of a layer are higher than all before it.
 */
import { Batch } from './batch.js';
import { CROWDED, Interner, type InternerMemory, internerMemory } from './interner.js';
import type { Lossy } from './kernels/lossy.js';
import { type StateKernel, stateKernel } from './kernels/states.js';
import { LossyInterner, lossyMemory } from './lossy.js';

export type Coding = 'flat' | 'tree' | Lossy;

/** What threads share. */
export interface StoreMemory {
  readonly words: number;
  readonly split: number;
  readonly limit: number;
  readonly lossy: Lossy | null;
  readonly interners: readonly InternerMemory[];
}

/** Parts are shared between many states: a thread does not need many at a time. */
const PART_BLOCK = 128;
/** States below this size are stored as they are. */
const FEWEST_WORDS = 4;
/** The share of the words in the first part: the shared state comes first, and half of what varies is behind its middle. */
const FIRST_SHARE = 0.6;

/** Reserves memory; states begin at index 0. */
export function storeMemory(
  words: number,
  limit: number,
  coding: Coding | undefined,
  firstSlots?: number,
): StoreMemory {
  if (coding === 'bitstate' || coding === 'hash-compact') {
    return { words, split: words, limit, lossy: coding, interners: [lossyMemory(words, limit)] };
  }
  const inParts = words > 1 && (coding ?? (words < FEWEST_WORDS ? 'flat' : 'tree')) === 'tree';
  const split = inParts ? Math.min(words - 1, Math.round(words * FIRST_SHARE)) : words;
  const widths = inParts ? [2, split, words - split] : [words];
  return {
    words,
    split,
    limit,
    lossy: null,
    interners: widths.map((width) => internerMemory(width, limit, firstSlots)),
  };
}

export class Store {
  readonly words: number;
  readonly inParts: boolean;
  /** One row per state. */
  readonly roots: Interner;
  readonly parts: readonly Interner[];
  readonly #kernel: StateKernel;
  #one: Batch | null = null;

  constructor(
    readonly memory: StoreMemory,
    shared: boolean,
    readonly canonical: ((words: Uint32Array, at: number) => void) | undefined,
  ) {
    const { words, split, interners } = memory;
    this.words = words;
    this.inParts = split < words;
    const widths = this.inParts ? [2, split, words - split] : [words];
    const { lossy } = memory;
    const all = interners.map((each, i) =>
      lossy === null
        ? new Interner(widths[i] ?? 0, each, shared, PART_BLOCK)
        : new LossyInterner(words, each, shared, PART_BLOCK, lossy),
    );
    this.roots = all[0] ?? fail();
    this.parts = all.slice(1);
    this.#kernel = stateKernel(words, split, canonical);
  }

  /** Of a new store: references begin at 1, so that no pair of them is all zeros. */
  begin(): void {
    for (const part of this.parts) part.startAt(1);
  }

  get interners(): readonly Interner[] {
    return [this.roots, ...this.parts];
  }

  // ---- batches

  newBatch(size: number, outLength: number): Batch {
    const batch = new Batch(this.words, size, outLength, this.inParts);
    if (!this.inParts) batch.sources = this.roots.rows;
    return batch;
  }

  /** Makes the words of the batch's first `count` sources readable, by their indexes. */
  load(batch: Batch, count: number): void {
    const [first, second] = this.parts;
    if (first !== undefined && second !== undefined) {
      this.#kernel.load(batch, this.roots, first, second, count);
      return;
    }
    for (let k = 0; k < count; k++) batch.at[k] = this.roots.position(batch.indices[k] ?? 0);
  }

  /** Finds out which of the records of the sources `from .. to - 1` must be looked up. */
  prepare(batch: Batch, from: number, to: number, steps: Uint8Array): void {
    batch.reserve((batch.ends[to - 1] ?? 0) / (this.words + 1));
    for (const each of [batch.lookups, batch.firsts, batch.seconds]) each.done = each.freshCount = 0;
    this.#kernel.prepare(batch, from, to, steps);
  }

  /** Looks the parts of all lookups up and adds those that are new. The states themselves are next. */
  insertParts(batch: Batch): void {
    const [first, second] = this.parts;
    if (first === undefined || second === undefined) return;
    first.insert(batch.firsts, batch.out, batch.firsts.count);
    second.insert(batch.seconds, batch.out, batch.seconds.count);
    this.#kernel.combine(batch);
  }

  insertStates(batch: Batch): void {
    const { lookups } = batch;
    this.roots.insert(lookups, this.inParts ? batch.references : batch.out, lookups.count);
  }

  /** Looks up without adding anything: -1 is the index of what is not there. */
  locate(batch: Batch): void {
    const [first, second] = this.parts;
    if (first !== undefined && second !== undefined) {
      first.locate(batch.firsts, batch.out);
      second.locate(batch.seconds, batch.out);
      this.#kernel.combine(batch);
    }
    this.roots.locate(batch.lookups, this.inParts ? batch.references : batch.out);
  }

  // ---- single states, slowly

  add(state: Uint32Array): void {
    const one = this.newBatch(1, this.words + 1);
    one.out.set(state);
    one.ends[0] = this.words + 1;
    // A source that differs in both parts, so that everything is looked up.
    one.sources = state.map((word) => ~word);
    one.at[0] = 0;
    this.prepare(one, 0, 1, new Uint8Array(1));
    this.insertParts(one);
    this.insertStates(one);
  }

  state(index: number): Uint32Array {
    const one = (this.#one ??= this.newBatch(1, 0));
    one.indices[0] = index;
    this.load(one, 1);
    const at = one.at[0] ?? 0;
    return one.sources.slice(at, at + this.words);
  }

  find(source: Uint32Array, at: number): number {
    const [first, second] = this.parts;
    if (first === undefined || second === undefined) return this.roots.find(source, at);
    const pair = Int32Array.of(first.find(source, at), second.find(source, at + this.memory.split));
    return pair.includes(-1) ? -1 : this.roots.find(pair, 0);
  }

  // ---- memory

  /** Goes on from rows that `read` puts where they belong. Returns false if they need more memory than there may be. */
  restore(
    rows: readonly { readonly count: number; readonly zeros: number }[],
    read: (interner: number, into: Uint32Array) => void,
  ): boolean {
    const counts = rows.map(({ count }) => count);
    const bytes = this.interners.reduce(
      (sum, { width }, i) => sum + 4 * (counts[i] ?? 0) * (width + 1 / CROWDED),
      0,
    );
    if (bytes > this.memory.limit) return false;
    this.interners.forEach((interner, i) => {
      const { count, zeros } = rows[i] ?? { count: 0, zeros: -1 };
      read(i, interner.rows.subarray(0, count * interner.width));
      interner.restore(count, zeros, interner.slotsForRows(count));
    });
    return true;
  }

  /** Bytes in use. */
  get bytes(): number {
    return this.interners.reduce((sum, each) => sum + each.bytes, 0);
  }

  /** Whether so many states more can be taken in, at once or with larger tables. `bytes` is what else is in use. */
  roomFor(more: number, bytes: number): 'enough' | 'in larger tables' | 'none' {
    if (this.interners.some((each) => this.#largerTable(each, more, bytes) !== null))
      return 'in larger tables';
    // What forgets has a fixed size.
    const isFixed = this.memory.lossy !== null;
    const fits = isFixed || this.bytes + this.#bytesOf(more) + bytes <= this.memory.limit;
    return fits && this.interners.every((each) => each.hasRoom(more)) ? 'enough' : 'none';
  }

  /**
   * Makes crowded tables larger. What they contain must be entered again then: that is told with the index of the row that
   * entering leaves out.
   */
  enlargeTables(more: number, bytes: number): { readonly interner: Interner; readonly zeros: number }[] {
    return this.interners.flatMap((each) => {
      const slots = this.#largerTable(each, more, bytes);
      return slots === null ? [] : [{ interner: each, zeros: each.clearTable(slots) }];
    });
  }

  #largerTable(interner: Interner, more: number, bytes: number): number | null {
    if (!interner.isCrowded(more)) return null;
    const others = this.bytes - interner.bytes + bytes;
    const slots = interner.slotsFor(more, this.memory.limit - others);
    // Entering everything again is not worth it for a little more room, unless there is none left.
    const isWorthIt = slots >= interner.slots * 1.2 || (slots > interner.slots && !interner.hasRoom(more));
    return isWorthIt ? slots : null;
  }

  /** The bytes that so many states more take at most, roughly: parts are shared. */
  #bytesOf(states: number): number {
    return states * 4 * (this.inParts ? 2 + this.words / 4 : this.words);
  }

  release(): void {
    for (const each of this.interners) each.release();
  }
}

function fail(): never {
  throw new Error('a store has at least one interner');
}
