/** Expressions and places in Promela, whose operators are those of C on 32-bit integers. */
import { type Domains, isInt32, rangeOf } from '../../compiler/codegen/ranges.js';
import type { CellRef, Domain, Expr } from '../../compiler/ir/graph.js';
import { INT_MAX, INT_MIN } from '../../compiler/ir/operators.js';
import { BINARY, UNARY } from '../../compiler/ir/precedence.js';
import type { BinaryOperator } from '../../compiler/ir/program.js';

export interface Names {
  readonly domains: Domains;
  readonly local: (local: number) => string;
  readonly place: (ref: CellRef, index: (expr: Expr) => string, before: boolean) => string;
  /** The name that a value of this domain has. */
  readonly constant: (value: number, domain: Domain | null) => string;
  /** `(test -> then : else)` of Promela, `(test ? then : else)` of C. */
  readonly arrow: readonly [string, string];
}

export function exprText(expr: Expr, names: Names): string {
  return text(expr, names, 0);
}

export function placeOf(ref: CellRef, names: Names): string {
  return names.place(ref, (index) => text(index, names, 0), false);
}

/** The text of a value that goes where this domain holds. */
export function valueText(expr: Expr, domain: Domain | null, names: Names): string {
  return expr.op === 'const' ? names.constant(expr.value, domain) : exprText(expr, names);
}

/** SPIN reads a number before it sees the sign. */
export const LEAST = `(-${INT_MAX} - 1)`;

const spelling: Readonly<Partial<Record<BinaryOperator, string>>> = { '===': '==', '!==': '!=' };

function text(expr: Expr, names: Names, around: number): string {
  const inside = (own: number, body: string): string => (own < around ? `(${body})` : body);
  switch (expr.op) {
    case 'const':
      if (expr.value === INT_MIN) return LEAST;
      return expr.value < 0 ? inside(UNARY, String(expr.value)) : String(expr.value);
    case 'local':
      return names.local(expr.local);
    case 'load':
      return names.place(expr.ref, (index) => text(index, names, 0), expr.state === 'before');
    case 'unary':
      return inside(UNARY, expr.operator + text(expr.operand, names, UNARY + 1));
    case 'binary':
      return binaryText(expr, names, inside);
    case 'conditional':
      return choice(
        text(expr.test, names, 2),
        text(expr.then, names, 2),
        text(expr.else, names, 2),
        names.arrow,
      );
    case 'recode': {
      const operand = text(expr.operand, names, 8);
      return expr.table.reduceRight<string>((rest, value, i) => {
        if (value === null) return rest;
        return choice(`${operand} == ${expr.lo + i}`, String(value), rest, names.arrow);
      }, '0');
    }
    default:
      return expr satisfies never;
  }
}

function choice(test: string, then: string, otherwise: string, [arrow, colon]: Names['arrow']): string {
  return `(${test} ${arrow} ${then} ${colon} ${otherwise})`;
}

function binaryText(
  expr: Expr & { op: 'binary' },
  names: Names,
  inside: (own: number, body: string) => string,
): string {
  const { operator, left, right } = expr;
  const weak = (each: Expr): string => text(each, names, UNARY);
  const overflow = overflowTest(expr, weak, names);
  if (overflow !== null) return overflow;
  const shift = (): string => {
    const { lo, hi } = rangeOf(right, names.domains);
    return lo >= 0 && hi <= 31 ? weak(right) : `(${weak(right)} & 31)`;
  };
  switch (operator) {
    case '<<':
    case '>>':
      return inside(BINARY['<<'], `${weak(left)} ${operator} ${shift()}`);
    case '>>>': {
      if (rangeOf(left, names.domains).lo >= 0) return inside(BINARY['<<'], `${weak(left)} >> ${shift()}`);
      const masked = `(${weak(left)} >> ${shift()}) & (${INT_MAX} >> (${shift()} - 1))`;
      return choice(`${shift()} == 0`, weak(left), masked, names.arrow);
    }
    case '/':
    case '%': {
      const { lo, hi } = rangeOf(right, names.domains);
      const result = `${text(left, names, BINARY['*'])} ${operator} ${weak(right)}`;
      if (lo > 0 || hi < 0) return inside(BINARY['*'], result);
      return choice(`${weak(right)} == 0`, '0', result, names.arrow);
    }
    default: {
      const own = BINARY[operator];
      const isEquality = operator === '===' || operator === '!==';
      const [first, second] = [left, right].map((side, i) => {
        if (isEquality && side.op === 'const') {
          const other = i === 0 ? right : left;
          return names.constant(side.value, domainOf(other, names));
        }
        return text(side, names, i === 0 ? own : own + 1);
      });
      return inside(own, `${first} ${spelling[operator] ?? operator} ${second}`);
    }
  }
}

function domainOf(expr: Expr, { domains }: Names): Domain | null {
  if (expr.op === 'local') return domains.locals[expr.local]?.domain ?? null;
  return expr.op === 'load' ? (domains.cells[expr.ref.base]?.domain ?? null) : null;
}

/**
 * Whether a result fits into 32 bits, asked without computing it: only such a test may contain one that does not. Null
 * if the expression is no such test.
 */
function overflowTest(
  { operator, left, right }: Expr & { op: 'binary' },
  weak: (expr: Expr) => string,
  names: Names,
): string | null {
  if (right.op !== 'const' || (left.op !== 'binary' && left.op !== 'unary')) return null;
  const above = operator === '<=' && right.value === INT_MAX;
  const below = operator === '>=' && right.value === INT_MIN;
  if (!(above || below) || isInt32(rangeOf(left, names.domains))) return null;
  const MIN = LEAST;
  const MAX = String(INT_MAX);
  const choose = (test: string, then: string, otherwise: string): string =>
    choice(test, then, otherwise, names.arrow);
  if (left.op === 'unary') return left.operator === '-' && above ? `(${weak(left.operand)} != ${MIN})` : '1';
  const [a, b] = [weak(left.left), weak(left.right)];
  switch (left.operator) {
    case '+':
      return above ? `(${b} <= 0 || ${a} <= ${MAX} - ${b})` : `(${b} >= 0 || ${a} >= ${MIN} - ${b})`;
    case '-':
      return above ? `(${b} >= 0 || ${a} <= ${MAX} + ${b})` : `(${b} <= 0 || ${a} >= ${MIN} + ${b})`;
    case '*':
      return above
        ? choose(
            `${a} > 0 && ${b} > 0`,
            `${a} <= ${MAX} / ${b}`,
            choose(`${a} < 0 && ${b} < 0`, `${a} >= ${MAX} / ${b}`, '1'),
          )
        : choose(
            `${a} > 0 && ${b} < 0`,
            `${b} >= ${MIN} / ${a}`,
            choose(`${a} < 0 && ${b} > 0`, `${a} >= ${MIN} / ${b}`, '1'),
          );
    case '/':
      return above ? `(${a} != ${MIN} || ${b} != -1)` : '1';
    case '>>>':
      return above ? `(${a} >= 0 || (${b} & 31) != 0)` : '1';
    default:
      return null;
  }
}
