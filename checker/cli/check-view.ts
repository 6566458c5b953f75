/** What `check` prints: one JSON document, one scenario in full, or the catalogue as a table. */
import { expectations, summary } from '../check/catalogue.js';
import { checkDocument } from '../check/document.js';
import { isExpected, type ScenarioReport } from '../check/report.js';
import type { Environment } from './environment.js';
import { remarks, scenarioText, summaryColumns, summaryRow, traceFiles } from './report-text.js';
import type { Session } from './session.js';
import { statisticsLines } from './statistics-text.js';
import { type Style, styleFor } from './style.js';
import { plural, tableHeader } from './table.js';
import type { TraceFolder } from './trace-folder.js';

export interface CheckView {
  begin(): void;
  /** In the order of the scenarios. */
  report(report: ScenarioReport): void;
  /**
   * @param left reports of the scenarios that were never begun
   * @param interrupted whether the user wanted it so; otherwise an error did
   */
  end(left: readonly ScenarioReport[], interrupted: boolean): void;
}

export function viewFor(
  session: Session,
  environment: Environment,
  { json, traces }: { readonly json: boolean; readonly traces: TraceFolder },
): CheckView {
  if (json) return jsonView(environment, traces);
  const only = session.scenarios.length === 1 && session.excluded.length === 0;
  return only ? singleView(environment, traces) : catalogueView(session, environment, traces);
}

function jsonView({ stdout }: Environment, traces: TraceFolder): CheckView {
  const reports: ScenarioReport[] = [];
  return {
    begin: () => undefined,
    report: (report) => void reports.push(report),
    end(left, interrupted) {
      const all = interrupted ? [...reports, ...left] : reports;
      const document = checkDocument(all, (trace) => traces.fileOf(trace));
      stdout.write(`${JSON.stringify(document, null, 2)}\n`);
    },
  };
}

function singleView({ stdout }: Environment, traces: TraceFolder): CheckView {
  const style = styleFor(stdout);
  const report = (each: ScenarioReport) =>
    stdout.write(scenarioText(each, style, widthOf(stdout)) + traceFiles(each, traces));
  return {
    begin: () => undefined,
    report,
    end(left, interrupted) {
      if (interrupted) left.forEach(report);
    },
  };
}

function catalogueView(session: Session, environment: Environment, traces: TraceFolder): CheckView {
  const { stdout, stderr, now } = environment;
  const style = styleFor(stdout);
  const { scenarios, excluded, settings } = session;
  const rows = scenarios.map(({ name, spec }) => ({
    scenario: name,
    claims: spec.claims.join(' '),
    expected: summary(
      expectations(spec).filter(([id]) => settings.properties === null || settings.properties.includes(id)),
    ),
  }));
  const columns = summaryColumns(rows);
  const reports: ScenarioReport[] = [];
  const started = now();
  return {
    begin() {
      const [titles = '', rule = ''] = tableHeader(columns).split('\n');
      stdout.write(`${style('bold', titles)}\n${style('dim', rule)}\n`);
    },
    report(report) {
      reports.push(report);
      stdout.write(`${summaryRow(columns, report, style)}\n`);
      if (report.stats !== undefined && isExpected(report)) {
        for (const line of statisticsLines(report.stats, widthOf(stdout)))
          stdout.write(`${style('dim', line)}\n`);
      }
    },
    end(left) {
      const unexpected = reports.filter((report) => !isExpected(report));
      for (const report of unexpected)
        stdout.write(`\n${scenarioText(report, style, widthOf(stdout))}${traceFiles(report, traces)}`);
      for (const report of reports.filter(isExpected)) {
        const lines = remarks(report, styleFor(stderr), widthOf(stderr));
        if (lines.length > 0 && report.idleExcuses.length > 0)
          stderr.write(`${report.scenario}:\n${lines.join('\n')}\n`);
      }
      for (const { scenario, reason } of excluded) stderr.write(`not run: ${scenario}: ${reason}\n`);
      stdout.write(`\n${closing(reports, left, (now() - started) / 1000, style)}\n`);
    },
  };
}

function closing(
  reports: readonly ScenarioReport[],
  left: readonly ScenarioReport[],
  seconds: number,
  style: Style,
): string {
  const verdicts = reports.flatMap(({ results }) => results);
  const unexpected = verdicts.filter(({ verdict, expected }) => verdict !== expected).length;
  const unfinished = reports.filter(({ limit }) => limit !== null).length;
  const parts = [
    `${plural(reports.length, 'scenario')}, ${plural(verdicts.length, 'verdict')} in ${seconds.toFixed(1)} s`,
    unexpected > 0
      ? style('red', `${unexpected} not as expected`)
      : verdicts.length > 0 && left.length === 0
        ? style('green', 'all as expected')
        : '',
    unfinished === 0 ? '' : style('yellow', `${plural(unfinished, 'search', 'searches')} not finished`),
    left.length === 0 ? '' : style('yellow', `${plural(left.length, 'scenario')} not run`),
  ];
  return parts.filter((part) => part !== '').join('; ');
}

/** Text is made for reading: on a wide terminal it stays narrower than the terminal. */
function widthOf({ columns }: { readonly columns: number }): number {
  return Math.max(40, Math.min(100, columns));
}
