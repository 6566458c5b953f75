/** A Mermaid sequence diagram: one lifeline per process that acts, one note per step. */
import type { Trace } from '../trace.js';
import { conclusion, cycleBegins, headline } from './facts.js';
import { printable } from './fold.js';
import { actingLanes, phraseSteps } from './rows.js';

export function mermaid(trace: Trace): string {
  const acting = actingLanes(trace);
  const lanes = acting.length > 0 ? acting : [...trace.processes.keys()];
  const lines = ['sequenceDiagram', `  title ${escape(headline(trace))}`];
  for (const lane of lanes) lines.push(`  participant p${lane} as ${escape(trace.processes[lane] ?? '')}`);
  let context = '';
  const begins = cycleBegins(trace);
  for (const [index, phrase] of phraseSteps(trace, { afresh: false, effectLimit: 4 }).entries()) {
    const now = `${phrase.lane} ${phrase.context}`;
    const parts = [
      ...(phrase.context !== null && now !== context ? [`in ${phrase.context}`] : []),
      phrase.label,
      ...phrase.effects,
    ];
    context = now;
    if (index + 1 === begins) lines.push('  loop for ever');
    lines.push(`  Note over p${phrase.lane}: ${index + 1}. ${parts.map(escape).join('<br/>')}`);
  }
  if (begins !== null) lines.push('  end');
  const span = lanes.length === 1 ? `p${lanes[0]}` : `p${lanes[0]},p${lanes.at(-1)}`;
  lines.push(`  Note over ${span}: ${escape(conclusion(trace))}`);
  return `${lines.join('\n')}\n`;
}

/**
 * Everything that could mean something to Mermaid, or to the HTML that it makes, as an entity code. A name that is
 * nothing but blanks would end the line too early.
 */
function escape(text: string): string {
  const line = printable(text).trim();
  return (line === '' ? '?' : line).replace(
    /[^\p{L}\p{N} ._()[\]=,+?!/]/gu,
    (char) => `#${char.codePointAt(0)};`,
  );
}
