/** Lowers calls. A call becomes a statement in front of the expression that uses its result. */
import { ts } from '../../typescript.js';
import type { Argument, Expr, Type, ValueType } from '../ir/program.js';
import { symbolOf } from './access.js';
import { unsupported } from './constructs.js';
import type { Access, FunctionContext } from './context.js';
import { convert, fitsPlace, isPlaceType } from './convert.js';
import { typeName } from '../ir/type-name.js';
import { globalAdvice } from './globals.js';
import { lowerPrimitive } from './primitives.js';
import { problems } from './problems.js';
import { inLibrary, languageName } from './project.js';
import type { Parameter, Signature } from './session.js';
import { resolvedSymbol } from './types.js';
import { containsYield, isPlaceSyntax, withoutParentheses } from './syntax.js';

/** The result of a call. */
export function lowerCall(cx: FunctionContext, node: ts.CallExpression, expected: ValueType | null): Expr {
  const callee = calleeOf(cx, node);
  if (typeof callee === 'string') {
    return lowerPrimitive(cx, node, callee, expected) ?? cx.reject(node, problems.noResult(callee));
  }
  if (callee.operation) return cx.reject(node, problems.withoutYieldStar(callee.name));
  return resultOf(cx, node, callee);
}

/** The result of `yield* operation(...)`. */
export function lowerYieldStar(cx: FunctionContext, node: ts.YieldExpression): Expr {
  const { call, signature } = operationOf(cx, node);
  return resultOf(cx, call, signature);
}

/** A call whose result, if any, is not used. */
export function lowerCallStatement(cx: FunctionContext, node: ts.CallExpression): void {
  const callee = calleeOf(cx, node);
  if (typeof callee === 'string') {
    lowerPrimitive(cx, node, callee, null);
    return;
  }
  if (callee.operation) return cx.reject(node, problems.withoutYieldStar(callee.name));
  emitCall(cx, node, callee, null);
}

export function lowerYieldStarStatement(cx: FunctionContext, node: ts.YieldExpression): void {
  const { call, signature } = operationOf(cx, node);
  emitCall(cx, call, signature, null);
}

/** Calls with the result going to a variable of exactly the result's type: `const err = yield* f()`. */
export function lowerCallTo(
  cx: FunctionContext,
  node: ts.CallExpression | ts.YieldExpression,
  declare: (type: ValueType) => number,
): boolean {
  if (ts.isYieldExpression(node)) {
    const { call, signature } = operationOf(cx, node);
    return callTo(cx, call, signature, declare);
  }
  const callee = calleeOf(cx, node);
  if (typeof callee === 'string' || callee.operation) return false;
  return callTo(cx, node, callee, declare);
}

function callTo(
  cx: FunctionContext,
  node: ts.CallExpression,
  signature: Signature,
  declare: (type: ValueType) => number,
): boolean {
  const type = signature.result;
  if (type === null) return cx.reject(node, problems.noResult(signature.name));
  emitCall(cx, node, signature, () => declare(type));
  return true;
}

function resultOf(cx: FunctionContext, node: ts.CallExpression, signature: Signature): Expr {
  const type = signature.result;
  if (type === null) return cx.reject(node, problems.noResult(signature.name));
  const { variable, read } = cx.variableOf(signature.name, type, cx.span(node));
  emitCall(cx, node, signature, () => variable);
  return read;
}

/** The target is asked for after the arguments: a variable is not in scope in its own initialiser. */
function emitCall(
  cx: FunctionContext,
  node: ts.CallExpression,
  signature: Signature,
  target: (() => number) | null,
): void {
  const args = lowerArguments(cx, node, signature);
  const span = cx.span(node);
  recordText(cx, node, node.getText());
  cx.emit({ do: 'call', target: target?.() ?? null, callee: signature.id, args, span });
}

/** Remembers the source text of a call or `yield`, for labels. */
export function recordText(cx: FunctionContext, node: ts.Node, text: string): void {
  const { file, line, column } = cx.span(node);
  cx.session.callTexts.set(`${file}:${line}:${column}`, text.replace(/\s+/g, ' '));
}

function operationOf(
  cx: FunctionContext,
  node: ts.YieldExpression,
): { readonly call: ts.CallExpression; readonly signature: Signature } {
  let call = node.expression;
  while (call !== undefined && ts.isParenthesizedExpression(call)) call = call.expression;
  if (call === undefined || !ts.isCallExpression(call)) return cx.reject(node, problems.yieldStarOperand());
  const signature = calleeOf(cx, call);
  if (typeof signature === 'string') return cx.reject(node, problems.yieldStarPlain(signature));
  if (!signature.operation) return cx.reject(node, problems.yieldStarPlain(signature.name));
  if (cx.form !== 'operation') return cx.reject(node, problems.operationInPlain(signature.name));
  return { call, signature };
}

