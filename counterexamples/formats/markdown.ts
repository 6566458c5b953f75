/** A table with one column per process for code review, with every change of the state folded away below it. */
import { changeLine } from '../effects.js';
import { statesOf, type Trace } from '../trace.js';
import { conclusion, headline, origin, outcome, placeOf, standing } from './facts.js';
import { actingLanes, visibleEffects } from './rows.js';

export function markdown(trace: Trace): string {
  const lines = [
    `### ${escape(headline(trace))}`,
    '',
    ...origin(trace).map(([word, value]) => `- ${word}: ${escape(value)}`),
    '',
    ...table(trace),
    '',
    `**${escape(conclusion(trace))}**`,
    '',
    ...list('The state, where it is not as at the start', outcome(trace, 12).map(code)),
    ...list(
      'The next step of each process',
      standing(trace).map(
        (row) =>
          `${escape(row.process)}: ${code(row.text)}${row.place === '' ? '' : ` (${code(row.place)})`}`,
      ),
    ),
    ...details(trace),
  ];
  return `${lines.join('\n')}\n`;
}

function table(trace: Trace): string[] {
  const lanes = actingLanes(trace);
  const states = statesOf(trace);
  const lines = [
    `| # | ${lanes.map((lane) => escape(trace.processes[lane] ?? '')).join(' | ')} |`,
    `| ---: | ${lanes.map(() => '---').join(' | ')} |`,
  ];
  let running = '';
  let enclosing = '';
  for (const [index, step] of trace.steps.entries()) {
    const lane = trace.processes.indexOf(step.process);
    const callers = step.stack.slice(0, -1).map((frame) => frame.function);
    const context = callers.join(' > ');
    const shown = context !== '' && (step.process !== running || context !== enclosing);
    running = step.process;
    enclosing = context;
    const cell = [
      ...(shown ? [`in ${code(context)}`] : []),
      `**${code(step.label)}**`,
      ...visibleEffects(step, states[index + 1] ?? trace.initial, trace.locks, 4).map(code),
    ].join('<br>');
    lines.push(`| ${index + 1} | ${lanes.map((each) => (each === lane ? cell : '')).join(' | ')} |`);
  }
  return lanes.length === 0 ? [] : lines;
}

function list(title: string, items: readonly string[]): string[] {
  return items.length === 0 ? [] : [`${title}:`, '', ...items.map((item) => `- ${item}`), ''];
}

function details(trace: Trace): string[] {
  const lines = ['<details>', '<summary>Every change, step by step</summary>', ''];
  for (const [index, step] of trace.steps.entries()) {
    const held = Object.entries(step.locks).map(([lock, how]) => code(`${lock}: ${how}`));
    lines.push(
      `${index + 1}. ${escape(step.process)} at ${code(placeOf(step.stack))}${held.length > 0 ? `, locks ${held.join(', ')}` : ''}`,
    );
    if (step.choices.length > 0) lines.push(`   - choices ${step.choices.join(', ')}`);
    for (const change of step.changes) lines.push(`   - ${code(changeLine(change))}`);
  }
  return [...lines, '', '</details>'];
}

/** Text that Markdown and HTML leave alone, also inside a table. */
function escape(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/[^\p{L}\p{N} .,:;()/=+?'-]|(?<=^|\s)[+-]|\b(?:www\.|https?:)/gu, (part) =>
      [...part].map((char) => `&#${char.codePointAt(0)};`).join(''),
    );
}

/** A code span; one with a character that a code span in a table cannot hold is written with entities. */
function code(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  if (line === '') return '';
  return /^[^`|\\]+$/.test(line) ? `\`${line}\`` : `<code>${entities(line)}</code>`;
}

function entities(text: string): string {
  return text.replace(/[^\p{L}\p{N} ]/gu, (char) => `&#${char.codePointAt(0)};`);
}
