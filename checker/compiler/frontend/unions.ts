/** Unions of literals and ranges: one domain that has the values of all members. */
import type { Bound, Type } from '../ir/program.js';
import { BOOL } from './convert.js';
import type { ModelType } from './model-type.js';

/** Null if the members are of different kinds, or such that no domain has just their values. */
export function unionOf(members: readonly ModelType[]): Type | null {
  if (members.every((member) => member.kind === 'bool')) return BOOL;
  const strings: string[] = [];
  const ranges: { readonly lo: Bound; readonly hi: Bound }[] = [];
  for (const member of members) {
    if (member.kind === 'enum') strings.push(...member.values);
    else if (member.kind === 'int') ranges.push(member);
    else return null;
  }
  if (ranges.length === 0) return { kind: 'enum', name: null, values: [...new Set(strings)] };
  return strings.length === 0 ? hull(ranges) : null;
}

/** From the least to the greatest; of a symbolic range (`Below<'gfns'> | -1`) with literals below it. */
function hull(ranges: readonly { readonly lo: Bound; readonly hi: Bound }[]): Type | null {
  const los = ranges.map((range) => range.lo).filter((lo) => typeof lo === 'number');
  const his = ranges.map((range) => range.hi).filter((hi) => typeof hi === 'number');
  if (los.length < ranges.length) return null;
  const lo = Math.min(...los);
  const symbolic = ranges.filter((range) => typeof range.hi !== 'number');
  const [range] = symbolic;
  if (range === undefined) return { kind: 'int', name: null, lo, hi: Math.max(...his) };
  // A symbolic end may be as low as the range's own start: only literals up to there are surely within.
  const start = range.lo;
  if (symbolic.length > 1 || typeof start !== 'number' || his.some((hi) => hi > start)) return null;
  return { kind: 'int', name: null, lo, hi: range.hi };
}