/** The function of the model that is called, or the name of one of the language. */
function calleeOf(cx: FunctionContext, node: ts.CallExpression): Signature | string {
  if (node.questionDotToken !== undefined) return cx.reject(node, unsupported(node.questionDotToken.kind));
  const callee = node.expression;
  if (!ts.isIdentifier(callee) && !ts.isPropertyAccessExpression(callee)) {
    if (
      ts.isArrowFunction(callee) ||
      ts.isFunctionExpression(callee) ||
      ts.isParenthesizedExpression(callee)
    ) {
      return cx.reject(callee, problems.closure());
    }
    return cx.reject(node, unsupported(callee.kind));
  }
  const nameNode = ts.isIdentifier(callee) ? callee : callee.name;
  const symbol = ts.isIdentifier(callee)
    ? symbolOf(cx, callee)
    : resolvedSymbol(cx.session.checker, nameNode);
  const name = nameNode.text;
  const declaration = symbol?.declarations?.[0];
  if (symbol === undefined || declaration === undefined) {
    if (ts.isPropertyAccessExpression(callee)) rejectVectorMethod(cx, node, callee);
    return cx.mistyped(nameNode, problems.global(name, globalAdvice(name)));
  }
  const primitive = languageName(declaration);
  if (primitive !== null && symbol.flags & ts.SymbolFlags.Function) return primitive;
  if (inLibrary(declaration)) return rejectLibraryCall(cx, callee, name);
  if (ts.isFunctionDeclaration(declaration)) {
    if (!ts.isSourceFile(declaration.parent)) return cx.mistyped(declaration, problems.nestedFunction());
    return cx.session.functions.signatureOf(declaration);
  }
  return cx.reject(callee, problems.notCallable(name));
}

/** Methods of arrays are a habit, and Vectors have none. */
function rejectVectorMethod(
  cx: FunctionContext,
  node: ts.CallExpression,
  callee: ts.PropertyAccessExpression,
): void {
  const base = cx.access(callee.expression);
  if (base.kind === 'place' && base.type.kind === 'vector')
    cx.reject(node, problems.method(callee.name.text));
}

function rejectLibraryCall(
  cx: FunctionContext,
  callee: ts.Identifier | ts.PropertyAccessExpression,
  name: string,
): never {
  if (ts.isIdentifier(callee)) return cx.reject(callee, problems.global(name, globalAdvice(name)));
  const base = callee.expression;
  const advice = ts.isIdentifier(base) ? globalAdvice(base.text) : undefined;
  if (advice !== undefined) return cx.reject(callee, problems.global(callee.getText(), advice));
  return cx.reject(callee, problems.method(name));
}

function lowerArguments(cx: FunctionContext, node: ts.CallExpression, signature: Signature): Argument[] {
  const spread = node.arguments.find(ts.isSpreadElement);
  if (spread !== undefined) return cx.reject(spread, problems.spreadArgument());
  // An argument for a parameter that is the configuration must be one, and disappears.
  const given = signature.parameters.map((parameter, i) => ({ parameter, node: node.arguments[i] }));
  const accesses = cx.operands(given.map((each) => () => lowerArgument(cx, node, each.parameter, each.node)));
  rejectPlacesAcrossYields(cx, node, signature);
  return accesses.flatMap((access): Argument[] => {
    if (access.kind === 'value') return [{ value: access.expr }];
    return access.kind === 'place' ? [{ place: access.place }] : [];
  });
}

function lowerArgument(
  cx: FunctionContext,
  call: ts.CallExpression,
  parameter: Parameter,
  node: ts.Expression | undefined,
): Access {
  const { type, name } = parameter;
  if (node === undefined) {
    if (parameter.default === null || type.kind === 'configuration' || type.kind === 'vector') {
      return cx.mistyped(call, problems.missingField(name, 'the parameters'));
    }
    return { kind: 'value', expr: constantAs(cx, parameter.default, type) };
  }
  if (type.kind === 'configuration') {
    const access = cx.access(node);
    return access.kind === 'configuration' ? access : cx.reject(node, problems.placeArgument(name));
  }
  if (isPlaceType(type)) return lowerPlaceArgument(cx, node, name, type);
  if (type.kind === 'vector') throw new Error('a vector is a place');
  const expr = cx.expression(node, type);
  const value = convert(expr, type);
  if (value !== null) return { kind: 'value', expr: value };
  return cx.mistyped(node, problems.typeMismatch(typeName(expr.type), typeName(type)));
}

function constantAs(cx: FunctionContext, node: ts.Expression, type: ValueType): Expr {
  const expr = cx.session.constants.evaluate(node, type);
  return convert(expr, type) ?? cx.mistyped(node, problems.typeMismatch(typeName(expr.type), typeName(type)));
}

function lowerPlaceArgument(cx: FunctionContext, node: ts.Expression, name: string, type: Type): Access {
  const inner = withoutParentheses(node);
  const access = isPlaceSyntax(inner) ? cx.access(inner) : null;
  if (access?.kind !== 'place') return cx.reject(node, problems.placeArgument(name));
  if (!fitsPlace(access.type, type)) {
    return cx.reject(node, problems.placeMismatch(name, typeName(access.type), typeName(type)));
  }
  return access;
}

/** `f(kvm.pt[sp], yield* g())`: the table is looked up in one step and used in another. */
function rejectPlacesAcrossYields(cx: FunctionContext, node: ts.CallExpression, signature: Signature): void {
  let yields = false;
  for (let i = node.arguments.length - 1; i >= 0; i--) {
    const argument = node.arguments[i];
    const type = signature.parameters[i]?.type;
    if (argument === undefined || type === undefined) continue;
    const isPlace = type.kind !== 'configuration' && isPlaceType(type);
    if (yields && isPlace && !ts.isIdentifier(withoutParentheses(argument))) {
      cx.reject(argument, problems.targetAcrossYield());
    }
    yields ||= containsYield(argument);
  }
}
