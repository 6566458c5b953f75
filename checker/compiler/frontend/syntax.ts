/** Small questions about syntax. */
import { ts } from '../../typescript.js';

export function withoutParentheses(node: ts.Expression): ts.Expression {
  return ts.isParenthesizedExpression(node) ? withoutParentheses(node.expression) : node;
}

/** Whether evaluating the expression may end a step. */
export function containsYield(node: ts.Node): boolean {
  if (ts.isYieldExpression(node)) return true;
  return ts.isFunctionLike(node) ? false : (ts.forEachChild(node, containsYield) ?? false);
}

/** Whether the expression is a name, or the field or element of one: what can denote a place. */
export function isPlaceSyntax(node: ts.Expression): boolean {
  return ts.isIdentifier(node) || ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node);
}
