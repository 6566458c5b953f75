/** Interval arithmetic: between which integers the result of an operator lies. Decides which checks are needed. */
import { applyBinary, INT_MAX, INT_MIN } from '../ir/operators.js';
import type { BinaryOperator, UnaryOperator } from '../ir/program.js';

export interface Interval {
  readonly lo: number;
  readonly hi: number;
}

export const ANY: Interval = { lo: INT_MIN, hi: INT_MAX };
export const BOOLEAN: Interval = { lo: 0, hi: 1 };

export function point(value: number): Interval {
  return { lo: value, hi: value };
}

export function isPoint(interval: Interval): boolean {
  return interval.lo === interval.hi;
}

export function hull(a: Interval, b: Interval): Interval {
  return { lo: Math.min(a.lo, b.lo), hi: Math.max(a.hi, b.hi) };
}

export function within(inner: Interval, outer: Interval): boolean {
  return inner.lo >= outer.lo && inner.hi <= outer.hi;
}

export function disjoint(a: Interval, b: Interval): boolean {
  return a.hi < b.lo || b.hi < a.lo;
}

/** The intersection; of disjoint intervals (in code that is never reached) the first. */
export function meet(a: Interval, b: Interval): Interval {
  return disjoint(a, b) ? a : { lo: Math.max(a.lo, b.lo), hi: Math.min(a.hi, b.hi) };
}

export function unaryInterval(operator: UnaryOperator, a: Interval): Interval {
  switch (operator) {
    case '!':
      if (a.lo > 0 || a.hi < 0) return point(0);
      return isPoint(a) ? point(1) : BOOLEAN;
    case '-':
      return { lo: -a.hi + 0, hi: -a.lo + 0 };
    case '~':
      return { lo: ~a.hi, hi: ~a.lo };
    default:
      return operator satisfies never;
  }
}

/** May exceed 32 bits: the caller checks that, and clips. */
export function binaryInterval(operator: BinaryOperator, a: Interval, b: Interval): Interval {
  if (isPoint(a) && isPoint(b)) return point(applyBinary(operator, a.lo, b.lo));
  switch (operator) {
    case '+':
      return { lo: a.lo + b.lo, hi: a.hi + b.hi };
    case '-':
      return { lo: a.lo - b.hi, hi: a.hi - b.lo };
    case '*':
      return corners(a, b, (x, y) => x * y);
    case '/': {
      if (b.lo > 0 || b.hi < 0) return corners(a, b, (x, y) => Math.trunc(x / y));
      const limit = Math.max(Math.abs(a.lo), Math.abs(a.hi));
      return { lo: -limit, hi: limit };
    }
    case '%': {
      // The sign of the dividend; smaller than the divisor and no larger than the dividend.
      const limit = Math.max(Math.abs(b.lo), Math.abs(b.hi)) - 1;
      return {
        lo: a.lo < 0 ? Math.max(a.lo, -limit) : 0,
        hi: a.hi > 0 ? Math.min(a.hi, Math.max(limit, 0)) : 0,
      };
    }
    case '<<': {
      if (!isPoint(b) || b.lo < 0 || b.lo > 31) return ANY;
      const shifted = corners(a, b, (x, y) => x * 2 ** y);
      return within(shifted, ANY) ? shifted : ANY;
    }
    case '>>':
      if (isPoint(b)) return { lo: a.lo >> b.lo, hi: a.hi >> b.lo };
      return { lo: Math.min(a.lo, 0), hi: Math.max(a.hi, -1) };
    case '>>>':
      if (a.lo < 0) return { lo: 0, hi: 0xffff_ffff };
      return { lo: 0, hi: isPoint(b) ? a.hi >>> b.lo : a.hi };
    case '&':
      if (a.lo >= 0 && b.lo >= 0) return { lo: 0, hi: Math.min(a.hi, b.hi) };
      if (a.lo >= 0) return { lo: 0, hi: a.hi };
      if (b.lo >= 0) return { lo: 0, hi: b.hi };
      return ANY;
    case '|':
    case '^':
      if (a.lo < 0 || b.lo < 0) return ANY;
      return { lo: 0, hi: 2 ** bitsOf(Math.max(a.hi, b.hi)) - 1 };
    case '<':
      return decided(a.hi < b.lo, a.lo >= b.hi);
    case '<=':
      return decided(a.hi <= b.lo, a.lo > b.hi);
    case '>':
      return decided(a.lo > b.hi, a.hi <= b.lo);
    case '>=':
      return decided(a.lo >= b.hi, a.hi < b.lo);
    case '===':
      return decided(false, disjoint(a, b));
    case '!==':
      return decided(disjoint(a, b), false);
    case '&&':
      return decided(nonZero(a) && nonZero(b), isZero(a) || isZero(b));
    case '||':
      return decided(nonZero(a) || nonZero(b), isZero(a) && isZero(b));
    default:
      return operator satisfies never;
  }
}

/** The number of bits of a natural number. */
export function bitsOf(value: number): number {
  return value === 0 ? 0 : 32 - Math.clz32(value);
}

function corners(a: Interval, b: Interval, apply: (x: number, y: number) => number): Interval {
  const results = [apply(a.lo, b.lo), apply(a.lo, b.hi), apply(a.hi, b.lo), apply(a.hi, b.hi)];
  return { lo: Math.min(...results) + 0, hi: Math.max(...results) + 0 };
}

function decided(always: boolean, never: boolean): Interval {
  if (always) return point(1);
  return never ? point(0) : BOOLEAN;
}

function isZero(a: Interval): boolean {
  return a.lo === 0 && a.hi === 0;
}

function nonZero(a: Interval): boolean {
  return a.lo > 0 || a.hi < 0;
}
