/**
 * Scalars while inlining: an expression together with the interval that it lies in. An expression is pure, so one
 * whose interval is a point is that constant.
 */
import type { Expr } from '../ir/graph.js';
import type { BinaryOperator, UnaryOperator } from '../ir/program.js';
import * as simple from '../ir/simplify.js';
import { binaryInterval, hull, type Interval, isPoint, point, unaryInterval } from './intervals.js';

export interface Value extends Interval {
  readonly expr: Expr;
}

export function valueOf(expr: Expr, interval: Interval): Value {
  if (isPoint(interval) && expr.op !== 'const')
    return { expr: simple.constant(interval.lo), lo: interval.lo, hi: interval.lo };
  return { expr, lo: interval.lo, hi: interval.hi };
}

export function constantValue(value: number): Value {
  return valueOf(simple.constant(value), point(value));
}

export function unaryValue(operator: UnaryOperator, operand: Value): Value {
  return valueOf(simple.unary(operator, operand.expr), unaryInterval(operator, operand));
}

export function binaryValue(operator: BinaryOperator, left: Value, right: Value): Value {
  const isBit = (value: Value): boolean => value.lo >= 0 && value.hi <= 1;
  const interval = binaryInterval(operator, left, right);
  // `flag === true` is `flag`: the expression alone does not say that a local or cell is a boolean.
  if ((operator === '===' || operator === '!==') && isPoint(right) && isBit(left) && isBit(right)) {
    const positive = (right.lo === 1) === (operator === '===');
    return valueOf(positive ? left.expr : simple.unary('!', left.expr), interval);
  }
  return valueOf(simple.binary(operator, left.expr, right.expr), interval);
}

export function conditionalValue(test: Value, then: Value, otherwise: Value): Value {
  if (isPoint(test)) return test.lo !== 0 ? then : otherwise;
  const expr = simple.conditional(test.expr, then.expr, otherwise.expr);
  // Tests are booleans, also where the expression's form does not show it.
  const isTest = isPoint(then) && isPoint(otherwise) && then.lo === 1 && otherwise.lo === 0;
  return valueOf(isTest ? test.expr : expr, hull(then, otherwise));
}

/** Whether an expression is cheap and short enough to be written twice. */
export function isTrivial(expr: Expr): boolean {
  return expr.op === 'const' || expr.op === 'local' || (expr.op === 'load' && expr.ref.indexes.length === 0);
}
