/** Names, fields and elements: what part of the state, which variable or constant an expression denotes. */
import { ts } from '../../typescript.js';
import type { Type } from '../ir/program.js';
import { boundValue } from './build.js';
import { unsupported } from './constructs.js';
import type { Access, Binding, FunctionContext } from './context.js';
import { fieldOf } from './convert.js';
import { typeName } from '../ir/type-name.js';
import { globalAdvice } from './globals.js';
import { CONFIGURATION } from './model-type.js';
import { problems } from './problems.js';
import { inLibrary, languageName } from './project.js';
import { Rejected } from './report.js';
import { resolvedSymbol } from './types.js';

export function lowerAccess(cx: FunctionContext, node: ts.Expression): Access {
  if (ts.isParenthesizedExpression(node)) return cx.access(node.expression);
  if (ts.isIdentifier(node)) return lowerIdentifier(cx, node);
  if (ts.isPropertyAccessExpression(node)) return lowerProperty(cx, node);
  if (ts.isElementAccessExpression(node)) return lowerElement(cx, node);
  return cx.value(node);
}

/** The symbol that an identifier means, `{ pfn }` included. */
export function symbolOf(cx: FunctionContext, node: ts.Identifier): ts.Symbol | undefined {
  const { checker } = cx.session;
  return ts.isShorthandPropertyAssignment(node.parent)
    ? checker.getShorthandAssignmentValueSymbol(node.parent)
    : resolvedSymbol(checker, node);
}

function lowerIdentifier(cx: FunctionContext, node: ts.Identifier): Access {
  if (node.text === 'undefined') return cx.reject(node, problems.nullable('undefined'));
  let symbol = symbolOf(cx, node);
  if (symbol !== undefined && symbol.flags & ts.SymbolFlags.Alias) {
    symbol = cx.session.checker.getAliasedSymbol(symbol);
  }
  const declaration = symbol?.declarations?.[0];
  if (symbol === undefined || declaration === undefined) {
    return cx.mistyped(node, problems.global(node.text, globalAdvice(node.text)));
  }
  const binding = cx.bindingOf(symbol);
  return binding === undefined ? lowerOuterName(cx, node, declaration) : boundAccess(cx, node, binding);
}

function boundAccess(cx: FunctionContext, node: ts.Identifier, binding: Binding): Access {
  if (binding.kind === 'rejected') throw new Rejected();
  if (binding.kind === 'configuration') return CONFIGURATION;
  const { type } = cx.variableAt(binding.variable);
  return { kind: 'place', place: { variable: binding.variable, path: [], span: cx.span(node) }, type };
}

/** A name that the function does not declare itself. */
function lowerOuterName(cx: FunctionContext, node: ts.Identifier, declaration: ts.Declaration): Access {
  const name = node.text;
  if (languageName(declaration) !== null || ts.isFunctionDeclaration(declaration)) {
    return cx.reject(node, problems.functionAsValue(name));
  }
  if (inLibrary(declaration)) return cx.reject(node, problems.global(name, globalAdvice(name)));
  if (!ts.isVariableDeclaration(declaration)) {
    const isParameter = ts.isParameter(declaration) || ts.isBindingElement(declaration);
    return cx.reject(node, isParameter ? problems.notConstant(name) : unsupported(declaration.kind));
  }
  if (cx.form === 'constant' && !isModuleLevel(declaration))
    return cx.reject(node, problems.notConstant(name));
  if (!(declaration.parent.flags & ts.NodeFlags.Const)) return cx.reject(node, problems.moduleVariable(name));
  const value = cx.session.constants.valueOf(declaration);
  if ('literal' in value) return { kind: 'namespace', literal: value.literal };
  const { type } = value;
  if (type.kind === 'record' && type.mutable) return { kind: 'template', expr: value, type };
  return { kind: 'value', expr: value };
}

function isModuleLevel(declaration: ts.VariableDeclaration): boolean {
  return (
    ts.isVariableStatement(declaration.parent.parent) && ts.isSourceFile(declaration.parent.parent.parent)
  );
}

