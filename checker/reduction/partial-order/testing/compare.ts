/** What a search of a reduced machine must find: all that a search of the whole one does. For tests. */
import type { Machine } from '../../../compiler/machine.js';
import { search } from '../../../engine/index.js';
import type { Chased } from '../chase.js';

export interface Comparison {
  readonly states: number;
  readonly reducedStates: number;
  /** What one of the two has found and the other has not. */
  readonly differences: readonly string[];
}

/** Null if the whole machine has more states than `limit`. */
export function compareSearches(
  machine: Machine,
  reduced: Machine & { readonly chased: Chased },
  limit: number,
): Comparison | null {
  const options = { deadlock: true, memoryBytes: 2 ** 28, maxStates: limit };
  const whole = search(machine, options);
  if (whole.end !== 'exhausted') return null;
  const part = search(reduced, options);
  const found = (result: typeof whole): ReadonlySet<string> =>
    new Set(result.findings.map(({ property, failure }) => property ?? `failure ${failure}`));
  const differences = [...symmetricDifference(found(whole), found(part))];
  if (part.end !== 'exhausted') differences.push(`ends with ${part.end}`);
  machine.steps.forEach((_, step) => {
    const taken = part.stepsExecuted[step] !== 0 || reduced.chased.steps[step] !== 0;
    if (taken !== (whole.stepsExecuted[step] !== 0)) differences.push(`step ${step}`);
  });
  return { states: whole.states, reducedStates: part.states, differences };
}

function symmetricDifference(a: ReadonlySet<string>, b: ReadonlySet<string>): readonly string[] {
  return [...[...a].filter((each) => !b.has(each)), ...[...b].filter((each) => !a.has(each))];
}
