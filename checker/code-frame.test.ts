import fc from 'fast-check';
import { expect, test } from 'vitest';
import { codeFrame } from './code-frame.js';

const TEXT = ['first line', 'second line', 'third line', 'fourth line'].join('\n');

test('a frame shows the line before and the line after', () => {
  expect(codeFrame(TEXT, { file: 'a.ts', line: 2, column: 8 })).toBe(
    ['  1 | first line', '> 2 | second line', '    |        ^', '  3 | third line'].join('\n'),
  );
});

test('at the ends of a text there are fewer lines', () => {
  expect(codeFrame(TEXT, { file: 'a.ts', line: 1, column: 1 })).toBe(
    ['> 1 | first line', '    | ^', '  2 | second line'].join('\n'),
  );
  expect(codeFrame('only', { file: 'a.ts', line: 1, column: 5 })).toBe(
    ['> 1 | only', '    |     ^'].join('\n'),
  );
});

test('line numbers are aligned', () => {
  const text = Array.from({ length: 12 }, (_, i) => `line ${i + 1}`).join('\n');
  expect(codeFrame(text, { file: 'a.ts', line: 9, column: 1 })).toBe(
    ['   8 | line 8', '>  9 | line 9', '     | ^', '  10 | line 10'].join('\n'),
  );
});

test('the caret stands below its column, also behind tabs', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('\t', 'a', ' ')), fc.nat(20), (characters, offset) => {
      const line = `${characters.join('')}!${'b'.repeat(offset)}`;
      const frame = codeFrame(line, { file: 'a.ts', line: 1, column: characters.length + 1 }).split('\n');
      expect(frame[1]?.indexOf('^')).toBe(frame[0]?.indexOf('!'));
    }),
  );
});
