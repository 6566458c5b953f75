import { expect, it } from 'vitest';
import { codeFrame } from './code-frame.js';

const TEXT = Array.from({ length: 12 }, (_, index) => `line ${index + 1}`).join('\n');

it('shows the line, its neighbours and the column', () => {
  expect(codeFrame(TEXT, { line: 9, column: 6 })).toBe(
    [
      '    7 | line 7',
      '    8 | line 8',
      ' >  9 | line 9',
      '      |      ^',
      '   10 | line 10',
      '   11 | line 11',
    ].join('\n'),
  );
});

it('at the ends of the text shows what there is', () => {
  expect(codeFrame('only', { line: 1, column: 1 })).toBe(' > 1 | only\n     | ^');
  expect(codeFrame(TEXT, { line: 12, column: 1 }, 1)).toBe('   11 | line 11\n > 12 | line 12\n      | ^');
});

it('keeps tabs, so that the mark stands below what it means', () => {
  expect(codeFrame('\tx\ty', { line: 1, column: 4 })).toBe(' > 1 | \tx\ty\n     | \t \t^');
});
