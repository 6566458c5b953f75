/** Lowers `switch` to comparisons one after the other. Only empty cases fall through. */
import { ts } from '../../typescript.js';
import type { Expr, Stmt } from '../ir/program.js';
import { binary, boolConst } from './build.js';
import type { FunctionContext, Jump } from './context.js';
import { BOOL, unify } from './convert.js';
import { typeName } from '../ir/type-name.js';
import { inside } from './loops.js';
import { problems } from './problems.js';
import { Rejected } from './report.js';

/** Cases that share statements; `default` among them means every value. */
interface Group {
  readonly labels: readonly ts.Expression[];
  readonly isDefault: boolean;
  readonly statements: readonly ts.Statement[];
}

export function lowerSwitch(cx: FunctionContext, node: ts.SwitchStatement): void {
  const span = cx.span(node);
  const label = cx.newLabel();
  const jump: Jump = { name: null, breaks: label, continues: null, implicit: true, used: false };
  const body = cx.collect(() => {
    const subject = cx.attempt(() => cx.snapshot(cx.expression(node.expression)));
    const branches = groupsOf(cx, node).map((group) => ({
      group,
      test: cx.attempt(() => testOf(cx, node, group, subject)) ?? boolConst(true, span),
      statements: cx.collect(() => {
        inside(cx, jump, () => {
          for (const statement of withoutFinalBreak(group.statements)) cx.statement(statement);
        });
      }),
    }));
    const last = branches.at(-1);
    const isExhaustive =
      subject !== null &&
      coversAll(
        subject,
        branches.map(({ test }) => test),
      );
    const fallback = branches.find(({ group }) => group.isDefault) ?? (isExhaustive ? last : undefined);
    const otherwise = fallback?.statements ?? [];
    const chain = branches
      .filter((branch) => branch !== fallback)
      .reduceRight<Stmt[]>(
        (rest, { test, statements }) => [{ do: 'if', test, then: statements, else: rest, span: test.span }],
        otherwise,
      );
    cx.emitAll(chain);
  });
  cx.emit({ do: 'block', label, body, span });
}

function groupsOf(_cx: FunctionContext, node: ts.SwitchStatement): readonly Group[] {
  const groups: Group[] = [];
  let labels: ts.Expression[] = [];
  let isDefault = false;
  const { clauses } = node.caseBlock;
  for (const [position, clause] of clauses.entries()) {
    if (ts.isCaseClause(clause)) labels.push(clause.expression);
    else isDefault = true;
    // TypeScript reports a case with statements that falls through.
    if (clause.statements.length === 0 && position < clauses.length - 1) continue;
    groups.push({ labels, isDefault, statements: clause.statements });
    labels = [];
    isDefault = false;
  }
  return groups;
}

function testOf(cx: FunctionContext, node: ts.Node, group: Group, subject: Expr | null): Expr {
  const tests = group.labels.map((label) => cx.attempt(() => compare(cx, label, subject)));
  const complete = tests.filter((test) => test !== null);
  if (complete.length < tests.length) throw new Rejected();
  const [first, ...others] = complete;
  if (first === undefined) return boolConst(true, cx.span(node));
  return others.reduce((left, right) => binary('||', left, right, BOOL, left.span), first);
}

function compare(cx: FunctionContext, label: ts.Expression, subject: Expr | null): Expr {
  const value =
    cx.session.reporter.quietly(() => cx.session.constants.evaluate(label, null)) ??
    cx.reject(label, problems.caseConstant());
  if (subject === null) throw new Rejected();
  const both = subject.type.kind === 'record' ? null : unify(subject, value);
  if (both === null)
    return cx.reject(label, problems.typeMismatch(typeName(value.type), typeName(subject.type)));
  return binary('===', both.left, both.right, BOOL, cx.span(label));
}

/** Whether the tests name every string of an enumeration: then the last one is true where the others are false. */
function coversAll(subject: Expr, tests: readonly Expr[]): boolean {
  if (subject.type.kind !== 'enum') return false;
  const named = new Set(tests.flatMap(comparedValues));
  return subject.type.values.every((value) => named.has(value));
}

function comparedValues(test: Expr): readonly (number | boolean | string)[] {
  if (test.op !== 'binary') return [];
  if (test.operator === '||') return [...comparedValues(test.left), ...comparedValues(test.right)];
  return test.right.op === 'const' ? [test.right.value] : [];
}

function withoutFinalBreak(statements: readonly ts.Statement[]): readonly ts.Statement[] {
  const last = statements.at(-1);
  if (last !== undefined && ts.isBreakStatement(last) && last.label === undefined)
    return statements.slice(0, -1);
  if (statements.length === 1 && last !== undefined && ts.isBlock(last))
    return withoutFinalBreak(last.statements);
  return statements;
}
