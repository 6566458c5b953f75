/** What we say of a scenario's temporal properties if nothing is owed to anybody but weak fairness. */
import { checkTemporal } from '../check/temporal.js';
import { DEFAULT_REDUCTIONS } from '../reduction/index.js';
import type { Scenario } from '../workspace/scenarios.js';
import type { ExportableModel, RefereeResult, TemporalOpinion } from './referee.js';
import { propertyOfFailure } from './referee.js';
import { type ExportableTemporal, weaklyFair } from './temporal.js';

export async function ownOpinions(
  scenario: Scenario,
  { claims }: ExportableTemporal,
  memoryBytes: number,
): Promise<readonly TemporalOpinion[]> {
  const weak = weaklyFair(scenario);
  const said = new Set(claims.flatMap(({ property, refusal }) => (refusal === null ? [property] : [])));
  const started = performance.now();
  const { results } = await checkTemporal(
    weak,
    weak.spec.properties.filter(({ id }) => said.has(id)),
    {
      search: { memoryBytes },
      reductions: DEFAULT_REDUCTIONS,
      patches: [],
      unfair: [],
      signal: new AbortController().signal,
    },
  );
  const seconds = (performance.now() - started) / 1000;
  return results.map(({ property, holds }) => ({ property, holds, seconds }));
}

/** Why some temporal properties are not compared, and which are compared under less than they take for granted. */
export function remarks({ claims }: ExportableTemporal): readonly string[] {
  const refused = claims.flatMap(({ property, refusal }) =>
    refusal === null ? [] : [`${property} is not compared: ${refusal}`],
  );
  const weakened = claims.filter(({ refusal, beyond }) => refusal === null && beyond.length > 0);
  if (weakened.length === 0) return refused;
  const names = weakened.map(({ property }) => property).join(', ');
  return [...refused, `${names}: compared with weak fairness of the processes alone`];
}

/** A step that fails has a target in other checkers, so that runs through it would be compared with none. */
export function someStepFails({ graph }: ExportableModel, { properties }: RefereeResult): boolean {
  const failing = new Set(graph.failures.map(propertyOfFailure));
  return properties.some(({ property, verdict }) => verdict === 'violated' && failing.has(property));
}

/** One line for each property on which the verdicts differ, or for which there is none. */
export function temporalDifferences(
  own: readonly TemporalOpinion[],
  theirs: readonly TemporalOpinion[],
): { readonly differences: readonly string[]; readonly undecided: readonly string[] } {
  const differences: string[] = [];
  const undecided: string[] = [];
  for (const { property, holds } of own) {
    const other = theirs.find((each) => each.property === property);
    if (holds === null || other === undefined || other.holds === null) undecided.push(property);
    else if (other.holds !== holds)
      differences.push(`${property}: ${said(holds)} here, ${said(other.holds)} there`);
  }
  return { differences, undecided };
}

function said(holds: boolean): string {
  return holds ? 'holds' : 'violated';
}
