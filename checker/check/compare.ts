/** What a patch changes in the verdicts of a scenario: the question of `validate`. */
import type { Verdict } from '../language/index.js';
import type { PropertyReport, ScenarioReport } from './report.js';

/** A scenario on the model as it is and on the patched one. */
export type Comparison = ScenarioIdentity &
  (
    | { readonly outcome: 'compared'; readonly base: ScenarioReport; readonly patched: ScenarioReport }
    /** Both compile to the same graphs, so every verdict is the same, too. */
    | { readonly outcome: 'unaffected' }
    /** The patch and the scenario's own variant change the same lines. */
    | { readonly outcome: 'conflict'; readonly reason: string }
  );

export interface ScenarioIdentity {
  readonly scenario: string;
  readonly claims: readonly string[];
  readonly variant: string | null;
}

export type Change = 'same' | 'changed' | 'improvement' | 'regression';

export interface PropertyChange {
  readonly property: string;
  readonly change: Change;
  readonly base: PropertyReport;
  readonly patched: PropertyReport;
}

/** Property by property; those that only one side has are left out (a patch may change a scenario, too). */
export function changesOf(base: ScenarioReport, patched: ScenarioReport): PropertyChange[] {
  return base.results.flatMap((before) => {
    const after = patched.results.find(({ id }) => id === before.id);
    if (after === undefined) return [];
    const change = changeOf(before, after, extentOf(base) === extentOf(patched));
    return [{ property: `${before.id} ${before.title}`, change, base: before, patched: after }];
  });
}

/** From the worst to the best that can be said. What is unknown is better than what is wrong. */
const RANK: Readonly<Record<Verdict, number>> = {
  error: 0,
  violated: 1,
  incomplete: 2,
  vacuous: 2,
  holds: 3,
};

/**
 * A verdict that says worse than before is a regression. From wrong to unknown is a change but no improvement: that a
 * bug is gone has not been shown.
 */
function changeOf(before: PropertyReport, after: PropertyReport, sameExtent: boolean): Change {
  const [was, is] = [RANK[before.verdict], RANK[after.verdict]];
  if (is < was) return 'regression';
  if (after.verdict === 'holds' && was < is) return 'improvement';
  const sameLength = before.trace?.steps.length === after.trace?.steps.length;
  return before.verdict === after.verdict && sameLength && sameExtent ? 'same' : 'changed';
}

function extentOf({ states, transitions, depth }: ScenarioReport): string {
  return `${states} ${transitions} ${depth}`;
}
