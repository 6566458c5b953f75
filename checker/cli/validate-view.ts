/** What `validate` prints: a table of what changed, and the counterexamples that are new. */
import { fold } from '../../counterexamples/formats/fold.js';
import { text } from '../../counterexamples/formats/text.js';
import type { Trace } from '../../counterexamples/trace.js';
import { summary } from '../check/catalogue.js';
import { type Change, type Comparison, changesOf, lengthOf } from '../check/compare.js';
import type { PropertyReport, ScenarioReport } from '../check/report.js';
import type { Environment } from './environment.js';
import { missing } from './report-text.js';
import { type Look, type Style, styleFor } from './style.js';
import { grouped, plural, table } from './table.js';

type Compared = Extract<Comparison, { outcome: 'compared' }>;

export function printComparisons(
  comparisons: readonly Comparison[],
  notRun: readonly string[],
  { stdout, stderr }: Pick<Environment, 'stdout' | 'stderr'>,
): void {
  const style = styleFor(stdout);
  const compared = comparisons.filter((each) => each.outcome === 'compared');
  const rows = compared.flatMap(rowsOf);
  if (rows.length > 0) {
    const titles = ['scenario', 'property', 'base', 'patched', 'states', 'change'];
    const [head = '', rule = '', ...lines] = table(
      titles,
      rows.map(({ cells }) => cells),
    ).split('\n');
    stdout.write(`${style('bold', head)}\n${style('dim', rule)}\n`);
    for (const [index, line] of lines.entries())
      stdout.write(`${style(LOOKS[rows[index]?.change ?? 'same'], line)}\n`);
    stdout.write('\n');
  }
  const width = Math.max(40, Math.min(100, stdout.columns));
  const reasons = reasonsOf(compared).flatMap((line) => fold(line, width, '  '));
  if (reasons.length > 0) stdout.write(`${reasons.map((line) => style('yellow', line)).join('\n')}\n\n`);
  for (const trace of shortestNew(compared)) stdout.write(`${text(trace)}\n`);
  for (const each of comparisons)
    if (each.outcome === 'conflict') stderr.write(`not compared: ${each.scenario}: ${each.reason}\n`);
  stdout.write(`${closing(comparisons, compared, notRun, style)}\n`);
}

const LOOKS: Readonly<Record<Change, Look>> = {
  same: 'dim',
  changed: 'yellow',
  improvement: 'green',
  regression: 'red',
  weaker: 'yellow',
  undecided: 'yellow',
};

/** A row for all properties of which the same is to be said; one for the scenario if nothing has changed. */
function rowsOf({ scenario, base, patched }: Compared): { change: Change; cells: string[] }[] {
  const changes = changesOf(base, patched);
  const states = [base, patched].map((side) => grouped(side.states)).join(' -> ');
  const rows = new Map<string, { change: Change; properties: string[]; cells: string[] }>();
  for (const { property, change, ...sides } of changes) {
    if (change === 'same') continue;
    const cells = [verdictOf(sides.base), verdictOf(sides.patched), states, change];
    const row = rows.get(cells.join()) ?? { change, properties: [], cells };
    rows.set(cells.join(), { ...row, properties: [...row.properties, property] });
  }
  if (rows.size > 0) {
    return [...rows.values()].map(({ change, properties, cells }) => ({
      change,
      cells: [scenario, propertiesText(properties), ...cells],
    }));
  }
  const all = plural(changes.length, 'property', 'properties');
  return [{ change: 'same', cells: [scenario, all, summaryOf(base), summaryOf(patched), states, 'same'] }];
}

/** One in full, several by their numbers. */
function propertiesText(properties: readonly string[]): string {
  const [only] = properties;
  if (properties.length === 1 && only !== undefined) return only;
  return properties.map((each) => each.split(' ')[0]).join(' ');
}

/** What the patched model no longer exercises, with the scenarios in which it did. */
function reasonsOf(compared: readonly Compared[]): string[] {
  const scenarios = new Map<string, string[]>();
  for (const { scenario, base, patched } of compared) {
    if (!changesOf(base, patched).some(({ change }) => change === 'weaker')) continue;
    for (const line of missing(patched)) scenarios.set(line, [...(scenarios.get(line) ?? []), scenario]);
  }
  return [...scenarios].map(([line, where]) => `weaker, because ${line}: ${where.join(', ')}`);
}

/** Of each property that got worse the shortest counterexample: the others are found with `check --patch`. */
function shortestNew(compared: readonly Compared[]): Trace[] {
  const shortest = new Map<string, Trace>();
  for (const { base, patched } of compared) {
    for (const { change, patched: after } of changesOf(base, patched)) {
      const { trace } = after;
      if (change !== 'regression' || trace === null) continue;
      const known = shortest.get(trace.property.id);
      if (known === undefined || trace.steps.length < known.steps.length)
        shortest.set(trace.property.id, trace);
    }
  }
  return [...shortest.values()];
}

function verdictOf(report: PropertyReport): string {
  const length = lengthOf(report);
  return length === null ? report.verdict : `${report.verdict}, ${plural(length, 'step')}`;
}

function summaryOf({ results }: ScenarioReport): string {
  return summary(results.map(({ id, verdict }) => [id, verdict]));
}

function closing(
  comparisons: readonly Comparison[],
  compared: readonly Compared[],
  notRun: readonly string[],
  style: Style,
): string {
  const changes = compared.flatMap(({ base, patched }) => changesOf(base, patched));
  const count = (change: Change) => changes.filter((each) => each.change === change).length;
  const amount = (change: Change, one: string, look: Look) =>
    count(change) === 0 ? '' : style(look, plural(count(change), one));
  const unaffected = comparisons.filter(({ outcome }) => outcome === 'unaffected').length;
  const verdicts = [
    count('regression') + count('weaker') === 0 ? style('green', 'no regression') : '',
    amount('regression', 'regression', 'red'),
    amount('weaker', 'weaker verdict', 'yellow'),
    amount('improvement', 'improvement', 'green'),
    amount('changed', 'other change', 'yellow'),
    amount('undecided', 'undecided verdict', 'yellow'),
  ];
  return [
    `${plural(compared.length, 'scenario')} compared, ${grouped(unaffected)} not affected by the patch`,
    verdicts.filter((each) => each !== '').join(', '),
    notRun.length === 0 ? '' : style('yellow', `${plural(notRun.length, 'scenario')} not run`),
  ]
    .filter((each) => each !== '')
    .join('; ');
}
