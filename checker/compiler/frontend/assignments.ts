/** Lowers assignments to variables, to the state and to local places. */
import { ts } from '../../typescript.js';
import type { BinaryOperator, Expr, ValueType } from '../ir/program.js';
import { symbolOf } from './access.js';
import { numberConst } from './build.js';

import { lowerLazy } from './conditions.js';
import { unsupported } from './constructs.js';
import type { Access, FunctionContext } from './context.js';
import { convert, isPlaceType } from './convert.js';
import { typeName } from '../ir/type-name.js';
import { applyArithmetic, COMPOUND } from './operators.js';
import { problems } from './problems.js';
import { Rejected } from './report.js';
import { containsYield, isPlaceSyntax, withoutParentheses } from './syntax.js';

type Target = Access & { readonly kind: 'place' };

/** `target = value` and `target += value`. */
export function lowerAssignment(cx: FunctionContext, node: ts.BinaryExpression): void {
  const kind = node.operatorToken.kind;
  const operator = COMPOUND.get(kind);
  if (operator === undefined && kind !== ts.SyntaxKind.EqualsToken) {
    return cx.reject(node.operatorToken, unsupported(kind));
  }
  const left = withoutParentheses(node.left);
  if (ts.isObjectLiteralExpression(left) || ts.isArrayLiteralExpression(left)) {
    return cx.reject(left, problems.destructuring());
  }
  if (operator !== undefined) return lowerCompound(cx, node, operator);

  const box: { type: ValueType | null } = { type: null };
  const lowerTarget = (): Access => {
    const target = targetOf(cx, node.left);
    box.type = valueTypeOf(cx, node.left, target);
    if (containsYield(node.right)) rejectLookup(cx, node.left, target);
    return target;
  };
  const lowerValue = (): Access => {
    // Of `place = place`, one error is enough.
    if (box.type === null && isPlaceSyntax(withoutParentheses(node.right))) throw new Rejected();
    const expr = cx.expression(node.right, box.type);
    return { kind: 'value', expr: box.type === null ? expr : fitted(cx, node.right, expr, box.type) };
  };
  const [target, value] = cx.operands([lowerTarget, lowerValue]);
  if (target?.kind !== 'place' || value?.kind !== 'value') throw new Error('an assignment has two sides');
  store(cx, node, target, value.expr);
}

/** `target++` and `--target`, as statements. */
export function lowerIncrement(
  cx: FunctionContext,
  node: ts.PrefixUnaryExpression | ts.PostfixUnaryExpression,
): void {
  const target = targetOf(cx, node.operand);
  const old = readOld(cx, node.operand, target);
  const operator = node.operator === ts.SyntaxKind.PlusPlusToken ? '+' : '-';
  const one = numberConst(1, cx.span(node));
  store(cx, node, target, applyArithmetic(cx, node, operator, old, one));
}

function lowerCompound(cx: FunctionContext, node: ts.BinaryExpression, operator: BinaryOperator): void {
  const box: { target?: Target } = {};
  const lowerTarget = (): Target => {
    const target = targetOf(cx, node.left);
    if (containsYield(node.right)) rejectLookup(cx, node.left, target);
    box.target = target;
    return target;
  };
  // The old value is read before the right side is evaluated, which matters if that changes the state.
  const lowerOld = (): Access => {
    if (box.target === undefined) throw new Rejected();
    return { kind: 'value', expr: readOld(cx, node.left, box.target) };
  };
  if (operator === '&&' || operator === '||') {
    const lowerResult = (): Access => ({
      kind: 'value',
      expr: lowerLazy(
        cx,
        node,
        operator,
        () => booleanOld(cx, node, lowerOld()),
        () => booleanRight(cx, node),
      ),
    });
    const [target, result] = cx.operands([lowerTarget, lowerResult]);
    if (target?.kind === 'place' && result?.kind === 'value') store(cx, node, target, result.expr);
    return;
  }
  const [target, old, right] = cx.operands([lowerTarget, lowerOld, () => cx.value(node.right)]);
  if (target?.kind !== 'place' || old?.kind !== 'value' || right?.kind !== 'value') throw new Rejected();
  store(cx, node, target, applyArithmetic(cx, node, operator, old.expr, right.expr));
}

function booleanOld(cx: FunctionContext, node: ts.BinaryExpression, old: Access): Expr {
  const expr = cx.load(old, node.left);
  return expr.type.kind === 'bool'
    ? expr
    : cx.reject(node.left, problems.booleanNeeded(node.operatorToken.getText()));
}

function booleanRight(cx: FunctionContext, node: ts.BinaryExpression): Expr {
  const expr = cx.expression(node.right);
  return expr.type.kind === 'bool'
    ? expr
    : cx.reject(node.right, problems.booleanNeeded(node.operatorToken.getText()));
}

function store(cx: FunctionContext, node: ts.Node, target: Target, value: Expr): void {
  const { place } = target;
  const span = cx.span(node);
  if (place.path.length > 0) cx.emit({ do: 'assign', place, value, span });
  else cx.emit({ do: 'set', variable: place.variable, value, span });
}

function readOld(cx: FunctionContext, node: ts.Expression, target: Target): Expr {
  return { op: 'read', place: target.place, type: valueTypeOf(cx, node, target), span: cx.span(node) };
}

/** What an assignment may write to: a variable that is a value, or a part of the state or of a local place. */
function targetOf(cx: FunctionContext, node: ts.Expression): Target {
  const inner = withoutParentheses(node);
  if (
    !ts.isIdentifier(inner) &&
    !ts.isPropertyAccessExpression(inner) &&
    !ts.isElementAccessExpression(inner)
  ) {
    return cx.mistyped(inner, problems.assignConstant(inner.getText()));
  }
  const access = cx.access(inner);
  if (access.kind === 'configuration') return cx.reject(inner, problems.assignConfiguration());
  if (access.kind === 'value' && access.expr.op === 'config') {
    return cx.reject(inner, problems.assignConfiguration());
  }
  if (access.kind !== 'place') return cx.reject(inner, problems.assignConstant(inner.getText()));
  if (isPlaceType(access.type)) return cx.reject(inner, problems.assignPlace(typeName(access.type)));
  if (ts.isIdentifier(inner)) {
    const symbol = symbolOf(cx, inner);
    const binding = symbol === undefined ? undefined : cx.bindingOf(symbol);
    if (binding?.kind === 'variable' && binding.constant) {
      return cx.mistyped(inner, problems.assignConstant(inner.text));
    }
  }
  if (access.owner?.kind === 'record' && !access.owner.mutable) {
    const field = ts.isPropertyAccessExpression(inner) ? inner.name.text : inner.getText();
    return cx.mistyped(inner, problems.assignValueField(field));
  }
  return access;
}

function valueTypeOf(cx: FunctionContext, node: ts.Node, target: Target): ValueType {
  if (target.type.kind === 'vector') return cx.reject(node, problems.assignPlace(typeName(target.type)));
  return target.type;
}

function fitted(cx: FunctionContext, node: ts.Expression, expr: Expr, type: ValueType): Expr {
  return convert(expr, type) ?? cx.mistyped(node, problems.typeMismatch(typeName(expr.type), typeName(type)));
}

/** `kvm.pt[sp].state = yield* f()` looks up the table in one step and writes to it in another. */
function rejectLookup(cx: FunctionContext, node: ts.Node, target: Target): void {
  if (target.place.path.length > 1) cx.reject(node, problems.targetAcrossYield());
}
