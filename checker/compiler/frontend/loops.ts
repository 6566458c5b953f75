/** Lowers loops and the jumps in them. */
import { ts } from '../../typescript.js';
import type { Expr } from '../ir/program.js';
import { not } from './build.js';
import type { FunctionContext, Jump } from './context.js';
import { lowerCountedLoop } from './counted-loops.js';
import { lowerDeclarations } from './declarations.js';
import { problems } from './problems.js';
import { lowerEffect } from './effects.js';

export function lowerWhile(cx: FunctionContext, node: ts.WhileStatement, name: string | null): void {
  const label = cx.newLabel();
  const body = cx.collect(() => {
    leaveUnless(cx, node.expression, label);
    const continues = { do: 'continue', label } as const;
    inside(cx, { name, breaks: label, continues, implicit: true, used: false }, () =>
      cx.statement(node.statement),
    );
  });
  cx.emit({ do: 'loop', label, body, span: cx.span(node) });
}

export function lowerDo(cx: FunctionContext, node: ts.DoStatement, name: string | null): void {
  const label = cx.newLabel();
  const body = cx.collect(() => {
    lowerBody(cx, node.statement, name, label);
    leaveUnless(cx, node.expression, label);
  });
  cx.emit({ do: 'loop', label, body, span: cx.span(node) });
}

export function lowerFor(cx: FunctionContext, node: ts.ForStatement, name: string | null): void {
  if (lowerCountedLoop(cx, node, name)) return;
  const { initializer, condition, incrementor } = node;
  if (initializer !== undefined) {
    cx.attempt(() => {
      if (ts.isVariableDeclarationList(initializer)) lowerDeclarations(cx, initializer);
      else lowerEffect(cx, initializer);
    });
  }
  const label = cx.newLabel();
  const body = cx.collect(() => {
    if (condition !== undefined) leaveUnless(cx, condition, label);
    lowerBody(cx, node.statement, name, label);
    if (incrementor !== undefined) cx.attempt(() => lowerEffect(cx, incrementor));
  });
  cx.emit({ do: 'loop', label, body, span: cx.span(node) });
}

export function lowerLabelled(cx: FunctionContext, node: ts.LabeledStatement): void {
  const name = node.label.text;
  const { statement } = node;
  if (ts.isWhileStatement(statement)) return lowerWhile(cx, statement, name);
  if (ts.isDoStatement(statement)) return lowerDo(cx, statement, name);
  if (ts.isForStatement(statement)) return lowerFor(cx, statement, name);
  if (!ts.isBlock(statement)) return cx.reject(node, problems.labelled());
  const label = cx.newLabel();
  const jump: Jump = { name, breaks: label, continues: null, implicit: false, used: false };
  const body = cx.collect(() => inside(cx, jump, () => cx.statement(statement)));
  cx.emit({ do: 'block', label, body, span: cx.span(node) });
}

export function lowerJump(cx: FunctionContext, node: ts.BreakStatement | ts.ContinueStatement): void {
  const span = cx.span(node);
  const name = node.label?.text ?? null;
  const isContinue = ts.isContinueStatement(node);
  const jump = cx.jumps.findLast((each) => {
    if (name !== null) return each.name === name;
    return isContinue ? each.continues !== null : each.implicit;
  });
  if (jump === undefined || (isContinue && jump.continues === null)) {
    return cx.reject(node, problems.noJumpTarget(isContinue ? 'continue' : 'break'));
  }
  if (isContinue && jump.continues !== null) {
    jump.used = true;
    cx.emit({ ...jump.continues, span });
  } else {
    cx.emit({ do: 'break', label: jump.breaks, span });
  }
}

/** Lowers `body` with a jump target around it. */
export function inside(cx: FunctionContext, jump: Jump, body: () => void): void {
  cx.jumps.push(jump);
  try {
    body();
  } finally {
    cx.jumps.pop();
  }
}

/** The body of a loop in which something follows the body: `continue` leaves a block around it. */
function lowerBody(cx: FunctionContext, node: ts.Statement, name: string | null, breaks: number): void {
  const label = cx.newLabel();
  const jump: Jump = { name, breaks, continues: { do: 'break', label }, implicit: true, used: false };
  const body = cx.collect(() => inside(cx, jump, () => cx.statement(node)));
  if (jump.used) cx.emit({ do: 'block', label, body, span: cx.span(node) });
  else cx.emitAll(body);
}

function leaveUnless(cx: FunctionContext, condition: ts.Expression, label: number): void {
  const test: Expr | null = cx.attempt(() => cx.condition(condition));
  if (test === null || (test.op === 'const' && test.value === true)) return;
  const span = cx.span(condition);
  cx.emit({ do: 'if', test: not(test), then: [{ do: 'break', label, span }], else: [], span });
}
