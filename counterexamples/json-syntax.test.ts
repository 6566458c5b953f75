import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findJsonError } from './json-syntax.js';

describe('findJsonError', () => {
  test('agrees with JSON.parse on damaged documents', () => {
    const damaged = fc
      .tuple(
        fc.json({ maxDepth: 3 }),
        fc.nat(),
        fc.nat(3),
        fc.constantFrom('', '"', ',', '}', ']', '1', '\\', '\n', 'x'),
      )
      .map(([text, at, cut, put]) => {
        const place = at % (text.length + 1);
        return text.slice(0, place) + put + text.slice(place + cut);
      });
    fc.assert(
      fc.property(damaged, (text) => {
        expect(findJsonError(text) === null).toBe(parses(text));
      }),
      { numRuns: 2000 },
    );
  });

  test('a document that is cut off is reported as such, at its end', () => {
    const text = JSON.stringify({ a: [15, true, null, 'x\\u0041"'], b: { c: -1 } }, null, 2);
    for (let length = 0; length < text.length; length++) {
      const cut = text.slice(0, length);
      const error = findJsonError(cut);
      expect(error, cut).toMatchObject({ truncated: true });
    }
  });

  test('names line and column', () => {
    expect(findJsonError('{\n  "a": 1,\n  b: 2\n}')).toEqual({ line: 3, column: 3, truncated: false });
    expect(findJsonError('{"a": 1}}')).toEqual({ line: 1, column: 9, truncated: false });
    expect(findJsonError('')).toEqual({ line: 1, column: 1, truncated: true });
  });
});

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
