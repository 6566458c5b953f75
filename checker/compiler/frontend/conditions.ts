/** Lowers conditions. As in C, a number may be one: it holds if it is not 0. */
import { ts } from '../../typescript.js';
import type { Expr } from '../ir/program.js';
import { binary, not, numberConst } from './build.js';
import type { FunctionContext } from './context.js';
import { BOOL, isNumeric } from './convert.js';
import { typeName } from '../ir/type-name.js';
import { problems } from './problems.js';
import { Rejected } from './report.js';

export function lowerCondition(cx: FunctionContext, node: ts.Expression): Expr {
  if (ts.isParenthesizedExpression(node)) return cx.condition(node.expression);
  if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken) {
    const operand = cx.condition(node.operand);
    return { ...not(operand), span: cx.span(node) };
  }
  if (ts.isBinaryExpression(node)) {
    const operator = node.operatorToken.kind;
    if (operator === ts.SyntaxKind.AmpersandAmpersandToken || operator === ts.SyntaxKind.BarBarToken) {
      return lowerLazy(
        cx,
        node,
        operator === ts.SyntaxKind.AmpersandAmpersandToken ? '&&' : '||',
        () => cx.condition(node.left),
        () => cx.condition(node.right),
      );
    }
  }
  return truth(cx, cx.expression(node), node);
}

/** A value as a condition. */
export function truth(cx: FunctionContext, expr: Expr, node: ts.Node): Expr {
  if (expr.type.kind === 'bool') return expr;
  if (!isNumeric(expr.type)) return cx.reject(node, problems.conditionNeeded(typeName(expr.type)));
  return binary('!==', expr, numberConst(0, expr.span), BOOL, expr.span);
}

/** `left && right` or `left || right`: statements that the right side needs run only if it is evaluated. */
export function lowerLazy(
  cx: FunctionContext,
  node: ts.Node,
  operator: '&&' | '||',
  lowerLeft: () => Expr,
  lowerRight: () => Expr,
): Expr {
  const span = cx.span(node);
  const left = cx.attempt(lowerLeft);
  const right = cx.attempt(() => cx.capture(lowerRight));
  if (left === null || right === null) throw new Rejected();
  if (right.before.length === 0) return binary(operator, left, right.result, BOOL, span);
  const { variable, read } = cx.variableOf(operator === '&&' ? 'and' : 'or', BOOL, span);
  cx.emit({ do: 'set', variable, value: left, span });
  cx.emit({
    do: 'if',
    test: operator === '&&' ? read : not(read),
    then: [...right.before, { do: 'set', variable, value: right.result, span }],
    else: [],
    span,
  });
  return read;
}
