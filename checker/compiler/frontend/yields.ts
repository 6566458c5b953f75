/** Lowers step boundaries: `yield`, `yield () => condition` and `yield rest(() => condition)`. */
import { ts } from '../../typescript.js';
import type { Expr, Stmt } from '../ir/program.js';
import { recordText } from './calls.js';
import type { FunctionContext } from './context.js';
import { BOOL } from './convert.js';
import { problems } from './problems.js';
import { languageName } from './project.js';
import { resolvedSymbol } from './types.js';
import { withoutParentheses } from './syntax.js';

export function lowerYieldStatement(cx: FunctionContext, node: ts.YieldExpression): void {
  const span = cx.span(node);
  recordText(cx, node, node.getText());
  if (node.expression === undefined) {
    cx.emit({ do: 'yield', rest: null, restVariable: null, span });
    return;
  }
  const carried = withoutParentheses(node.expression);
  if (isRest(cx, carried)) {
    const guard = carried.arguments[0];
    if (guard === undefined) return cx.mistyped(carried, problems.badYield());
    const { test, before } = lowerGuard(cx, withoutParentheses(guard));
    const restVariable = cx.temporary('rest', BOOL, span);
    const rest: Stmt[] = [...before, { do: 'set', variable: restVariable, value: test, span: test.span }];
    cx.session.functions.addGuard({ node: guard, body: rest });
    cx.emit({ do: 'yield', rest, restVariable, span });
    return;
  }
  const { test, before } = lowerGuard(cx, carried);
  cx.session.functions.addGuard({ node: carried, body: before });
  cx.emit({ do: 'yield', rest: null, restVariable: null, span });
  cx.emitAll(before);
  cx.emit({ do: 'assume', test, span });
}

function isRest(cx: FunctionContext, node: ts.Expression): node is ts.CallExpression {
  if (!ts.isCallExpression(node)) return false;
  const declaration = resolvedSymbol(cx.session.checker, node.expression)?.declarations?.[0];
  return declaration !== undefined && languageName(declaration) === 'rest';
}

function lowerGuard(cx: FunctionContext, node: ts.Expression): { test: Expr; before: readonly Stmt[] } {
  if (!ts.isArrowFunction(node)) return cx.reject(node, problems.badYield());
  if (node.parameters.length > 0) return cx.reject(node, problems.guardForm());
  const body = guardBody(node.body);
  if (body === null) return cx.reject(node.body, problems.guardForm());
  const outer = cx.form;
  cx.form = 'guard';
  try {
    const { result, before } = cx.capture(() => cx.condition(body));
    return { test: result, before };
  } finally {
    cx.form = outer;
  }
}

/** The expression of `() => condition` or `() => { return condition; }`. */
function guardBody(body: ts.ConciseBody): ts.Expression | null {
  if (!ts.isBlock(body)) return body;
  const [statement] = body.statements;
  if (body.statements.length !== 1 || statement === undefined || !ts.isReturnStatement(statement))
    return null;
  return statement.expression ?? null;
}
