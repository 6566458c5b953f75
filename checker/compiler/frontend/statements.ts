/** Lowers statements. What is wrong in one does not keep the others from being looked at. */
import { ts } from '../../typescript.js';
import type { Expr } from '../ir/program.js';
import { boolConst } from './build.js';
import { unsupported } from './constructs.js';
import type { FunctionContext } from './context.js';
import { lowerDeclarations } from './declarations.js';
import { lowerEffect } from './effects.js';
import { lowerAs } from './expressions.js';
import { lowerDo, lowerFor, lowerJump, lowerLabelled, lowerWhile } from './loops.js';
import { lowerSwitch } from './switches.js';

export function lowerStatement(cx: FunctionContext, node: ts.Statement): void {
  if (ts.isVariableStatement(node)) return lowerDeclarations(cx, node.declarationList);
  if (ts.isExpressionStatement(node)) return lowerEffect(cx, node.expression);
  if (ts.isIfStatement(node)) return lowerIf(cx, node);
  if (ts.isWhileStatement(node)) return lowerWhile(cx, node, null);
  if (ts.isDoStatement(node)) return lowerDo(cx, node, null);
  if (ts.isForStatement(node)) return lowerFor(cx, node, null);
  if (ts.isSwitchStatement(node)) return lowerSwitch(cx, node);
  if (ts.isReturnStatement(node)) return lowerReturn(cx, node);
  if (ts.isBreakStatement(node) || ts.isContinueStatement(node)) return lowerJump(cx, node);
  if (ts.isLabeledStatement(node)) return lowerLabelled(cx, node);
  if (ts.isBlock(node)) {
    for (const statement of node.statements) cx.statement(statement);
    return;
  }
  // Types have no meaning at run time; an empty statement has none at all.
  if (ts.isEmptyStatement(node) || ts.isTypeAliasDeclaration(node) || ts.isInterfaceDeclaration(node)) return;
  cx.reject(node, unsupported(node.kind));
}

function lowerIf(cx: FunctionContext, node: ts.IfStatement): void {
  const span = cx.span(node);
  const test: Expr = cx.attempt(() => cx.condition(node.expression)) ?? boolConst(true, span);
  const then = cx.collect(() => cx.statement(node.thenStatement));
  const { elseStatement } = node;
  const otherwise = elseStatement === undefined ? [] : cx.collect(() => cx.statement(elseStatement));
  cx.emit({ do: 'if', test, then, else: otherwise, span });
}

function lowerReturn(cx: FunctionContext, node: ts.ReturnStatement): void {
  const span = cx.span(node);
  const { expression } = node;
  if (expression === undefined) {
    cx.emit({ do: 'return', value: null, span });
    return;
  }
  if (cx.result === null) {
    // `return f();` of a function without a result.
    lowerEffect(cx, expression);
    cx.emit({ do: 'return', value: null, span });
    return;
  }
  const value = lowerAs(cx, expression, cx.result);
  cx.emit({ do: 'return', value, span });
}
