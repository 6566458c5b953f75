/** The lines around a place in a text, as error messages show them. Plain text without colours. */
import type { Span } from './compiler/ir/program.js';

/** The line of the place, the one before and the one after, numbered, with a caret below the column. */
export function codeFrame(text: string, span: Span): string {
  const lines = text.split(/\r?\n/);
  const first = Math.max(1, span.line - 1);
  const last = Math.min(lines.length, span.line + 1);
  const width = String(last).length;
  const frame: string[] = [];
  for (let number = first; number <= last; number++) {
    const line = lines[number - 1] ?? '';
    const isPlace = number === span.line;
    frame.push(`${isPlace ? '>' : ' '} ${String(number).padStart(width)} | ${expandTabs(line)}`.trimEnd());
    if (isPlace) {
      const before = expandTabs(line.slice(0, span.column - 1));
      frame.push(`  ${' '.repeat(width)} | ${' '.repeat(before.length)}^`);
    }
  }
  return frame.join('\n');
}

/** Tabs to the next multiple of eight, as terminals show them, so that the caret stands below its column. */
function expandTabs(text: string): string {
  let column = 0;
  return text.replace(/[^\t]|\t/g, (character) => {
    const width = character === '\t' ? 8 - (column % 8) : 1;
    column += width;
    return character === '\t' ? ' '.repeat(width) : character;
  });
}
