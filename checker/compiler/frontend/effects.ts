/** Lowers expressions that are there for what they do: assignments, calls and yields. */
import { ts } from '../../typescript.js';
import { lowerAssignment, lowerIncrement } from './assignments.js';
import { lowerCallStatement, lowerYieldStarStatement } from './calls.js';
import type { FunctionContext } from './context.js';
import { isAssignment } from './operators.js';
import { problems } from './problems.js';
import { lowerYieldStatement } from './yields.js';
import { withoutParentheses } from './syntax.js';

/** An expression as a statement, or as the end of a `for`. */
export function lowerEffect(cx: FunctionContext, expression: ts.Expression): void {
  const node = withoutParentheses(expression);
  if (ts.isCallExpression(node)) return lowerCallStatement(cx, node);
  if (ts.isYieldExpression(node)) {
    return node.asteriskToken === undefined
      ? lowerYieldStatement(cx, node)
      : lowerYieldStarStatement(cx, node);
  }
  if (ts.isBinaryExpression(node) && isAssignment(node.operatorToken.kind)) return lowerAssignment(cx, node);
  if ((ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) && isIncrement(node.operator)) {
    return lowerIncrement(cx, node);
  }
  // Lowered for what is wrong inside it; if nothing is, it has no effect.
  cx.expression(node);
  cx.reject(node, problems.noEffect());
}

function isIncrement(operator: ts.SyntaxKind): boolean {
  return operator === ts.SyntaxKind.PlusPlusToken || operator === ts.SyntaxKind.MinusMinusToken;
}