function lowerProperty(cx: FunctionContext, node: ts.PropertyAccessExpression): Access {
  if (node.questionDotToken !== undefined) return cx.reject(node, unsupported(node.questionDotToken.kind));
  const name = node.name.text;
  const imported = namespaceMember(cx, node);
  if (imported !== null) return lowerOuterName(cx, imported.name, imported.declaration);

  const base = cx.access(node.expression);
  if (base.kind === 'namespace') return constantMember(cx, node, base.literal);
  if (base.kind === 'configuration') {
    const type = cx.session.types.configuration.get(name);
    if (type === undefined) return cx.mistyped(node.name, problems.noSuchField(name, 'the configuration'));
    return { kind: 'value', expr: { op: 'config', name, type, span: cx.span(node) } };
  }
  const type = base.kind === 'place' ? base.type : base.expr.type;
  if (type.kind === 'vector' && name === 'length') {
    return { kind: 'value', expr: boundValue(type.length, cx.span(node)) };
  }
  if (type.kind !== 'record') {
    if (type.kind === 'enum') return cx.reject(node, problems.stringComputation());
    return cx.mistyped(node.name, problems.noSuchField(name, typeName(type)));
  }
  if (cx.session.types.configurationField(type) === name) return CONFIGURATION;
  const field = type.fields.find((each) => each.name === name);
  if (field === undefined) return cx.mistyped(node.name, problems.noSuchField(name, typeName(type)));
  return fieldAccess(cx, node, base, name, field.type);
}

function fieldAccess(cx: FunctionContext, node: ts.Node, base: Access, name: string, type: Type): Access {
  if (base.kind === 'place') {
    const place = { ...base.place, path: [...base.place.path, { field: name }], span: cx.span(node) };
    return { kind: 'place', place, type, owner: base.type };
  }
  if ((base.kind !== 'value' && base.kind !== 'template') || type.kind === 'vector') {
    return cx.reject(node, problems.placeAsValue(typeName(type)));
  }
  return { kind: 'value', expr: fieldOf(base.expr, name, type, cx.span(node)) };
}

function lowerElement(cx: FunctionContext, node: ts.ElementAccessExpression): Access {
  if (node.questionDotToken !== undefined) return cx.reject(node, unsupported(node.questionDotToken.kind));
  const [base, index] = cx.operands([
    () => cx.access(node.expression),
    () => cx.value(node.argumentExpression),
  ]);
  if (base?.kind !== 'place' || base.type.kind !== 'vector' || index?.kind !== 'value') {
    return cx.reject(node, problems.indexNeeded());
  }
  if (index.expr.type.kind !== 'int' && index.expr.type.kind !== 'number') {
    return cx.mistyped(node.argumentExpression, problems.typeMismatch(typeName(index.expr.type), 'number'));
  }
  const path = [...base.place.path, { index: index.expr }];
  return { kind: 'place', place: { ...base.place, path, span: cx.span(node) }, type: base.type.element };
}

/** `spte.NONPRESENT` after `import * as spte`. */
function namespaceMember(
  cx: FunctionContext,
  node: ts.PropertyAccessExpression,
): { readonly name: ts.Identifier; readonly declaration: ts.Declaration } | null {
  if (!ts.isIdentifier(node.expression) || !ts.isIdentifier(node.name)) return null;
  const base = cx.session.checker.getSymbolAtLocation(node.expression);
  if (!base?.declarations?.some(ts.isNamespaceImport)) return null;
  const declaration = resolvedSymbol(cx.session.checker, node.name)?.declarations?.[0];
  if (declaration === undefined) return cx.mistyped(node.name, problems.unknownName(node.name.text));
  return { name: node.name, declaration };
}

function constantMember(
  cx: FunctionContext,
  node: ts.PropertyAccessExpression,
  literal: ts.ObjectLiteralExpression,
): Access {
  const name = node.name.text;
  for (const member of literal.properties) {
    if (!ts.isPropertyAssignment(member) || member.name.getText() !== name) continue;
    const inner = ts.isParenthesizedExpression(member.initializer)
      ? member.initializer.expression
      : member.initializer;
    if (ts.isObjectLiteralExpression(inner)) return { kind: 'namespace', literal: inner };
    return { kind: 'value', expr: cx.session.constants.evaluate(member.initializer, null) };
  }
  return cx.reject(node.name, problems.notConstant(name));
}

/** The variable that an expression names directly, or null. */
export function variableNamed(cx: FunctionContext, node: ts.Expression): number | null {
  if (ts.isParenthesizedExpression(node)) return variableNamed(cx, node.expression);
  if (!ts.isIdentifier(node)) return null;
  const symbol = symbolOf(cx, node);
  const binding = symbol === undefined ? undefined : cx.bindingOf(symbol);
  return binding?.kind === 'variable' ? binding.variable : null;
}
