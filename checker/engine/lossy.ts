/** Storage that may take a new state for a known one: how much room it has, and how likely that is. */
import { Interner, type InternerMemory, KEPT_FROM, memoryOf } from './interner.js';
import { BITS_PER_STATE, type Lossy, lossyKernel } from './kernels/lossy.js';
import { giveBack, MOST_ELEMENTS } from './memory.js';

/** The shares of the memory for what is known, and for the states that are still to be expanded; the rest is for buffers. */
const KNOWN_SHARE = 0.7;
const FRONTIER_SHARE = 0.25;
/** A table of fingerprints that is fuller than this share is the end. */
const CROWDED = 0.9;

export function lossyMemory(width: number, bytes: number): InternerMemory {
  const slots = Math.min(2 ** 31 - 1, Math.floor((bytes * KNOWN_SHARE) / 4));
  const ring = Math.min(MOST_ELEMENTS, Math.floor((bytes * FRONTIER_SHARE) / 4));
  return memoryOf(Math.floor(ring / width) * width, slots, slots);
}

export class LossyInterner extends Interner {
  /** Rows in the ring. */
  readonly ring: number;

  constructor(
    width: number,
    memory: InternerMemory,
    shared: boolean,
    block: number,
    readonly kind: Lossy,
  ) {
    super(width, memory, shared, block, lossyKernel(width, kind, shared));
    this.ring = Math.floor(this.rows.length / width);
  }

  override position(index: number): number {
    return (index % this.ring) * this.width;
  }

  override get bytes(): number {
    return 4 * (Math.min(this.next, this.ring) * this.width + this.slots);
  }

  override isCrowded(): boolean {
    return false;
  }

  override hasRoom(more: number): boolean {
    const kept = Atomics.load(this.counters, KEPT_FROM);
    if (this.next + more - kept > this.ring) return false;
    return this.kind === 'bitstate' || this.next + more < this.slots * CROWDED;
  }

  override find(): number {
    throw new Error('states are not known exactly');
  }

  protected override get usedRows(): number {
    return Math.min(this.next, this.ring);
  }

  /** The table is as large as the memory and mostly untouched: wiping it would bring all of it into memory. */
  override release(): void {
    giveBack(this.rows, (this.usedRows + 1) * this.width);
  }
}

/**
 * The probability that at least one of the states was taken for a known one, if the hashes are as good as random. Bitstate: a
 * new state is lost if all its bits are set. Fingerprints: if one of those that it meets before a free slot is its own, one in
 * 2^32 each; an unsuccessful search in a table filled to a share `a` meets (1 + 1 / (1 - a)^2) / 2.
 */
export function omissionProbability(kind: Lossy, states: number, slots: number): number {
  let expected = 0;
  const steps = 1000;
  for (let step = 0; step < steps; step++) {
    const known = ((step + 0.5) / steps) * states;
    expected +=
      kind === 'bitstate'
        ? (1 - Math.exp((-BITS_PER_STATE * known) / (32 * slots))) ** BITS_PER_STATE
        : (1 + 1 / (1 - known / slots) ** 2) / 2 ** 33;
  }
  return -Math.expm1((-expected * states) / steps);
}
