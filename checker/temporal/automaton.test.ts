import { describe, expect, it } from 'vitest';
import { automatonOf } from './automaton.js';
import type { Ltl } from './ltl.js';
import { complete, FutureInPast, normalize } from './normal.js';

const p: Ltl = { op: 'atom', atom: 0 };
const q: Ltl = { op: 'atom', atom: 1 };
const eventually = (operand: Ltl): Ltl => ({
  op: 'until',
  left: { op: 'constant', value: true },
  right: operand,
});
const always = (operand: Ltl): Ltl => ({
  op: 'release',
  left: { op: 'constant', value: false },
  right: operand,
});
const sizeOf = (formula: Ltl): number => automatonOf(normalize(formula, 2, false).formula).transitions.length;

describe('automata', () => {
  it('are small', () => {
    expect(sizeOf(always(p))).toBe(1);
    expect(sizeOf(always(eventually(p)))).toBeLessThanOrEqual(2);
    expect(sizeOf(eventually(always(p)))).toBeLessThanOrEqual(2);
    expect(
      sizeOf(always({ op: 'or', operands: [{ op: 'not', operand: p }, eventually(q)] })),
    ).toBeLessThanOrEqual(2);
  });

  it('have one accepting set for each until', () => {
    const both: Ltl = { op: 'and', operands: [always(eventually(p)), always(eventually(q))] };
    expect(automatonOf(normalize(both, 2, false).formula).allMarks).toBe(3);
  });
});

describe('normal forms', () => {
  it('make constants disappear', () => {
    expect(
      normalize({ op: 'and', operands: [p, { op: 'not', operand: p }] }, 1, false).formula,
    ).toMatchObject({
      op: 'constant',
      value: false,
    });
    expect(normalize(always({ op: 'constant', value: true }), 1, false).formula).toMatchObject({
      value: true,
    });
  });

  it('turn past formulas into atoms that one letter updates', () => {
    const { pasts } = normalize({ op: 'since', left: q, right: p }, 2, false);
    expect(pasts).toHaveLength(1);
    const [first, second, third] = [complete(1, pasts, 0), complete(2, pasts, 4), complete(0, pasts, 4)];
    // p holds; then q holds and p did; then q does not hold.
    expect([first, second, third]).toEqual([5, 6, 0]);
  });

  it('refuse the future below the past', () => {
    expect(() => normalize({ op: 'once', operand: eventually(p) }, 1, false)).toThrow(FutureInPast);
  });
});
