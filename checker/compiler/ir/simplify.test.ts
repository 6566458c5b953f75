import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Expr } from './graph.js';
import { evaluate } from './interpret.js';
import type { BinaryOperator } from './program.js';
import { simplify } from './simplify.js';
import { mapExpr, sameExpr } from './traverse.js';

const constant = (value: number): Expr => ({ op: 'const', value });
const cell = (base: number): Expr => ({ op: 'load', ref: { base, indexes: [] } });

function binary(operators: readonly BinaryOperator[], side: fc.Arbitrary<Expr>): fc.Arbitrary<Expr> {
  return fc
    .tuple(fc.constantFrom(...operators), side, side)
    .map(([operator, left, right]) => ({ op: 'binary', operator, left, right }));
}

function conditional(test: fc.Arbitrary<Expr>, side: fc.Arbitrary<Expr>): fc.Arbitrary<Expr> {
  return fc
    .tuple(test, side, side)
    .map(([tested, then, otherwise]) => ({ op: 'conditional', test: tested, then, else: otherwise }));
}

/** An index into three elements, in range whatever the number is. */
function element(value: Expr): Expr {
  const masked: Expr = { op: 'binary', operator: '&', left: value, right: constant(1) };
  return { op: 'load', ref: { base: 4, indexes: [{ value: masked, stride: 1, length: 3 }] } };
}

/** Cells 0 and 1 are booleans, the others small integers. */
const { number, boolean } = fc.letrec<{ number: Expr; boolean: Expr }>((tie) => ({
  number: fc.oneof(
    { maxDepth: 4 },
    fc.integer({ min: -2, max: 2 }).map(constant),
    fc.constantFrom(cell(2), cell(3)),
    binary(['+', '-', '*', '/', '&', '<<'], tie('number')),
    conditional(tie('boolean'), tie('number')),
    tie('number').map(element),
  ),
  boolean: fc.oneof(
    { maxDepth: 4 },
    fc.nat(1).map(constant),
    fc.constantFrom(cell(0), cell(1)),
    binary(['<', '<=', '>', '>=', '===', '!=='], tie('number')),
    binary(['&&', '||', '===', '!=='], tie('boolean')),
    tie('boolean').map((operand): Expr => ({ op: 'unary', operator: '!', operand })),
    conditional(tie('boolean'), tie('boolean')),
  ),
}));

const small = fc.integer({ min: -3, max: 3 });
const cells = fc.tuple(fc.nat(1), fc.nat(1), small, small, small, small, small);

test('simplifying keeps the value, and is done in one go', () => {
  fc.assert(
    fc.property(fc.oneof(number, boolean), cells, (expr, values) => {
      const simple = mapExpr(expr, simplify);
      expect(evaluate(simple, [], values, values)).toBe(evaluate(expr, [], values, values));
      expect(sameExpr(mapExpr(simple, simplify), simple)).toBe(true);
    }),
    { numRuns: 1000 },
  );
});
