/** Interval arithmetic: between which integers an expression's value lies, so that code may use 32-bit operations. */
import type { Cell, Expr, Local } from '../ir/graph.js';
import { INT_MAX, INT_MIN } from '../ir/operators.js';
import type { BinaryOperator } from '../ir/program.js';

export interface Interval {
  readonly lo: number;
  readonly hi: number;
}

export interface Domains {
  readonly cells: readonly Cell[];
  readonly locals: readonly Local[];
}

export function isInt32({ lo, hi }: Interval): boolean {
  return lo >= INT_MIN && hi <= INT_MAX;
}

/** Every value that is kept is within 32 bits; results in between, which a check is still to judge, may not be. */
export function rangeOf(expr: Expr, domains: Domains): Interval {
  switch (expr.op) {
    case 'const':
      return { lo: expr.value, hi: expr.value };
    case 'local':
      return domains.locals[expr.local]?.domain ?? { lo: INT_MIN, hi: INT_MAX };
    case 'load':
      return cellRange(expr.ref.base, expr.ref.indexes, domains.cells);
    case 'unary': {
      const { lo, hi } = rangeOf(expr.operand, domains);
      if (expr.operator === '!') return { lo: 0, hi: 1 };
      return expr.operator === '-' ? { lo: -hi, hi: -lo } : { lo: INT_MIN, hi: INT_MAX };
    }
    case 'binary':
      return binaryRange[expr.operator](rangeOf(expr.left, domains), rangeOf(expr.right, domains));
    case 'conditional':
      return union(rangeOf(expr.then, domains), rangeOf(expr.else, domains));
    case 'recode': {
      const values = expr.table.filter((value) => value !== null);
      return { lo: Math.min(0, ...values), hi: Math.max(0, ...values) };
    }
    default:
      return expr satisfies never;
  }
}

function cellRange(
  base: number,
  indexes: readonly { readonly stride: number; readonly length: number }[],
  cells: readonly Cell[],
): Interval {
  const [first, ...others] = indexes;
  if (first === undefined) return cells[base]?.domain ?? { lo: INT_MIN, hi: INT_MAX };
  // Elements of a vector have the same type, so the first and the last stand for all.
  return union(
    cellRange(base, others, cells),
    cellRange(base + first.stride * (first.length - 1), others, cells),
  );
}

function union(a: Interval, b: Interval): Interval {
  return { lo: Math.min(a.lo, b.lo), hi: Math.max(a.hi, b.hi) };
}

const boolean = (): Interval => ({ lo: 0, hi: 1 });
const int32 = (): Interval => ({ lo: INT_MIN, hi: INT_MAX });

/** The least mask of ones that covers both: the bound of `|` and `^` on numbers that are not negative. */
function ones(a: Interval, b: Interval): Interval {
  const most = Math.max(a.hi, b.hi);
  return a.lo < 0 || b.lo < 0 || most > INT_MAX ? int32() : { lo: 0, hi: 2 ** (32 - Math.clz32(most)) - 1 };
}

function corners(a: Interval, b: Interval, apply: (a: number, b: number) => number): Interval {
  const values = [apply(a.lo, b.lo), apply(a.lo, b.hi), apply(a.hi, b.lo), apply(a.hi, b.hi)];
  return { lo: Math.min(...values), hi: Math.max(...values) };
}

const binaryRange: Readonly<Record<BinaryOperator, (a: Interval, b: Interval) => Interval>> = {
  '+': (a, b) => corners(a, b, (x, y) => x + y),
  '-': (a, b) => corners(a, b, (x, y) => x - y),
  '*': (a, b) => corners(a, b, (x, y) => x * y),
  '/': (a) => ({ lo: Math.min(a.lo, -a.hi), hi: Math.max(a.hi, -a.lo) }),
  '%': (a) => ({ lo: Math.min(a.lo, 0), hi: Math.max(a.hi, 0) }),
  '<<': int32,
  '>>': (a) => (isInt32(a) ? { lo: Math.min(a.lo, 0), hi: Math.max(a.hi, 0) } : int32()),
  '>>>': (a) => (a.lo >= 0 && isInt32(a) ? { lo: 0, hi: a.hi } : { lo: 0, hi: 0xffff_ffff }),
  // An operand that is not negative bounds the result; the sign of the other does not matter then.
  '&': (a, b) => {
    const bounds = [a, b].filter(({ lo, hi }) => lo >= 0 && hi <= INT_MAX).map(({ hi }) => hi);
    return bounds.length === 0 ? int32() : { lo: 0, hi: Math.min(...bounds) };
  },
  '|': ones,
  '^': ones,
  '<': boolean,
  '<=': boolean,
  '>': boolean,
  '>=': boolean,
  '===': boolean,
  '!==': boolean,
  '&&': boolean,
  '||': boolean,
};
