/**
 * The inner loops of storage that forgets what a state was. `hash-compact`: a table of 32-bit fingerprints, found by
 * another hash; two states with the same fingerprint on the same way through the table count as one. `bitstate`: three bits
 * per state in one large set; a state whose bits are all set counts as known.
 *
 * The words of a state are kept in a ring until it has been expanded.
 */
import type { InternerKernel } from './interner.js';
import { each, hash, offset, read } from './text.js';

export type Lossy = 'hash-compact' | 'bitstate';

export const BITS_PER_STATE = 3;

type LossyKernel = Pick<InternerKernel, 'insert' | 'locate'>;

export function lossyKernel(width: number, kind: Lossy, shared: boolean): LossyKernel {
  return new Function(source(width, kind, shared))() as LossyKernel;
}

function source(width: number, kind: Lossy, shared: boolean): string {
  // A second hash, of the words in another order and with their bits turned.
  const second = `
    const g = (() => { ${each(width, (word) => `const v${word} = (w${width - 1 - word} << 11 | w${width - 1 - word} >>> 21) + ${word + 1};`, ' ')}
      ${hash('q', 0, width).replaceAll(/\bw(\d+)\b/g, 'v$1')} return q; })();`;
  const write = each(width, (word) => `rows[${offset('c', word)}] = w${word};`, ' ');
  const add = `
    const c = cursor % ring * ${width};
    ${write}
    targets[k] = cursor++; fresh[n++] = k;`;
  const setBit = shared
    ? 'if ((Atomics.or(table, slot, bit) & bit) === 0) isNew = true;'
    : 'if ((table[slot] & bit) === 0) { table[slot] |= bit; isNew = true; }';
  const probe = `
      const slot = (x >>> 0) * scale | 0, bit = 1 << (Math.imul(x, 0x9e3779b1) >>> 27);`;
  const publish = shared ? 'e = Atomics.compareExchange(table, slot, 0, f) | 0;' : 'table[slot] = f;';
  const insert =
    kind === 'bitstate'
      ? `
    if (cursor === end) break;
    let isNew = false;
    for (let i = 0, x = h; i < ${BITS_PER_STATE}; i++, x = x + (g | 1) | 0) { ${probe} ${setBit} }
    if (isNew) { ${add} } else targets[k] = -1;`
      : `
    if (cursor === end) break;
    const f = g === 0 ? 1 : g;
    let slot = (h >>> 0) * scale | 0;
    let e = table[slot] | 0;
    while (e !== 0 && e !== f) { if (++slot === slots) slot = 0; e = table[slot] | 0; }
    while (e === 0) {
      ${publish}
      if (e === 0) { ${add} continue search; }
      while (e !== 0 && e !== f) { if (++slot === slots) slot = 0; e = table[slot] | 0; }
    }
    targets[k] = -1;`;
  const locate =
    kind === 'bitstate'
      ? `
    let isNew = false;
    for (let i = 0, x = h; i < ${BITS_PER_STATE}; i++, x = x + (g | 1) | 0) { ${probe} if ((table[slot] & bit) === 0) isNew = true; }
    targets[k] = isNew ? -1 : 0;`
      : `
    const f = g === 0 ? 1 : g;
    let slot = (h >>> 0) * scale | 0;
    let e = table[slot] | 0;
    while (e !== 0 && e !== f) { if (++slot === slots) slot = 0; e = table[slot] | 0; }
    targets[k] = e === 0 ? -1 : 0;`;
  return `"use strict";
function insert(interner, lookups, source, to, cursor, end) {
  const { rows, table, slots, scale, ring } = interner;
  const { positions, hashes, targets, fresh } = lookups;
  let k = lookups.done, n = lookups.freshCount;
  search: for (; k < to; k++) {
    const p = positions[k], h = hashes[k];
    ${read('w', width, 'source', 'p')}
    ${second}
    ${insert.replaceAll('targets[k] = -1;', 'targets[k] = 0;')}
  }
  lookups.done = k;
  lookups.freshCount = n;
  return cursor;
}
function locate(interner, lookups, source) {
  const { table, slots, scale } = interner;
  const { positions, hashes, targets, count } = lookups;
  for (let k = 0; k < count; k++) {
    const p = positions[k], h = hashes[k];
    ${read('w', width, 'source', 'p')}
    ${second}
    ${locate}
  }
}
return { insert, locate };`;
}
