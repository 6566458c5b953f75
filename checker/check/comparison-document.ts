/** The document that `validate --json` prints. Its members are an interface to other programs. */
import { type Comparison, changesOf, lengthOf } from './compare.js';
import type { PropertyReport, ScenarioReport } from './report.js';

export function comparisonDocument(
  patches: readonly string[],
  comparisons: readonly Comparison[],
  notRun: readonly string[],
): object {
  return {
    version: 1,
    patches,
    results: comparisons.flatMap((each) =>
      each.outcome === 'compared'
        ? changesOf(each.base, each.patched).map(({ property, change, base, patched }) => ({
            scenario: each.scenario,
            claims: each.claims,
            variant: each.variant,
            property,
            change,
            base: sideOf(each.base, base),
            patched: sideOf(each.patched, patched),
          }))
        : [],
    ),
    unaffected: comparisons.filter(({ outcome }) => outcome === 'unaffected').map(({ scenario }) => scenario),
    conflicts: comparisons.flatMap((each) =>
      each.outcome === 'conflict' ? [{ scenario: each.scenario, reason: each.reason }] : [],
    ),
    notRun,
  };
}

function sideOf({ states, transitions, depth, seconds }: ScenarioReport, report: PropertyReport): object {
  return { verdict: report.verdict, length: lengthOf(report), states, transitions, depth, seconds };
}
