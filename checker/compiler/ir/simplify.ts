/** Builds expressions, folding constants and the identities that partial evaluation leaves behind. */
import type { CellRef, Expr } from './graph.js';
import { applyBinary, applyUnary, INT_MAX, INT_MIN, OPPOSITES } from './operators.js';
import type { BinaryOperator, UnaryOperator } from './program.js';
import { sameExpr } from './traverse.js';

export function constant(value: number): Expr {
  return { op: 'const', value };
}

/** `same`, here and below: the node as it is if it exists already. */
export function unary(operator: UnaryOperator, operand: Expr, same?: Expr): Expr {
  if (operand.op === 'const') return constant(applyUnary(operator, operand.value));
  if (operator === '!') {
    if (operand.op === 'unary' && operand.operator === '!' && isBoolean(operand.operand))
      return operand.operand;
    const opposite = operand.op === 'binary' ? OPPOSITES[operand.operator] : undefined;
    if (operand.op === 'binary' && opposite !== undefined) return { ...operand, operator: opposite };
  }
  return same ?? { op: 'unary', operator, operand };
}

export function binary(operator: BinaryOperator, left: Expr, right: Expr, same?: Expr): Expr {
  if (left.op === 'const' && right.op === 'const') {
    const value = applyBinary(operator, left.value, right.value);
    // A result outside the range is an error that a check reports; here it must only not become a wrong constant.
    if (value >= INT_MIN && value <= INT_MAX) return constant(value);
  }
  switch (operator) {
    case '&&':
      if (left.op === 'const') return left.value === 0 ? constant(0) : right;
      if (right.op === 'const') return right.value === 0 ? constant(0) : left;
      break;
    case '||':
      if (left.op === 'const') return left.value !== 0 ? constant(1) : right;
      if (right.op === 'const') return right.value !== 0 ? constant(1) : left;
      break;
    case '===':
    case '!==':
      if (sameExpr(left, right)) return constant(operator === '===' ? 1 : 0);
      if (right.op === 'const' && isBoolean(left)) {
        if (right.value !== 0 && right.value !== 1) return constant(operator === '===' ? 0 : 1);
        return (right.value === 1) === (operator === '===') ? left : unary('!', left);
      }
      break;
    case '+':
      if (left.op === 'const' && left.value === 0) return right;
      if (right.op === 'const' && right.value === 0) return left;
      break;
    case '-':
      if (right.op === 'const' && right.value === 0) return left;
      break;
    case '*':
    case '/':
      if (right.op === 'const' && right.value === 1) return left;
      if (operator === '*' && left.op === 'const' && left.value === 1) return right;
      break;
  }
  return same ?? { op: 'binary', operator, left, right };
}

export function conditional(test: Expr, then: Expr, otherwise: Expr, same?: Expr): Expr {
  if (test.op === 'const') return test.value !== 0 ? then : otherwise;
  if (sameExpr(then, otherwise)) return then;
  if (isBoolean(test) && then.op === 'const' && otherwise.op === 'const') {
    if (then.value === 1 && otherwise.value === 0) return test;
    if (then.value === 0 && otherwise.value === 1) return unary('!', test);
  }
  if (isBoolean(test) && otherwise.op === 'const' && otherwise.value === 0 && isBoolean(then))
    return binary('&&', test, then);
  if (isBoolean(test) && then.op === 'const' && then.value === 1 && isBoolean(otherwise))
    return binary('||', test, otherwise);
  return same ?? { op: 'conditional', test, then, else: otherwise };
}

export function recode(operand: Expr, lo: number, table: readonly (number | null)[], same?: Expr): Expr {
  if (operand.op === 'const') {
    const value = table[operand.value - lo];
    if (value !== undefined && value !== null) return constant(value);
  }
  return same ?? { op: 'recode', operand, lo, table };
}

/** Simplifies the outermost node of an expression whose parts are simple already. */
export function simplify(expr: Expr): Expr {
  switch (expr.op) {
    case 'unary':
      return unary(expr.operator, expr.operand, expr);
    case 'binary':
      return binary(expr.operator, expr.left, expr.right, expr);
    case 'conditional':
      return conditional(expr.test, expr.then, expr.else, expr);
    case 'recode':
      return recode(expr.operand, expr.lo, expr.table, expr);
    case 'load': {
      const ref = foldRef(expr.ref);
      return ref === expr.ref ? expr : { ...expr, ref };
    }
    case 'const':
    case 'local':
      return expr;
    default:
      return expr satisfies never;
  }
}

/** Whether an expression can only be 0 or 1, by its form. */
export function isBoolean(expr: Expr): boolean {
  if (expr.op === 'unary') return expr.operator === '!';
  if (expr.op === 'const') return expr.value === 0 || expr.value === 1;
  if (expr.op !== 'binary') return false;
  // `a && b` is evaluated to one of its parts by some back ends: only a boolean if both are.
  if (expr.operator === '&&' || expr.operator === '||') return isBoolean(expr.left) && isBoolean(expr.right);
  return comparisons.has(expr.operator);
}

/** Moves constant indexes into the base. One outside its vector stays: a check before it has failed. */
export function foldRef(ref: CellRef): CellRef {
  if (ref.indexes.length === 0) return ref;
  let base = ref.base;
  const indexes = ref.indexes.filter(({ value, stride, length }) => {
    if (value.op !== 'const' || value.value < 0 || value.value >= length) return true;
    base += value.value * stride;
    return false;
  });
  return indexes.length === ref.indexes.length ? ref : { base, indexes };
}

const comparisons: ReadonlySet<BinaryOperator> = new Set(['<', '<=', '>', '>=', '===', '!==']);
