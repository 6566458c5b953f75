/** Shows a place in a text: the line with its neighbours, and a mark below the column. */
import type { Span } from './compiler/ir/program.js';

/**
 * ```
 *    12 | export function* latch(house: House, door: number): Op {
 *  > 13 |   yield () => !house.latches[door];
 *       |                      ^
 * ```
 */
export function codeFrame(
  text: string,
  { line, column }: Pick<Span, 'line' | 'column'>,
  context = 2,
): string {
  const lines = text.split('\n');
  const first = Math.max(1, line - context);
  const last = Math.min(lines.length, line + context);
  const width = String(last).length;
  const frame: string[] = [];
  for (let number = first; number <= last; number++) {
    const source = (lines[number - 1] ?? '').trimEnd();
    frame.push(` ${number === line ? '>' : ' '} ${String(number).padStart(width)} | ${source}`.trimEnd());
    // A tab is as wide below as it is above.
    const indent = source.slice(0, column - 1).replace(/[^\t]/g, ' ');
    if (number === line) frame.push(`   ${' '.repeat(width)} | ${indent}^`);
  }
  return frame.join('\n');
}
