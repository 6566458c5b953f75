/**
 * Where in a file a hunk belongs.
 *
 * The rule is patch(1)'s: at the line of the header if all old lines are there; else at the nearest place where they
 * are; else the same with one, then two lines of context dropped at each end. A deleted line is never dropped.
 */
import type { Hunk } from './hunks.js';

/** A hunk with its place in a file. */
export interface Place {
  /** The line of the file, from 0, at which `lines` begin. */
  readonly start: number;
  /** The lines of the hunk without the context that was dropped. */
  readonly lines: readonly string[];
  readonly offset: number;
  readonly fuzz: number;
}

/** Most lines of context that may be dropped at each end, as in patch(1). */
const MAX_FUZZ = 2;

/** Places the hunks of one file, in order and without overlap; null for those that fit nowhere. */
export function placeHunks(file: readonly string[], hunks: readonly Hunk[]): (Place | null)[] {
  let behind = 0;
  let drift = 0;
  return hunks.map((hunk) => {
    for (let fuzz = 0; fuzz <= MAX_FUZZ; fuzz++) {
      const trimmed = withLessContext(hunk.lines, fuzz);
      if (trimmed === null) break;
      const expected = hunk.start + trimmed.leading + drift;
      const old = oldLines(trimmed.lines);
      const start = nearest(file, old, expected, behind);
      if (start === null) continue;
      behind = start + old.length;
      drift = start - hunk.start - trimmed.leading;
      return { start, lines: trimmed.lines, offset: drift, fuzz };
    }
    return null;
  });
}

/** Why a hunk does not fit: the place where most of its old lines match, and the first that does not. */
export interface Misfit {
  /** Lines of the file, from 1. */
  readonly start: number;
  readonly line: number;
  readonly expected: string;
  /** What the file has instead; null behind its end. */
  readonly found: string | null;
  readonly matching: number;
  readonly of: number;
}

/** Explains why hunk `index`, to which `placeHunks` gave null, has no place. */
export function misfitOf(
  file: readonly string[],
  hunks: readonly Hunk[],
  places: readonly (Place | null)[],
  index: number,
): Misfit {
  const hunk = hunks[index];
  const old = oldLines(hunk?.lines ?? []);
  const before = places.slice(0, index).findLast((place) => place !== null);
  const expected = (hunk?.start ?? 0) + (before?.offset ?? 0);
  let best = { start: expected, matching: 0 };
  for (let start = 0; start < file.length; start++) {
    const matching = old.filter((line, i) => line === file[start + i] && line.trim() !== '').length;
    const nearer = Math.abs(start - expected) < Math.abs(best.start - expected);
    if (matching > best.matching || (matching === best.matching && matching > 0 && nearer)) {
      best = { start, matching };
    }
  }
  const wrong = Math.max(
    0,
    old.findIndex((line, i) => line !== file[best.start + i]),
  );
  return {
    start: best.start + 1,
    line: best.start + wrong + 1,
    expected: old[wrong] ?? '',
    found: file[best.start + wrong] ?? null,
    matching: best.matching,
    of: old.length,
  };
}

function oldLines(lines: readonly string[]): string[] {
  return lines.filter((line) => !line.startsWith('+')).map((line) => line.slice(1));
}

/** Drops up to `fuzz` context lines at each end; null if nothing would be left to recognise the place by. */
function withLessContext(
  lines: readonly string[],
  fuzz: number,
): { lines: readonly string[]; leading: number } | null {
  const isContext = (line: string) => line.startsWith(' ');
  const first = lines.findIndex((line) => !isContext(line));
  const last = lines.findLastIndex((line) => !isContext(line));
  const leading = Math.min(fuzz, Math.max(0, first));
  const trailing = Math.min(fuzz, lines.length - 1 - last);
  const rest = lines.slice(leading, lines.length - trailing);
  const recognisable = oldLines(rest).some((line) => line.trim() !== '');
  return fuzz === 0 || recognisable ? { lines: rest, leading } : null;
}

function nearest(
  file: readonly string[],
  old: readonly string[],
  expected: number,
  from: number,
): number | null {
  const fits = (start: number) =>
    start >= from && start + old.length <= file.length && old.every((line, i) => line === file[start + i]);
  // A hunk without old lines would fit anywhere.
  const reach = old.length === 0 ? 0 : file.length;
  for (let distance = 0; distance <= reach; distance++) {
    for (const start of [expected + distance, expected - distance]) if (fits(start)) return start;
  }
  return null;
}
