/**
 * Between which integers the locals of a flow lie that have no domain: what they are set from says it. Without that,
 * languages with subranges would know them as integers of any size.
 */
import { type Interval, rangeOf } from '../../compiler/codegen/ranges.js';
import type { Cell, Local } from '../../compiler/ir/graph.js';
import { INT_MAX, INT_MIN } from '../../compiler/ir/operators.js';
import type { TypedFlow } from './kinds.js';

/** Ranges that still grow after so many rounds are taken to grow for ever. */
const ROUNDS = 6;

/** The locals of a flow, each with a domain. One that was never set is 0. */
export function withRanges({ locals, blocks }: TypedFlow, cells: readonly Cell[]): readonly Local[] {
  let ranged = locals.map((local): Local => ({ ...local, domain: local.domain ?? UNSET }));
  for (let round = 0, changed = true; changed; round++) {
    changed = false;
    const next = [...ranged];
    const take = (index: number, range: Interval): void => {
      const local = next[index];
      if (local?.domain == null || locals[index]?.domain !== null) return;
      const { lo, hi } = local.domain;
      const joined = {
        lo: Math.max(INT_MIN, Math.min(lo, range.lo)),
        hi: Math.min(INT_MAX, Math.max(hi, range.hi)),
      };
      if (joined.lo === lo && joined.hi === hi) return;
      next[index] = { ...local, domain: round < ROUNDS ? { ...joined, names: null } : ANY };
      changed = true;
    };
    for (const { instrs, end } of blocks) {
      for (const instr of instrs)
        if (instr.do === 'set') take(instr.local, rangeOf(instr.value, { cells, locals: ranged }));
      if (end.to === 'choose')
        take(end.local, { lo: 0, hi: rangeOf(end.count, { cells, locals: ranged }).hi - 1 });
    }
    ranged = next;
  }
  return ranged;
}

const UNSET = { lo: 0, hi: 0, names: null };
const ANY = { lo: INT_MIN, hi: INT_MAX, names: null };
