/**
 * The inner loops between a machine and a store, generated for the number of words and the store's coding: which records
 * of a batch must be looked up, and by which hash.
 *
 * `split` is the number of words in the first of two parts, or the whole number for states that are stored as they are.
 */
import { META_RESTING, META_STEP } from '../../compiler/machine.js';
import { type Batch, FAILED } from '../batch.js';
import type { Rows } from './interner.js';
import { each, hash, offset, read } from './text.js';

export interface StateKernel {
  /**
   * Sorts out self-loops and failures of the sources `from .. to - 1`, which need not be looked up, and hashes the rest.
   * Fills the batch's lookups.
   */
  prepare(batch: Batch, from: number, to: number, steps: Uint8Array): void;
  /** Of states in parts: the lookups of the pairs of references, once those of the parts are known. */
  combine(batch: Batch): void;
  /** Of states in parts: unpacks the batch's first `count` sources. */
  load(batch: Batch, roots: Rows, first: Rows, second: Rows, count: number): void;
}

/** @param canonical replaces a state by its representative in place */
export function stateKernel(
  words: number,
  split: number,
  canonical: ((words: Uint32Array, at: number) => void) | undefined,
): StateKernel {
  const text =
    split === words ? flat(words, canonical !== undefined) : parts(words, split, canonical !== undefined);
  return new Function('canonical', `"use strict";\n${text}`)(canonical) as StateKernel;
}

const equal = (from: number, to: number): string =>
  each(to - from, (word) => `w${from + word} === s${from + word}`, ' && ');

/** What both have in common: the loop over sources and records. */
function loop(words: number, canonical: boolean, isSame: string, before: string, lookUp: string): string {
  const record = words + 1;
  const assign = each(words, (word) => `w${word} = out[${offset('p', word)}] | 0;`, ' ');
  return `
  const { out, sources, at, ends, moves } = batch;
  let n = 0, p = 0, failed = 0;
  for (let k = from; k < to; k++) {
    const base = at[k], end = ends[k];
    ${read('s', words, 'sources', 'base')}
    ${before}
    let moved = 0;
    for (; p < end; p += ${record}) {
      const meta = out[p + ${words}] | 0;
      steps[meta & ${META_STEP}] = 1;
      if (meta < 0) { failed = 1; moved |= ${FAILED}; continue; }
      ${read('w', words, 'out', 'p').replace(/^const/, canonical ? 'let' : 'const')}
      if (${isSame}) continue;
      moved |= ~meta & ${META_RESTING};
      ${canonical ? `canonical(out, p); ${assign}` : ''}
      ${lookUp}
      n++;
    }
    moves[k] = moved;
  }
  batch.failed = failed;`;
}

function flat(words: number, canonical: boolean): string {
  const lookUp = `${hash('h', 0, words)}
      positions[n] = p; hashes[n] = h; origins[n] = k;`;
  return `
function prepare(batch, from, to, steps) {
  const { positions, hashes } = batch.lookups, { origins } = batch;
  ${loop(words, canonical, equal(0, words), '', lookUp)}
  batch.lookups.count = n;
}
return { prepare, combine() {}, load() {} };`;
}

function parts(words: number, split: number, canonical: boolean): string {
  const isSame = 'same0 && same1';
  const part = (index: number, from: number, to: number): string => `
      if (same${index}) references[2 * n + ${index}] = r${index};
      else {
        ${hash(`h${index}`, from, to - from)}
        positions${index}[n${index}] = ${offset('p', from)}; hashes${index}[n${index}] = h${index};
        references[2 * n + ${index}] = ~n${index}++;
      }`;
  const compare = `same0 = ${equal(0, split)}, same1 = ${equal(split, words)}`;
  // Representatives may differ from the source in both parts.
  const again = canonical ? `same0 = ${equal(0, split)}; same1 = ${equal(split, words)};` : '';
  const lookUp = `${again} ${part(0, 0, split)} ${part(1, split, words)}
      records[n] = p; origins[n] = k;`;
  const body = loop(words, canonical, isSame, 'const r0 = first[k], r1 = second[k];', lookUp).replace(
    `if (${isSame})`,
    `${canonical ? 'let' : 'const'} ${compare};\n      if (${isSame})`,
  );
  const copy = (prefix: string, from: number, to: number): string =>
    each(to - from, (word) => `sources[${offset('s', from + word)}] = ${prefix}[${offset('c', word)}];`, ' ');
  return `
function prepare(batch, from, to, steps) {
  const { records, references, origins, first, second } = batch;
  const { positions: positions0, hashes: hashes0 } = batch.firsts;
  const { positions: positions1, hashes: hashes1 } = batch.seconds;
  let n0 = 0, n1 = 0;
  ${body}
  batch.lookups.count = n; batch.firsts.count = n0; batch.seconds.count = n1;
}
function combine(batch) {
  const { references, lookups, firsts, seconds } = batch;
  const { positions, hashes, count } = lookups;
  const { targets: targets0 } = firsts, { targets: targets1 } = seconds;
  for (let n = 0; n < count; n++) {
    let w0 = references[2 * n], w1 = references[2 * n + 1];
    if (w0 < 0) references[2 * n] = w0 = targets0[~w0];
    if (w1 < 0) references[2 * n + 1] = w1 = targets1[~w1];
    ${hash('h', 0, 2)}
    hashes[n] = h;
    // A part that is not there: the whole is not there either.
    positions[n] = w0 < 0 || w1 < 0 ? -1 : 2 * n;
  }
}
function load(batch, roots, left, right, count) {
  const { indices, sources, first, second } = batch;
  const { rows } = roots, { rows: rows0 } = left, { rows: rows1 } = right;
  for (let k = 0, s = 0; k < count; k++, s += ${words}) {
    const i = indices[k], a = rows[i * 2], b = rows[i * 2 + 1];
    first[k] = a; second[k] = b;
    { const c = a * ${split}; ${copy('rows0', 0, split)} }
    { const c = b * ${words - split}; ${copy('rows1', split, words)} }
  }
}
return { prepare, combine, load };`;
}
