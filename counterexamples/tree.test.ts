import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { arbitraryTrace } from './testing/arbitrary-trace.js';
import { statesOf } from './trace.js';
import { applyChanges, differences, formatPath, lookUp, Mismatch, parsePath, scalars } from './tree.js';

describe('differences', () => {
  test('applied to the state before, they give the state after', () => {
    fc.assert(
      fc.property(arbitraryTrace, (trace) => {
        const states = statesOf(trace);
        for (const before of states) {
          for (const after of states) expect(applyChanges(before, differences(before, after))).toEqual(after);
        }
      }),
    );
  });

  test('name exactly the scalars that differ', () => {
    const before = { a: 1, b: [{ c: true }, { c: false }], d: { e: 'X' } };
    const after = { a: 1, b: [{ c: true }, { c: true }], d: { e: 'Y' } };
    expect(differences(before, after)).toEqual([
      { path: 'b[1].c', before: false, after: true },
      { path: 'd.e', before: 'X', after: 'Y' },
    ]);
  });

  test('two states of different shape are an error of the program', () => {
    expect(() => differences({ a: 1 }, { b: 1 })).toThrow("at 'a'");
    expect(() => differences({ a: [1] }, { a: [1, 2] })).toThrow("at 'a'");
  });
});

describe('applyChanges', () => {
  const state = { a: 1, b: [{ c: true }] };

  test.each([
    ['a.x', 'names no value'],
    ['b[1].c', 'names no value'],
    ['b[0]', 'names no value'],
    ['b[0].toString', 'names no value'],
    ['a b', 'not a path'],
    ['', 'not a path'],
  ])('refuses the path %j', (path, message) => {
    expect(() => applyChanges(state, [{ path, before: 1, after: 2 }])).toThrow(message);
  });

  test('refuses a change from another value than the present one', () => {
    expect(() => applyChanges(state, [{ path: 'a', before: 2, after: 3 }])).toThrow(Mismatch);
  });

  test('leaves the state before as it was', () => {
    applyChanges(state, [{ path: 'b[0].c', before: true, after: false }]);
    expect(state).toEqual({ a: 1, b: [{ c: true }] });
  });
});

test('paths are printed and read back', () => {
  fc.assert(
    fc.property(arbitraryTrace, ({ initial }) => {
      for (const { path, value } of scalars(initial)) {
        expect(parsePath(formatPath(path))).toEqual(path);
        expect(lookUp(initial, path)).toBe(value);
      }
    }),
  );
});
