/**
 * The inner loops of the search, generated for the number of words of a state so that hashing, comparing and copying
 * are straight code.
 *
 * A table slot holds 0, or a tag and an index: the high bits are the state's hash, the low bits its index plus one.
 * The slot is found by the low bits of the hash, so the tag tells most states that share a slot apart without looking
 * at them. The table has a power of two of slots; `mask` is that less one.
 */
import { META_RESTING, META_STEP } from '../compiler/machine.js';

export interface Tables {
  readonly states: Uint32Array;
  readonly parents: Uint32Array;
  readonly table: Uint32Array;
}

/** The records of a batch that must be looked up, and what is known of each source state. */
export class Batch {
  /** By source state: the position behind its last record. */
  readonly ends: Int32Array;
  /** By source state: nonzero if a step of a process that is not resting leads elsewhere, or to a failure. */
  readonly progress: Int32Array;
  /** By lookup: hash, position of the record, index of the source state. */
  hashes = new Int32Array(0);
  positions = new Int32Array(0);
  sources = new Uint32Array(0);
  /** Whether one of the records is a failure. */
  failed = 0;
  /** How many lookups `insert` has done. */
  done = 0;

  constructor(readonly size: number) {
    this.ends = new Int32Array(size);
    this.progress = new Int32Array(size);
  }

  reserve(records: number): void {
    if (this.hashes.length >= records) return;
    this.hashes = new Int32Array(records);
    this.positions = new Int32Array(records);
    this.sources = new Uint32Array(records);
  }
}

export interface Kernel {
  /**
   * Hashes the records of `count` source states from `first` on, except self-loops and failures, which need not be
   * looked up. Returns the number of lookups.
   */
  prepare(
    states: Uint32Array,
    out: Uint32Array,
    batch: Batch,
    first: number,
    count: number,
    steps: Uint8Array,
  ): number;
  /** Adds the records that are new as states `count ..`, up to `limit` states in all. Returns how many there are then. */
  insert(
    tables: Tables,
    mask: number,
    out: Uint32Array,
    batch: Batch,
    lookups: number,
    count: number,
    limit: number,
  ): number;
  /** The index of the state of each record that must be looked up, or -1. */
  locate(
    tables: Tables,
    mask: number,
    out: Uint32Array,
    batch: Batch,
    lookups: number,
    found: Int32Array,
  ): void;
  /** Enters the states `from .. to - 1`, which must be distinct and absent, into the table. */
  enter(tables: Tables, mask: number, from: number, to: number, hashes: Int32Array): void;
  /** The index of a state, or -1. */
  find(tables: Tables, mask: number, source: Uint32Array, at: number): number;
}

export function kernelFor(words: number): Kernel {
  return new Function(kernelSource(words))() as Kernel;
}

/** Odd numbers from the digits of the golden ratio and its multiples: one multiplier per word. */
function multiplier(word: number): number {
  return Math.imul(0x9e37_79b1, 2 * word + 1) ^ (word << 8);
}

function kernelSource(words: number): string {
  const each = (text: (word: number) => string, separator: string): string =>
    Array.from({ length: words }, (_, word) => text(word)).join(separator);
  const at = (base: string, word: number): string => (word === 0 ? base : `${base} + ${word}`);
  const read = (prefix: string, array: string, base: string): string =>
    `const ${each((word) => `${prefix}${word} = ${array}[${at(base, word)}] | 0`, ', ')};`;
  // Each word is folded so that its high bits reach the whole product; the products do not wait for each other.
  const hash = `
    let h = ${each((word) => `Math.imul(w${word} ^ w${word} >>> 16, ${multiplier(word) | 1})`, ' + ')} | 0;
    h = Math.imul(h ^ h >>> 15, 0x2c1b3c6d);
    h = Math.imul(h ^ h >>> 12, 0x297a2d39);
    h ^= h >>> 15;`;
  const isAt = (base: string): string =>
    each((word) => `(states[${at(base, word)}] | 0) === w${word}`, ' && ');
  const record = words + 1;
  const candidate = `((e & mask) - 1) * ${words}`;

  return `"use strict";
function prepare(states, out, batch, first, count, steps) {
  const { ends, progress, hashes, positions, sources } = batch;
  let lookups = 0, p = 0, failed = 0;
  for (let k = 0; k < count; k++) {
    const base = (first + k) * ${words}, end = ends[k];
    ${read('s', 'states', 'base')}
    let moved = 0;
    for (; p < end; p += ${record}) {
      const meta = out[p + ${words}] | 0;
      steps[meta & ${META_STEP}] = 1;
      if (meta < 0) { failed = 1; moved = 1; continue; }
      ${read('w', 'out', 'p')}
      if (${each((word) => `w${word} === s${word}`, ' && ')}) continue;
      moved |= ~meta & ${META_RESTING};
      ${hash}
      hashes[lookups] = h; positions[lookups] = p; sources[lookups] = first + k;
      lookups++;
    }
    progress[k] = moved;
  }
  batch.failed = failed;
  return lookups;
}
function insert(tables, mask, out, batch, lookups, count, limit) {
  const { states, parents, table } = tables;
  const { hashes, positions, sources } = batch;
  const tag = ~mask;
  let k = 0;
  search: for (; k < lookups; k++) {
    const p = positions[k], h = hashes[k];
    ${read('w', 'out', 'p')}
    let slot = h & mask, e = table[slot] | 0;
    while (e !== 0) {
      if (((e ^ h) & tag) === 0) {
        const c = ${candidate};
        if (${isAt('c')}) continue search;
      }
      slot = slot + 1 & mask;
      e = table[slot] | 0;
    }
    if (count >= limit) break;
    const base = count * ${words};
    ${each((word) => `states[${at('base', word)}] = w${word};`, ' ')}
    parents[count] = sources[k];
    count++;
    table[slot] = h & tag | count;
  }
  batch.done = k;
  return count;
}
function locate(tables, mask, out, batch, lookups, found) {
  const { states, table } = tables;
  const { hashes, positions } = batch;
  const tag = ~mask;
  search: for (let k = 0; k < lookups; k++) {
    const p = positions[k], h = hashes[k];
    ${read('w', 'out', 'p')}
    let slot = h & mask;
    for (let e = table[slot] | 0; e !== 0; e = table[slot] | 0) {
      if (((e ^ h) & tag) === 0) {
        const c = ${candidate};
        if (${isAt('c')}) { found[k] = (e & mask) - 1; continue search; }
      }
      slot = slot + 1 & mask;
    }
    found[k] = -1;
  }
}
function enter(tables, mask, from, to, hashes) {
  const { states, table } = tables;
  const tag = ~mask;
  for (let i = from; i < to; i++) {
    const base = i * ${words};
    ${read('w', 'states', 'base')}
    ${hash}
    hashes[i - from] = h;
  }
  for (let i = from; i < to; i++) {
    const h = hashes[i - from];
    let slot = h & mask;
    while (table[slot] !== 0) slot = slot + 1 & mask;
    table[slot] = h & tag | i + 1;
  }
}
function find(tables, mask, source, p) {
  const { states, table } = tables;
  const tag = ~mask;
  ${read('w', 'source', 'p')}
  ${hash}
  let slot = h & mask;
  for (let e = table[slot] | 0; e !== 0; e = table[slot] | 0) {
    if (((e ^ h) & tag) === 0) {
      const c = ${candidate};
      if (${isAt('c')}) return (e & mask) - 1;
    }
    slot = slot + 1 & mask;
  }
  return -1;
}
return { prepare, insert, locate, enter, find };`;
}
