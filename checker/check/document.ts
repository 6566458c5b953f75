/** The document that `check --json` prints. Its members are an interface to other programs. */
import type { Trace } from '../../counterexamples/trace.js';
import type { Verdict } from '../language/index.js';
import type { ScenarioReport } from './report.js';
import type { ReductionStatistics } from './statistics.js';

export interface CheckDocument {
  readonly version: 1;
  readonly results: readonly CheckResult[];
  /** By scenario, with `--stats`. */
  readonly stats?: readonly ({ readonly scenario: string } & ReductionStatistics)[];
}

export interface CheckResult {
  readonly scenario: string;
  readonly claims: readonly string[];
  readonly variant: string | null;
  /** The number, then what it says: `P1 no access after revocation`. */
  readonly property: string;
  readonly verdict: Verdict;
  readonly expected: Verdict;
  /** Of the counterexample; null where there is none. */
  readonly steps: number | null;
  readonly states: number;
  readonly transitions: number;
  readonly depth: number;
  readonly seconds: number;
  /** Of the search alone. */
  readonly searchSeconds: number;
  readonly memoryBytes: number;
  readonly reductions: readonly string[];
  /** The file that `--out` wrote. */
  readonly trace: string | null;
}

export function checkDocument(
  reports: readonly ScenarioReport[],
  traceFile: (trace: Trace | null) => string | null,
): CheckDocument {
  const stats = reports.flatMap((report) =>
    report.stats === undefined ? [] : [{ scenario: report.scenario, ...report.stats }],
  );
  return {
    version: 1,
    ...(stats.length > 0 && { stats }),
    results: reports.flatMap((report) =>
      report.results.map((result) => ({
        scenario: report.scenario,
        claims: report.claims,
        variant: report.variant,
        property: `${result.id} ${result.title}`,
        verdict: result.verdict,
        expected: result.expected,
        steps: result.trace?.steps.length ?? null,
        states: report.states,
        transitions: report.transitions,
        depth: report.depth,
        seconds: report.seconds,
        searchSeconds: report.searchSeconds,
        memoryBytes: report.memoryBytes,
        reductions: report.reductions,
        trace: traceFile(result.trace),
      })),
    ),
  };
}
