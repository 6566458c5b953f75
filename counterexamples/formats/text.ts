/**
 * The plain-text table that is pasted into mail: ASCII, no tabs, no trailing blanks, at most 100 columns, one lane per
 * process that acts.
 */
import type { Trace } from '../trace.js';
import { conclusion, configuration, headline, origin, outcome, standing } from './facts.js';
import { ascii, fold } from './fold.js';
import { type Paint, renderTable } from './table.js';

export interface TextOptions {
  readonly width?: number;
  /** Places that are not to be told of, by path: for readers who are shown one property. */
  readonly hidden?: (path: string) => boolean;
}

export const MAIL_WIDTH = 100;
/** Nothing readable fits into less; a narrower terminal wraps the lines. */
export const NARROWEST_PAGE = 60;

export function text(trace: Trace, { width: wanted = MAIL_WIDTH, hidden }: TextOptions = {}): string {
  const width = Math.max(NARROWEST_PAGE, wanted);
  const lines = [
    ...opening(trace, width),
    '',
    ...renderTable(trace, {
      width,
      effectLimit: 4,
      paint: plain,
      ...(hidden === undefined ? {} : { hidden }),
    }),
    '',
    ...ending(trace, width, hidden),
  ];
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}

export function opening(trace: Trace, width: number): string[] {
  const count = trace.steps.length;
  const lines = fold(ascii(`${headline(trace)} (${count} ${count === 1 ? 'step' : 'steps'})`), width, '  ');
  for (const [word, value] of origin(trace)) lines.push(...fold(ascii(`${word}: ${value}`), width, '  '));
  return lines;
}

export function ending(trace: Trace, width: number, hidden?: (path: string) => boolean): string[] {
  const lines = fold(ascii(`=> ${conclusion(trace)}`), width, '   ');
  const changed = outcome(trace, 12, hidden);
  if (changed.length > 0) {
    lines.push('', 'The state, where it is not as at the start:');
    for (const line of changed) lines.push(...indented(line, width));
  }
  lines.push('', 'The next step of each process:');
  const rows = standing(trace).map((row) => ({ ...row, process: ascii(row.process), text: ascii(row.text) }));
  const column = Math.min(20, Math.max(...rows.map((row) => row.process.length)));
  for (const row of rows) {
    const place = row.place === '' ? '' : `  ${row.place}`;
    lines.push(...indented(`${row.process.padEnd(column)}  ${row.text}${place}`, width));
  }
  const settings = configuration(trace);
  if (settings !== '') lines.push('', ...fold(ascii(`Configuration: ${settings}`), width, '  '));
  return lines;
}

function indented(line: string, width: number): string[] {
  return fold(line.replace(/[^\x20-\x7e]/gu, '?'), width - 2, '  ').map((part) => `  ${part}`);
}

const plain: Paint = (cell) => cell;
