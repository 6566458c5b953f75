/** What `trace show` prints: the table of the mail, in colour, and below it every step in full with its place and locks. */
import { changeLine } from '../effects.js';
import type { Trace, TraceStep } from '../trace.js';
import { callPlace } from './facts.js';
import { ascii, fold } from './fold.js';
import { type Paint, renderTable } from './table.js';
import { ending, MAIL_WIDTH, NARROWEST_PAGE, opening } from './text.js';

export interface TerminalOptions {
  readonly width?: number;
  readonly colour?: boolean;
}

export function terminal(
  trace: Trace,
  { width: wanted = MAIL_WIDTH, colour = false }: TerminalOptions = {},
): string {
  const width = Math.max(NARROWEST_PAGE, wanted);
  const paint: Paint = colour ? painted : (text) => text;
  const head = (line: string): string => (colour ? styled(BOLD, line) : line);
  const lines = [
    ...opening(trace, width).map((line, index) => (index === 0 ? head(line) : line)),
    '',
    ...renderTable(trace, { width, effectLimit: 6, paint }),
    '',
    ...ending(trace, width).map((line) => (line.startsWith('=>') && colour ? styled(RED, line) : line)),
    '',
    head('Step by step:'),
  ];
  for (const [index, step] of trace.steps.entries()) {
    const lane = trace.processes.indexOf(step.process);
    const number = String(index + 1).padStart(3);
    const title = ascii(`${step.process}: ${step.label}`);
    for (const [at, line] of fold(title, width - 5, '  ').entries()) {
      lines.push(
        at === 0 ? `${paint(number, 'number', lane)}  ${paint(line, 'step', lane)}` : `     ${line}`,
      );
    }
    for (const line of details(step)) {
      for (const part of fold(ascii(line), width - 7, '  '))
        lines.push(`       ${paint(part, 'effect', lane)}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

/** Where the step is, how it got there, what it chose, changed and left locked. */
function details(step: TraceStep): string[] {
  const lines = [`${callPlace(step.stack)} in ${step.stack.map((frame) => frame.function).join(' > ')}`];
  if (step.choices.length > 0) lines.push(`choices ${step.choices.join(', ')}`);
  lines.push(...step.changes.map(changeLine));
  const held = Object.entries(step.locks).map(([lock, how]) => `${lock}: ${how}`);
  if (held.length > 0) lines.push(`[${held.join('; ')}]`);
  return lines;
}

const BOLD = '1';
const DIM = '2';
const RED = '1;31';
const LANES = ['36', '33', '35', '32', '34'] as const;

const painted: Paint = (text, role, lane) => {
  const own = LANES[lane % LANES.length] ?? '0';
  switch (role) {
    case 'head':
      return styled(BOLD, text);
    case 'number':
      return styled(DIM, text);
    case 'frame':
      return styled(DIM, text);
    case 'step':
      return styled(own, text);
    case 'error':
      return styled(RED, text);
    case 'effect':
      return text;
  }
};

function styled(code: string, text: string): string {
  return `\u001b[${code}m${text}\u001b[0m`;
}
