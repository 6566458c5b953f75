/**
 * Recognises `for (let i = from; i < to; i++)` and its like, which can be unrolled when the bounds turn out constant.
 *
 * The bound must not change meanwhile: it may depend on the configuration, on literals, and on variables that the
 * body does not assign. The body must not assign the counter. Any other `for` is a loop like `while`.
 */
import { ts } from '../../typescript.js';
import type { Expr, Scalar } from '../ir/program.js';
import { binary, isStable, numberConst, readsOf } from './build.js';
import { symbolOf } from './access.js';

import type { FunctionContext, Jump } from './context.js';
import { isNumeric, NUMBER } from './convert.js';
import { isAssignment } from './operators.js';
import { withoutParentheses } from './syntax.js';

const K = ts.SyntaxKind;

interface Shape {
  readonly declaration: ts.VariableDeclaration;
  readonly name: ts.Identifier;
  readonly from: ts.Expression;
  readonly to: ts.Expression;
  /** Whether `to` itself is one of the values. */
  readonly inclusive: boolean;
  readonly step: 1 | -1;
}

/** False, with nothing emitted or reported, if the loop is of another shape. */
export function lowerCountedLoop(cx: FunctionContext, node: ts.ForStatement, name: string | null): boolean {
  const shape = shapeOf(node);
  const symbol = shape === null ? undefined : cx.session.checker.getSymbolAtLocation(shape.name);
  if (shape === null || symbol === undefined) return false;
  const assigned = assignedIn(cx, node.statement);
  if (assigned.has(symbol)) return false;
  const bound = boundOf(cx, shape, assigned);
  if (bound === null) return false;

  const type = counterType(cx, shape);
  if (type === null) return false;
  const from = cx.expression(shape.from);
  const span = cx.span(node);
  const variable = cx.declare({ name: shape.name.text, span: cx.span(shape.name), type, role: 'value' });
  cx.bind(symbol, { kind: 'variable', variable, constant: false });
  const label = cx.newLabel();
  const jump: Jump = {
    name,
    breaks: label,
    continues: { do: 'continue', label },
    implicit: true,
    used: false,
  };
  cx.jumps.push(jump);
  const body = cx.collect(() => cx.statement(node.statement));
  cx.jumps.pop();
  cx.emit({ do: 'for', label, variable, from, to: bound, step: shape.step, body, span });
  return true;
}

function shapeOf(node: ts.ForStatement): Shape | null {
  const { initializer, condition, incrementor } = node;
  if (initializer === undefined || !ts.isVariableDeclarationList(initializer)) return null;
  const [declaration, second] = initializer.declarations;
  if (declaration === undefined || second !== undefined || !(initializer.flags & ts.NodeFlags.Let))
    return null;
  const { name, initializer: from } = declaration;
  if (!ts.isIdentifier(name) || from === undefined) return null;
  if (condition === undefined || !ts.isBinaryExpression(condition)) return null;
  if (!isNamed(condition.left, name)) return null;
  const step = incrementor === undefined ? null : stepOf(incrementor, name);
  const operator = condition.operatorToken.kind;
  const up = operator === K.LessThanToken || operator === K.LessThanEqualsToken;
  const down = operator === K.GreaterThanToken || operator === K.GreaterThanEqualsToken;
  if (step === null || (step === 1 ? !up : !down)) return null;
  const inclusive = operator === K.LessThanEqualsToken || operator === K.GreaterThanEqualsToken;
  return { declaration, name, from, to: condition.right, inclusive, step };
}

/** `i++`, `++i`, `i += 1`, and the same downwards. */
function stepOf(node: ts.Expression, name: ts.Identifier): 1 | -1 | null {
  const update = withoutParentheses(node);
  if (ts.isPostfixUnaryExpression(update) || ts.isPrefixUnaryExpression(update)) {
    if (!isNamed(update.operand, name)) return null;
    if (update.operator === K.PlusPlusToken) return 1;
    return update.operator === K.MinusMinusToken ? -1 : null;
  }
  if (!ts.isBinaryExpression(update) || !isNamed(update.left, name) || update.right.getText() !== '1')
    return null;
  if (update.operatorToken.kind === K.PlusEqualsToken) return 1;
  return update.operatorToken.kind === K.MinusEqualsToken ? -1 : null;
}

function isNamed(node: ts.Expression, name: ts.Identifier): boolean {
  const inner = withoutParentheses(node);
  return ts.isIdentifier(inner) && inner.text === name.text;
}

/** The first value behind the last, going up, or the last value, going down; null if it is not fixed. */
function boundOf(cx: FunctionContext, shape: Shape, assigned: ReadonlySet<ts.Symbol>): Expr | null {
  // What is wrong with the bound is reported when the loop is lowered in its general form.
  if (!isPure(shape.to)) return null;
  const to = cx.attempt(() => cx.expression(shape.to));
  if (to === null || !isNumeric(to.type) || !isStable(to, cx.variables)) return null;
  for (const symbol of assigned) {
    const binding = cx.bindingOf(symbol);
    if (binding?.kind === 'variable' && readsOf(to).some((place) => place.variable === binding.variable))
      return null;
  }
  if (shape.step === 1) return shape.inclusive ? plus(to, 1) : to;
  return shape.inclusive ? to : plus(to, 1);
}

function plus(expr: Expr, one: 1): Expr {
  if (expr.op === 'const') return numberConst(Number(expr.value) + one, expr.span);
  return binary('+', expr, numberConst(one, expr.span), NUMBER, expr.span);
}

function counterType(cx: FunctionContext, shape: Shape): Scalar | null {
  if (!isPure(shape.from)) return null;
  const { type } = shape.declaration;
  if (type !== undefined) {
    const declared = cx.attempt(() => cx.session.types.read(type, 'local'));
    return declared?.kind === 'int' || declared?.kind === 'number' ? declared : null;
  }
  const from = cx.attempt(() => cx.expression(shape.from));
  if (from === null || !isNumeric(from.type) || from.type.kind === 'record') return null;
  const inferred = cx.session.checker.getTypeAtLocation(shape.name);
  return inferred.flags & ts.TypeFlags.Number ? NUMBER : from.type;
}

/** Whether evaluating the expression needs no statements. */
function isPure(node: ts.Node): boolean {
  if (ts.isCallExpression(node) || ts.isYieldExpression(node) || ts.isObjectLiteralExpression(node))
    return false;
  return !(ts.forEachChild(node, (child) => !isPure(child)) ?? false);
}

/** The variables that a statement assigns. */
function assignedIn(cx: FunctionContext, node: ts.Node): ReadonlySet<ts.Symbol> {
  const symbols = new Set<ts.Symbol>();
  const visit = (each: ts.Node): void => {
    const target = assignmentTarget(each);
    const symbol = target !== null && ts.isIdentifier(target) ? symbolOf(cx, target) : undefined;
    if (symbol !== undefined) symbols.add(symbol);
    ts.forEachChild(each, visit);
  };
  visit(node);
  return symbols;
}

function assignmentTarget(node: ts.Node): ts.Expression | null {
  if (ts.isBinaryExpression(node) && isAssignment(node.operatorToken.kind))
    return withoutParentheses(node.left);
  if (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) {
    const { operator } = node;
    if (operator === K.PlusPlusToken || operator === K.MinusMinusToken)
      return withoutParentheses(node.operand);
  }
  return null;
}
