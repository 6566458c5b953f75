/**
 * The inner loops of an interner: rows of a fixed number of words, each stored once, found by a hash table.
 *
 * A slot holds 0, or a tag and, in the low bits that `mask` selects, the row's index plus one. The slot comes from the high
 * bits of the hash (so a table may have any number of slots), the tag from a product of the hash. The tag tells most rows
 * that meet in the table apart without looking at them.
 *
 * Many threads may insert at once: a row is written first, into space that belongs to its thread alone, and then published
 * by a compare-and-swap on the empty slot. Whoever loses that race goes on comparing with what the winner put there, and
 * uses the space for the next row. Everything else is plain reading: a slot changes only once, from empty to full.
 */
import { each, hash, offset, read } from './text.js';

/** Rows to be looked up, and what came out. */
export class Lookups {
  count = 0;
  /** By lookup: where the row starts in the source, and its hash. */
  positions = new Int32Array(0);
  hashes = new Int32Array(0);
  /** By lookup: the index of the row. */
  targets = new Int32Array(0);
  /** The numbers of the lookups whose row was new. */
  fresh = new Int32Array(0);
  freshCount = 0;
  /** How many lookups have been done. */
  done = 0;

  reserve(count: number): void {
    if (this.positions.length >= count) return;
    this.positions = new Int32Array(count);
    this.hashes = new Int32Array(count);
    this.targets = new Int32Array(count);
    this.fresh = new Int32Array(count);
  }

  get bytes(): number {
    return 16 * this.positions.length;
  }
}

export interface Rows {
  readonly rows: Uint32Array;
  readonly table: Uint32Array;
  /** The slots in use; `scale` is that divided by 2^32. */
  readonly slots: number;
  readonly scale: number;
  readonly mask: number;
}

export interface InternerKernel {
  /**
   * Looks up from number `lookups.done` on, up to `to`, and appends rows that are new at `cursor ..`. Stops when `end` is
   * reached. Returns the cursor then.
   */
  insert(
    rows: Rows,
    lookups: Lookups,
    source: Uint32Array | Int32Array,
    to: number,
    cursor: number,
    end: number,
  ): number;
  /** Looks up without inserting: the target of a row that is not there is -1. */
  locate(rows: Rows, lookups: Lookups, source: Uint32Array | Int32Array): void;
  /**
   * Enters the rows `from .. to - 1`, which must be distinct and absent, into the table. Rows of zeros are left out: they
   * are space that nobody has used.
   */
  enter(rows: Rows, from: number, to: number, hashes: Int32Array): void;
  /** Enters one row, zeros or not. */
  enterOne(rows: Rows, index: number): void;
  /** The index of a row, or -1. */
  find(rows: Rows, source: Uint32Array | Int32Array, at: number): number;
}

/** @param shared whether other threads insert at the same time */
export function internerKernel(width: number, shared: boolean): InternerKernel {
  return new Function(source(width, shared))() as InternerKernel;
}

function source(width: number, shared: boolean): string {
  const words = read('w', width, 'source', 'p');
  const isAt = each(width, (word) => `(rows[${offset('c', word)}] | 0) === w${word}`, ' && ');
  const write = each(width, (word) => `rows[${offset('c', word)}] = w${word};`, ' ');
  const slotOf = '(h >>> 0) * scale | 0';
  const tagOf = 'Math.imul(h, 0x9e3779b1) & ~mask';
  const next = 'if (++slot === slots) slot = 0;';
  const publish = (entry: string): string =>
    shared ? `e = Atomics.compareExchange(table, slot, 0, ${entry}) | 0;` : `table[slot] = ${entry};`;
  // The row that this thread wrote is found when somebody else has put an equal one into the slot.
  const published = shared ? 'if (e === 0) {' : '{';
  const enter = `
    let slot = ${slotOf};
    const t = ${tagOf} | i + 1;
    ${
      shared
        ? `while (table[slot] !== 0 || Atomics.compareExchange(table, slot, 0, t) !== 0) { ${next} }`
        : `while (table[slot] !== 0) { ${next} } table[slot] = t;`
    }`;
  const search = (found: string): string => `
    const t = ${tagOf};
    let slot = ${slotOf};
    for (let e = table[slot] | 0; e !== 0; e = table[slot] | 0) {
      if (((e ^ t) & ~mask) === 0) {
        const i = (e & mask) - 1, c = i * ${width};
        if (${isAt}) { ${found} }
      }
      ${next}
    }`;
  return `"use strict";
function insert(interner, lookups, source, to, cursor, end) {
  const { rows, table, slots, scale, mask } = interner;
  const { positions, hashes, targets, fresh } = lookups;
  let k = lookups.done, n = lookups.freshCount;
  search: for (; k < to; k++) {
    const p = positions[k], h = hashes[k];
    ${words}
    const t = ${tagOf};
    let slot = ${slotOf};
    let e = table[slot] | 0;
    for (;;) {
      if (e === 0) {
        if (cursor === end) break search;
        const c = cursor * ${width};
        ${write}
        ${publish('t | cursor + 1')}
        ${published} targets[k] = cursor++; fresh[n++] = k; continue search; }
      }
      if (((e ^ t) & ~mask) === 0) {
        const i = (e & mask) - 1, c = i * ${width};
        if (${isAt}) { targets[k] = i; continue search; }
      }
      ${next}
      e = table[slot] | 0;
    }
  }
  lookups.done = k;
  lookups.freshCount = n;
  return cursor;
}
function locate(interner, lookups, source) {
  const { rows, table, slots, scale, mask } = interner;
  const { positions, hashes, targets, count } = lookups;
  search: for (let k = 0; k < count; k++) {
    const p = positions[k], h = hashes[k];
    if (p < 0) { targets[k] = -1; continue; }
    ${words}
    ${search('targets[k] = i; continue search;')}
    targets[k] = -1;
  }
}
function enter(interner, from, to, hashes) {
  const { rows, table, slots, scale, mask } = interner;
  for (let i = from; i < to; i++) {
    const c = i * ${width};
    ${read('w', width, 'rows', 'c')}
    ${hash('h', 0, width)}
    hashes[i - from] = h;
  }
  for (let i = from; i < to; i++) {
    const h = hashes[i - from];
    if (h === 0) {
      const c = i * ${width};
      if (${each(width, (word) => `rows[${offset('c', word)}] === 0`, ' && ')}) continue;
    }
    ${enter}
  }
}
function enterOne(interner, i) {
  const { rows, table, slots, scale, mask } = interner;
  const c = i * ${width};
  ${read('w', width, 'rows', 'c')}
  ${hash('h', 0, width)}
  ${enter}
}
function find(interner, source, p) {
  const { rows, table, slots, scale, mask } = interner;
  ${words}
  ${hash('h', 0, width)}
  ${search('return i;')}
  return -1;
}
return { insert, locate, enter, enterOne, find };`;
}
