/** A table with one column per process for code review, with every change of the state folded away below it. */
import { changeLine } from '../effects.js';
import type { Trace } from '../trace.js';
import {
  callPlace,
  conclusion,
  configuration,
  cycleBegins,
  headline,
  origin,
  outcome,
  standing,
} from './facts.js';
import { printable } from './fold.js';
import { actingLanes, phraseSteps } from './rows.js';

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
    ...list('Configuration', configuration(trace) === '' ? [] : [code(configuration(trace))]),
    ...details(trace),
  ];
  return `${lines.join('\n')}\n`;
}

function table(trace: Trace): string[] {
  const lanes = actingLanes(trace);
  const lines = [
    `| # | ${lanes.map((lane) => escape(trace.processes[lane] ?? '')).join(' | ')} |`,
    `| ---: | ${lanes.map(() => '---').join(' | ')} |`,
  ];
  let context = '';
  const begins = cycleBegins(trace);
  for (const [index, phrase] of phraseSteps(trace, { afresh: false, effectLimit: 4 }).entries()) {
    const now = `${phrase.lane} ${phrase.context}`;
    const cell = [
      ...(phrase.context !== null && now !== context ? [`in ${code(phrase.context)}`] : []),
      `**${code(phrase.label)}**`,
      ...phrase.effects.map(code),
    ].join('<br>');
    context = now;
    if (index + 1 === begins) lines.push(`| ↻ | ${lanes.map(() => '*from here for ever*').join(' | ')} |`);
    lines.push(`| ${index + 1} | ${lanes.map((each) => (each === phrase.lane ? cell : '')).join(' | ')} |`);
  }
  return lanes.length === 0 ? [] : lines;
}

function list(title: string, items: readonly string[]): string[] {
  return items.length === 0 ? [] : [`${title}:`, '', ...items.map((item) => `- ${item}`), ''];
}

function details(trace: Trace): string[] {
  const lines = ['<details>', '<summary>Every change, step by step</summary>', ''];
  for (const [index, step] of trace.steps.entries()) {
    const calls = step.stack.map((frame) => frame.function).join(' > ');
    lines.push(`${index + 1}. ${escape(step.process)}: ${code(calls)} at ${code(callPlace(step.stack))}`);
    if (step.choices.length > 0) lines.push(`    - choices ${step.choices.join(', ')}`);
    for (const change of step.changes) lines.push(`    - ${code(changeLine(change))}`);
    const held = Object.entries(step.locks).map(([lock, how]) => code(`${lock}: ${how}`));
    if (held.length > 0) lines.push(`    - locks ${held.join(', ')}`);
  }
  return [...lines, '', '</details>'];
}

/** Text that Markdown and HTML leave alone, also inside a table. */
function escape(text: string): string {
  return entities(
    printable(text),
    /[^\p{L}\p{N} .,:;()/=?'_-]|^[-_]|[-_]$|(?<=\W)[-_]|[-_](?=\W)|www\.|:\/\//giu,
  );
}

/** A code span; one with a character that a code span in a table cannot hold is written with entities. */
function code(text: string): string {
  const line = printable(text).trim();
  if (line === '') return '';
  return /^[^`|\\]+$/.test(line) ? `\`${line}\`` : `<code>${entities(line, /[^\p{L}\p{N} ]/gu)}</code>`;
}

function entities(text: string, special: RegExp): string {
  return text.replace(special, (part) => [...part].map((char) => `&#${char.codePointAt(0)};`).join(''));
}
