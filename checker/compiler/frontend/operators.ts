/** Lowers binary operators: arithmetic, bits, comparison, and the lazy ones where they yield a value. */
import { ts } from '../../typescript.js';
import type { BinaryOperator, Expr, ValueType } from '../ir/program.js';
import { binary } from './build.js';
import { lowerLazy } from './conditions.js';
import { unsupported } from './constructs.js';
import type { FunctionContext } from './context.js';
import { BOOL, isNumeric, isPlaceType, NUMBER, unify } from './convert.js';
import { typeName } from '../ir/type-name.js';
import { problems } from './problems.js';

const K = ts.SyntaxKind;

/** Operators on numbers. Division has a rule of its own. */
const ARITHMETIC: ReadonlyMap<ts.SyntaxKind, BinaryOperator> = new Map([
  [K.PlusToken, '+'],
  [K.MinusToken, '-'],
  [K.AsteriskToken, '*'],
  [K.SlashToken, '/'],
  [K.PercentToken, '%'],
  [K.LessThanLessThanToken, '<<'],
  [K.GreaterThanGreaterThanToken, '>>'],
  [K.GreaterThanGreaterThanGreaterThanToken, '>>>'],
  [K.AmpersandToken, '&'],
  [K.BarToken, '|'],
  [K.CaretToken, '^'],
]);

const ORDER: ReadonlyMap<ts.SyntaxKind, BinaryOperator> = new Map([
  [K.LessThanToken, '<'],
  [K.LessThanEqualsToken, '<='],
  [K.GreaterThanToken, '>'],
  [K.GreaterThanEqualsToken, '>='],
]);

/** Compound assignments by the operator that they apply; `&&=` and `||=` are lazy. */
export const COMPOUND: ReadonlyMap<ts.SyntaxKind, BinaryOperator> = new Map([
  [K.PlusEqualsToken, '+'],
  [K.MinusEqualsToken, '-'],
  [K.AsteriskEqualsToken, '*'],
  [K.PercentEqualsToken, '%'],
  [K.LessThanLessThanEqualsToken, '<<'],
  [K.GreaterThanGreaterThanEqualsToken, '>>'],
  [K.GreaterThanGreaterThanGreaterThanEqualsToken, '>>>'],
  [K.AmpersandEqualsToken, '&'],
  [K.BarEqualsToken, '|'],
  [K.CaretEqualsToken, '^'],
  [K.AmpersandAmpersandEqualsToken, '&&'],
  [K.BarBarEqualsToken, '||'],
]);

export function lowerBinary(
  cx: FunctionContext,
  node: ts.BinaryExpression,
  expected: ValueType | null,
): Expr {
  const kind = node.operatorToken.kind;
  const arithmetic = ARITHMETIC.get(kind) ?? ORDER.get(kind);
  if (arithmetic !== undefined) return lowerArithmetic(cx, node, arithmetic);
  switch (kind) {
    case K.EqualsEqualsEqualsToken:
      return lowerComparison(cx, node, '===');
    case K.ExclamationEqualsEqualsToken:
      return lowerComparison(cx, node, '!==');
    case K.EqualsEqualsToken:
    case K.ExclamationEqualsToken:
      return cx.reject(node.operatorToken, problems.looseEquality(node.operatorToken.getText()));
    case K.AmpersandAmpersandToken:
      return lowerLogical(cx, node, '&&', expected);
    case K.BarBarToken:
      return lowerLogical(cx, node, '||', expected);
    default:
      break;
  }
  if (kind === K.EqualsToken || (COMPOUND.has(kind) && isAssignment(kind))) {
    return cx.reject(node, problems.assignmentAsValue());
  }
  return cx.reject(node.operatorToken, unsupported(node.operatorToken.kind));
}

export function isAssignment(kind: ts.SyntaxKind): boolean {
  return kind >= K.FirstAssignment && kind <= K.LastAssignment;
}

