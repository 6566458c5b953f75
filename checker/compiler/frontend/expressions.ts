/** Lowers expressions. Calls inside them, and operators that evaluate them lazily, become statements in front. */
import { ts } from '../../typescript.js';
import type { Expr, ValueType } from '../ir/program.js';
import { numberConst, stringConst, boolConst } from './build.js';
import { lowerCall, lowerYieldStar } from './calls.js';
import { unsupported } from './constructs.js';
import type { FunctionContext } from './context.js';
import { convert, isNumeric, NUMBER, unify } from './convert.js';
import { typeName } from '../ir/type-name.js';
import { lowerBinary } from './operators.js';
import { problems } from './problems.js';
import { lowerRecord } from './records.js';
import { Rejected } from './report.js';

export function lowerExpression(cx: FunctionContext, node: ts.Expression, expected: ValueType | null): Expr {
  const expr = lower(cx, node, expected);
  // A literal takes the type of where it goes; other values are converted there.
  return (expr.op === 'const' && expected !== null ? convert(expr, expected) : null) ?? expr;
}

/** The expression as a value of `target`, which is where it goes. */
export function lowerAs(cx: FunctionContext, node: ts.Expression, target: ValueType): Expr {
  const expr = cx.expression(node, target);
  return (
    convert(expr, target) ?? cx.mistyped(node, problems.typeMismatch(typeName(expr.type), typeName(target)))
  );
}

function lower(cx: FunctionContext, node: ts.Expression, expected: ValueType | null): Expr {
  const span = cx.span(node);
  if (ts.isParenthesizedExpression(node)) return cx.expression(node.expression, expected);
  if (ts.isIdentifier(node) || ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node)) {
    return cx.load(cx.access(node), node);
  }
  if (ts.isNumericLiteral(node)) return numberConst(integerOf(cx, node, node.text), span);
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node))
    return stringConst(node.text, span);
  if (ts.isBinaryExpression(node)) return lowerBinary(cx, node, expected);
  if (ts.isPrefixUnaryExpression(node)) return lowerUnary(cx, node);
  if (ts.isPostfixUnaryExpression(node)) return cx.reject(node, problems.assignmentAsValue());
  if (ts.isConditionalExpression(node)) return lowerConditional(cx, node, expected);
  if (ts.isCallExpression(node)) return lowerCall(cx, node, expected);
  if (ts.isYieldExpression(node)) return lowerYield(cx, node);
  if (ts.isObjectLiteralExpression(node)) return lowerRecord(cx, node, expected);
  if (ts.isAsExpression(node) || ts.isSatisfiesExpression(node)) return lowerCast(cx, node, expected);
  switch (node.kind) {
    case ts.SyntaxKind.TrueKeyword:
      return boolConst(true, span);
    case ts.SyntaxKind.FalseKeyword:
      return boolConst(false, span);
    default:
      return cx.reject(node, unsupported(node.kind));
  }
}

function integerOf(cx: FunctionContext, node: ts.Node, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value)) return cx.reject(node, problems.notAnInteger(node.getText()));
  // Masks are written unsigned.
  return value <= 0xffff_ffff ? value : cx.reject(node, problems.tooLarge(node.getText()));
}

function lowerUnary(cx: FunctionContext, node: ts.PrefixUnaryExpression): Expr {
  const span = cx.span(node);
  switch (node.operator) {
    case ts.SyntaxKind.ExclamationToken:
      return cx.condition(node);
    case ts.SyntaxKind.MinusToken:
    case ts.SyntaxKind.TildeToken: {
      const operator = node.operator === ts.SyntaxKind.MinusToken ? '-' : '~';
      const operand = cx.expression(node.operand);
      if (!isNumeric(operand.type)) return cx.reject(node, problems.numberNeeded(operator));
      if (operator === '-' && operand.op === 'const' && operand.value !== 0) {
        return numberConst(-Number(operand.value), span);
      }
      return { op: 'unary', operator, operand, type: NUMBER, span };
    }
    case ts.SyntaxKind.PlusToken:
      return cx.reject(node, unsupported(ts.SyntaxKind.PlusToken));
    default:
      return cx.reject(node, problems.assignmentAsValue());
  }
}

function lowerConditional(
  cx: FunctionContext,
  node: ts.ConditionalExpression,
  expected: ValueType | null,
): Expr {
  const span = cx.span(node);
  const test = cx.attempt(() => cx.condition(node.condition));
  const then = cx.attempt(() => cx.capture(() => cx.expression(node.whenTrue, expected)));
  const otherwise = cx.attempt(() => cx.capture(() => cx.expression(node.whenFalse, expected)));
  if (test === null || then === null || otherwise === null) throw new Rejected();

  const both = unify(then.result, otherwise.result);
  if (both === null) {
    const [left, right] = [typeName(then.result.type), typeName(otherwise.result.type)];
    return cx.reject(node, problems.typeMismatch(right, left));
  }
  if (then.before.length === 0 && otherwise.before.length === 0) {
    return { op: 'conditional', test, then: both.left, else: both.right, type: both.type, span };
  }
  const { variable, read } = cx.variableOf('either', both.type, span);
  cx.emit({
    do: 'if',
    test,
    then: [...then.before, { do: 'set', variable, value: both.left, span }],
    else: [...otherwise.before, { do: 'set', variable, value: both.right, span }],
    span,
  });
  return read;
}

function lowerYield(cx: FunctionContext, node: ts.YieldExpression): Expr {
  if (node.asteriskToken === undefined) return cx.reject(node, problems.yieldAsValue());
  return lowerYieldStar(cx, node);
}

function lowerCast(
  cx: FunctionContext,
  node: ts.AsExpression | ts.SatisfiesExpression,
  expected: ValueType | null,
): Expr {
  if (ts.isConstTypeReference(node.type)) return cx.expression(node.expression, expected);
  const type = cx.session.types.read(node.type, 'local');
  if (type.kind === 'configuration') return cx.reject(node, problems.configurationAsValue());
  if (type.kind === 'vector') return cx.reject(node, problems.placeAsValue(typeName(type)));
  return lowerAs(cx, node.expression, type);
}
