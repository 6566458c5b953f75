/** Reports for people: one scenario in full, and the rows of the catalogue's summary table. */
import { settings } from '../../counterexamples/formats/facts.js';
import { fold } from '../../counterexamples/formats/fold.js';
import { text } from '../../counterexamples/formats/text.js';
import { summary } from '../check/catalogue.js';
import { isExpected, type PropertyReport, type ScenarioReport } from '../check/report.js';
import type { LimitName } from '../check/verdict.js';
import type { Verdict } from '../language/index.js';
import { statisticsLines } from './statistics-text.js';
import type { Look, Style } from './style.js';
import type { TraceFolder } from './trace-folder.js';
import { type Column, grouped, plural, tableRow } from './table.js';

/** Everything about one scenario: the verdicts, the scope that they hold in, and the counterexamples. */
export function scenarioText(report: ScenarioReport, style: Style, width: number): string {
  const [title = '', ...more] = fold(`${report.scenario}: ${report.title}`, width, '  ');
  const lines = [style('bold', title), ...more];
  if (report.claims.length > 0) lines.push(...fold(`  claims: ${report.claims.join(', ')}`, width, '    '));
  if (report.variant !== null) lines.push(...fold(`  variant: ${report.variant}`, width, '    '));
  lines.push('', ...verdictLines(report, style), ...remarks(report, style, width), '');
  lines.push(...scopeLines(report, width).map((line) => style('dim', line)));
  return `${lines.join('\n')}\n${tracesText(report)}`;
}

/** What must be said besides the verdicts: why something is vacuous or incomplete, and what a file should not say. */
export function remarks(report: ScenarioReport, style: Style, width: number): string[] {
  const { results, idleExcuses, limit } = report;
  const said = [
    ...(limit === null ? [] : [LIMITS[limit]]),
    ...(report.notes ?? []),
    // What an unfinished search, or one that an error cut short, did not reach says nothing.
    ...(results.some(({ verdict }) => verdict === 'vacuous') ? missing(report) : []),
    ...idleExcuses.map((name) => `unreached names ${name}, which needs no excuse`),
  ];
  return said.flatMap((line) => fold(`  ! ${line}`, width, '    ')).map((line) => style('yellow', line));
}

/** What was not exercised. */
export function missing({ missedWitnesses, missedPlaces }: ScenarioReport): string[] {
  return [
    ...missedWitnesses.map((name) => `the witness ${name} was never reached`),
    ...missedPlaces.map(
      ({ function: name, file, line, text, excuse }) =>
        `${text} in ${name} (${file}:${line}) was never executed (excuse: '${excuse}')`,
    ),
  ];
}

/** The counterexamples as tables; properties that are undone by one error share it. */
export function tracesText(report: Pick<ScenarioReport, 'results'>): string {
  const traces = new Set(report.results.flatMap(({ trace }) => (trace === null ? [] : [trace])));
  return [...traces].map((trace) => `\n${text(trace)}`).join('');
}

/** Where `--out` has put the counterexamples, and how to look at them again. */
export function traceFiles(report: Pick<ScenarioReport, 'results'>, traces: TraceFolder): string {
  const files = new Set(report.results.map(({ trace }) => traces.fileOf(trace)));
  return [...files].map((file) => (file === null ? '' : `\nmmucheck trace show ${file}\n`)).join('');
}

export function verdictText({ verdict, trace }: Pick<PropertyReport, 'verdict' | 'trace'>): string {
  return trace === null ? verdict : `${verdict} in ${plural(trace.steps.length, 'step')}`;
}

/** Which colour a verdict has; what is not expected is red in any case. */
export function verdictLook(verdict: Verdict, expected: Verdict): Look {
  if (verdict !== expected) return 'red';
  return verdict === 'holds' ? 'green' : 'yellow';
}

export function summaryColumns(
  rows: readonly { readonly scenario: string; readonly claims: string; readonly expected: string }[],
): Column[] {
  const width = (title: 'scenario' | 'claims' | 'expected') =>
    Math.max(title.length, ...rows.map((row) => row[title].length));
  return [
    { title: 'scenario', width: width('scenario') },
    { title: 'claims', width: width('claims') },
    { title: 'expected', width: width('expected') },
    { title: 'found', width: width('expected') },
    { title: 'states', width: 10, right: true },
    { title: 'depth', width: 5, right: true },
    { title: 'seconds', width: 7, right: true },
  ];
}

export function summaryRow(columns: readonly Column[], report: ScenarioReport, style: Style): string {
  const row = tableRow(columns, [
    report.scenario,
    report.claims.join(' '),
    summary(report.results.map(({ id, expected }) => [id, expected])),
    summary(report.results.map(({ id, verdict }) => [id, verdict])),
    grouped(report.states),
    String(report.depth),
    report.seconds.toFixed(2),
  ]);
  return isExpected(report) ? row : style('red', `${row}  UNEXPECTED`);
}

function verdictLines({ results }: ScenarioReport, style: Style): string[] {
  const names = results.map(({ id, title }) => `${id} ${title}`);
  const width = Math.max(...names.map((name) => name.length));
  const found = results.map(verdictText);
  const foundWidth = Math.max(...found.map((each) => each.length));
  return results.map(({ verdict, expected }, index) => {
    const said = style(verdictLook(verdict, expected), (found[index] ?? '').padEnd(foundWidth));
    const note = verdict === expected ? 'as expected' : style('red', `UNEXPECTED: ${expected} is expected`);
    return `  ${(names[index] ?? '').padEnd(width)}  ${said}  ${note}`;
  });
}

/** In which configuration, how far, and how: what every verdict is relative to. */
function scopeLines(report: ScenarioReport, width: number): string[] {
  const configuration = settings(report);
  const extent = [
    plural(report.states, 'state'),
    plural(report.transitions, 'transition'),
    `depth ${report.depth}`,
    report.limit === null ? 'exhausted' : 'not exhausted',
    report.omission === null || report.omission === undefined
      ? 'exact'
      : `not exact (a state was overlooked with probability ${report.omission.toPrecision(2)})`,
    `reductions ${report.reductions.join(' + ') || 'none'}`,
    `${report.seconds.toFixed(2)} s`,
  ];
  return [
    ...fold(
      `  configuration: ${configuration.join(', ')}${report.scope === undefined ? '' : ' (otherwise the defaults of the model)'}`,
      width,
      '    ',
    ),
    ...fold(`  explored: ${extent.join(', ')}`, width, '    '),
    ...assumptionLines(report, width),
    ...(report.stats === undefined ? [] : statisticsLines(report.stats, width)),
  ];
}

/** Which fairness the verdicts on temporal properties rest on. */
function assumptionLines({ results }: ScenarioReport, width: number): string[] {
  const groups = new Map<string, string[]>();
  for (const { id, assumptions } of results)
    if (assumptions !== undefined) groups.set(assumptions, [...(groups.get(assumptions) ?? []), id]);
  return [...groups].flatMap(([said, ids]) =>
    fold(`  ${ids.join(', ')} given: ${said || 'no fairness'}`, width, '    '),
  );
}

const LIMITS: Readonly<Record<LimitName, string>> = {
  states: 'incomplete: --max-states was reached',
  depth: 'incomplete: --max-depth was reached',
  memory: 'incomplete: the memory limit was reached (--memory)',
  interrupted: 'incomplete: interrupted',
  lossy: 'incomplete: not exact, so states may have been overlooked',
};