/** The type of an arithmetic or order operator, after checking its operands. */
export function applyArithmetic(
  cx: FunctionContext,
  node: ts.Node,
  operator: BinaryOperator,
  left: Expr,
  right: Expr,
): Expr {
  if (!isNumeric(left.type) || !isNumeric(right.type)) {
    if (left.type.kind === 'bool' && '&|^'.includes(operator))
      return cx.reject(node, problems.booleanBits(operator));
    const text = left.type.kind === 'enum' || right.type.kind === 'enum';
    return cx.reject(node, text ? problems.stringComputation() : problems.numberNeeded(operator));
  }
  const isOrder = [...ORDER.values()].includes(operator);
  return binary(operator, left, right, isOrder ? BOOL : NUMBER, cx.span(node));
}

function lowerArithmetic(cx: FunctionContext, node: ts.BinaryExpression, operator: BinaryOperator): Expr {
  const [left, right] = cx.values([() => cx.expression(node.left), () => cx.expression(node.right)]);
  if (left === undefined || right === undefined) throw new Error('two operands have two values');
  if (operator === '/' && !isExactDivision(node))
    return cx.reject(node.operatorToken, problems.inexactDivision());
  return applyArithmetic(cx, node, operator, left, right);
}

/** JavaScript's `/` gives fractions. It is a division of integers in `(a - a % b) / b` and `(a / b) | 0`. */
function isExactDivision(node: ts.BinaryExpression): boolean {
  const parent = enclosing(node);
  if (
    ts.isBinaryExpression(parent) &&
    parent.operatorToken.kind === K.BarToken &&
    parent.right.getText() === '0' &&
    inner(parent.left) === node
  ) {
    return true;
  }
  const dividend = inner(node.left);
  if (!ts.isBinaryExpression(dividend) || dividend.operatorToken.kind !== K.MinusToken) return false;
  const rest = inner(dividend.right);
  return (
    ts.isBinaryExpression(rest) &&
    rest.operatorToken.kind === K.PercentToken &&
    sameText(rest.left, dividend.left) &&
    sameText(rest.right, node.right)
  );
}

function inner(node: ts.Expression): ts.Expression {
  return ts.isParenthesizedExpression(node) ? inner(node.expression) : node;
}

function enclosing(node: ts.Node): ts.Node {
  return ts.isParenthesizedExpression(node.parent) ? enclosing(node.parent) : node.parent;
}

/** Without calls, equal text has equal values. */
function sameText(left: ts.Expression, right: ts.Expression): boolean {
  const [a, b] = [inner(left).getText(), inner(right).getText()];
  return a === b && !/\(|yield/.test(a);
}

function lowerComparison(cx: FunctionContext, node: ts.BinaryExpression, operator: '===' | '!=='): Expr {
  const operand = (each: ts.Expression) => () => {
    const access = cx.access(each);
    if (access.kind !== 'place' || !isPlaceType(access.type)) return cx.load(access, each);
    return cx.reject(node, problems.placeComparison());
  };
  const [left, right] = cx.values([operand(node.left), operand(node.right)]);
  if (left === undefined || right === undefined) throw new Error('two operands have two values');
  if (left.type.kind === 'record' || right.type.kind === 'record') {
    return cx.reject(node, problems.recordComparison(operator));
  }
  const both = unify(left, right);
  if (both === null) {
    return cx.mistyped(node, problems.typeMismatch(typeName(right.type), typeName(left.type)));
  }
  return binary(operator, both.left, both.right, BOOL, cx.span(node));
}

function lowerLogical(
  cx: FunctionContext,
  node: ts.BinaryExpression,
  operator: '&&' | '||',
  expected: ValueType | null,
): Expr {
  const operand = (each: ts.Expression) => () => {
    const expr = cx.expression(each, expected);
    return expr.type.kind === 'bool' ? expr : cx.reject(each, problems.booleanNeeded(operator));
  };
  return lowerLazy(cx, node, operator, operand(node.left), operand(node.right));
}
