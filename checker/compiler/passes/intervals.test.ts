import fc from 'fast-check';
import { expect, test } from 'vitest';
import { applyBinary, applyUnary, INT_MAX, INT_MIN } from '../ir/operators.js';
import { binaryInterval, type Interval, unaryInterval } from './intervals.js';

const operators = [
  ...['+', '-', '*', '/', '%', '<<', '>>', '>>>', '&', '|', '^'],
  ...['<', '<=', '>', '>=', '===', '!==', '&&', '||'],
] as const;
const integer = fc.oneof(
  fc.integer({ min: -9, max: 9 }),
  fc.integer({ min: INT_MIN, max: INT_MAX }),
  fc.constantFrom(INT_MIN, INT_MAX, 31, 32),
);
/** An interval and a member of it. */
const member = fc
  .tuple(integer, integer, fc.nat(1000))
  .map(([a, b, where]): Interval & { readonly value: number } => {
    const [lo, hi] = [Math.min(a, b), Math.max(a, b)];
    return { lo, hi, value: Math.min(hi, lo + Math.floor(((hi - lo) * where) / 1000)) };
  });

test('the result of an operator lies in the interval of its results', () => {
  fc.assert(
    fc.property(fc.constantFrom(...operators), member, member, (operator, a, b) => {
      if ((operator === '/' || operator === '%') && b.value === 0) return;
      const result = applyBinary(operator as Parameters<typeof applyBinary>[0], a.value, b.value);
      const interval = binaryInterval(operator as Parameters<typeof applyBinary>[0], a, b);
      expect(result).toBeGreaterThanOrEqual(interval.lo);
      expect(result).toBeLessThanOrEqual(interval.hi);
    }),
    { numRuns: 3000 },
  );
  fc.assert(
    fc.property(fc.constantFrom('!', '-', '~'), member, (operator, a) => {
      const result = applyUnary(operator, a.value);
      const interval = unaryInterval(operator, a);
      expect(result).toBeGreaterThanOrEqual(interval.lo);
      expect(result).toBeLessThanOrEqual(interval.hi);
    }),
  );
});
