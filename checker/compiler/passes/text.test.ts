import * as fc from 'fast-check';
import { ts } from 'ts-morph';
import { expect, it } from 'vitest';
import { BINARY } from '../ir/precedence.js';
import type { BinaryOperator, Expr, Function, Scalar, UnaryOperator } from '../ir/program.js';
import { exprText } from './text.js';

const span = { file: 'model.ts', line: 1, column: 1 };
const type: Scalar = { kind: 'bool' };
const NAMES = ['a', 'b', 'c'];
const fn = { variables: NAMES.map((name) => ({ name, span, type })) } as unknown as Function;

const operators = Object.keys(BINARY) as BinaryOperator[];
const { expr } = fc.letrec<{ expr: Expr }>((tie) => ({
  expr: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc
      .nat({ max: 2 })
      .map((variable): Expr => ({ op: 'read', place: { span, variable, path: [] }, type, span })),
    fc
      .tuple(fc.constantFrom<UnaryOperator>('!', '-', '~'), tie('expr'))
      .map(([operator, operand]): Expr => ({ op: 'unary', operator, operand, type, span })),
    fc
      .tuple(fc.constantFrom(...operators), tie('expr'), tie('expr'))
      .map(([operator, left, right]): Expr => ({ op: 'binary', operator, left, right, type, span })),
    fc
      .tuple(tie('expr'), tie('expr'), tie('expr'))
      .map(([test, then, other]): Expr => ({ op: 'conditional', test, then, else: other, type, span })),
  ),
}));

/** With parentheses around everything. */
function explicit(each: Expr): string {
  switch (each.op) {
    case 'read':
      return NAMES[each.place.variable] ?? '';
    case 'unary':
      return `(${each.operator}${explicit(each.operand)})`;
    case 'binary':
      return `(${explicit(each.left)} ${each.operator} ${explicit(each.right)})`;
    case 'conditional':
      return `(${explicit(each.test)} ? ${explicit(each.then)} : ${explicit(each.else)})`;
    default:
      throw new Error(each.op);
  }
}

/** The same of a text, as TypeScript reads it. */
function read(text: string): string {
  const [statement] = ts.createSourceFile('text.ts', `(${text});`, ts.ScriptTarget.Latest).statements;
  const visit = (node: ts.Node): string => {
    if (ts.isParenthesizedExpression(node)) return visit(node.expression);
    if (ts.isIdentifier(node)) return node.text;
    if (ts.isPrefixUnaryExpression(node)) return `(${ts.tokenToString(node.operator)}${visit(node.operand)})`;
    if (ts.isBinaryExpression(node))
      return `(${visit(node.left)} ${ts.tokenToString(node.operatorToken.kind)} ${visit(node.right)})`;
    if (ts.isConditionalExpression(node))
      return `(${visit(node.condition)} ? ${visit(node.whenTrue)} : ${visit(node.whenFalse)})`;
    throw new Error(`${ts.SyntaxKind[node.kind]} in ${text}`);
  };
  if (statement === undefined || !ts.isExpressionStatement(statement)) throw new Error(text);
  return visit(statement.expression);
}

it('says what the expression means, to whoever knows the precedence of operators', () => {
  fc.assert(
    fc.property(expr, (each) => {
      expect(read(exprText(fn, each))).toBe(explicit(each));
    }),
  );
});
