/**
 * From what a search found to one verdict for each property of a scenario.
 *
 * The order of the questions is the order of certainty. A violation that was found stands, whatever else happened. A
 * model error cuts off what lies behind it, so nothing else can be said of any property. A search that hit a limit has
 * not seen everything. And what was never exercised does not hold, it is vacuous.
 */
import type { PropertySpec, ScenarioSpec, Verdict } from '../language/index.js';
import type { Place } from './coverage.js';

/** `lossy`: everything was expanded that was not taken for something known. */
export type LimitName = 'states' | 'depth' | 'memory' | 'interrupted' | 'lossy';

/** The first of its kind that the search met, so at minimal depth. */
export interface Finding {
  readonly kind: 'invariant' | 'step' | 'deadlock' | 'error';
  /** The property that is violated; null for a model error of no property's. */
  readonly property: string | null;
}

export interface Facts<F extends Finding> {
  /** Why the search ended early; null if every reachable state was expanded. */
  readonly limit: LimitName | null;
  readonly findings: readonly F[];
  /** Names of the witnesses that no state showed. */
  readonly missedWitnesses: readonly string[];
  readonly missedPlaces: readonly Place[];
}

export interface Judgement<F extends Finding> {
  readonly property: PropertySpec;
  readonly verdict: Verdict;
  readonly expected: Verdict;
  /** What the verdict rests on: of `violated` and `error` only. */
  readonly finding: F | null;
}

export function judge<F extends Finding>(
  spec: Pick<ScenarioSpec, 'expect' | 'properties'>,
  facts: Facts<F>,
): Judgement<F>[] {
  const error = facts.findings.find((each) => !isOfOne(spec.properties, each)) ?? null;
  return spec.properties.map((property) => {
    const expected = spec.expect?.[property.id] ?? 'holds';
    const violation = facts.findings.find((each) => each.property === property.id);
    if (violation !== undefined) return { property, expected, verdict: 'violated', finding: violation };
    if (error !== null) return { property, expected, verdict: 'error', finding: error };
    if (facts.limit !== null) return { property, expected, verdict: 'incomplete', finding: null };
    const vacuous = facts.missedWitnesses.length > 0 || facts.missedPlaces.length > 0;
    return { property, expected, verdict: vacuous ? 'vacuous' : 'holds', finding: null };
  });
}

function isOfOne(properties: readonly PropertySpec[], finding: Finding): boolean {
  return properties.some(({ id }) => id === finding.property);
}
