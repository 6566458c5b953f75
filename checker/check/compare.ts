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

/**
 * `weaker`: it held, and is vacuous now: nothing wrong was found, but not everything was exercised.
 * `undecided`: a limit kept one side from an answer.
 */
export type Change = 'same' | 'changed' | 'improvement' | 'regression' | 'weaker' | 'undecided';

/** Whether a patch with such a change has something to answer for. */
export function isWorse(change: Change): boolean {
  return change === 'regression' || change === 'weaker';
}

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
    const property = `${before.id} ${before.title}`;
    return [{ property, change: changeOf(before, after), base: before, patched: after }];
  });
}

/** The number of steps of the counterexample. */
export function lengthOf({ trace }: Pick<PropertyReport, 'trace'>): number | null {
  return trace === null ? null : trace.steps.length;
}

/** From the worst to the best that can be said. */
const RANK: Readonly<Record<Exclude<Verdict, 'incomplete'>, number>> = {
  error: 0,
  violated: 1,
  vacuous: 2,
  holds: 3,
};

/**
 * A verdict that says worse than before is a regression. From wrong to vacuous is a change but no improvement: that a
 * bug is gone has not been shown.
 */
function changeOf(before: PropertyReport, after: PropertyReport): Change {
  if (after.verdict === 'incomplete') return 'undecided';
  const isBad = after.verdict === 'violated' || after.verdict === 'error';
  if (before.verdict === 'incomplete') return isBad ? 'regression' : 'undecided';
  const [was, is] = [RANK[before.verdict], RANK[after.verdict]];
  if (is < was) return after.verdict === 'vacuous' ? 'weaker' : 'regression';
  if (is > was) return after.verdict === 'holds' ? 'improvement' : 'changed';
  return lengthOf(before) === lengthOf(after) ? 'same' : 'changed';
}
