/** What was found with reductions, looked at again in all states: the shortest traces, and witnesses that were left out. */
import type { Machine, Transition } from '../compiler/machine.js';
import {
  type Finding,
  type SearchOptions,
  type SearchResult,
  searchAsync,
  shortestTrace,
} from '../engine/index.js';
import type { Reduced } from '../reduction/index.js';
import { InternalError } from './internal-error.js';

/** A search of a machine. */
export interface Explored {
  readonly machine: Machine;
  readonly result: SearchResult;
}

/**
 * A search with the same findings, each as near as it can be, with the most readable trace there is. A machine that
 * leaves out states or steps may have neither, so its findings are looked for once more in all states: no farther than
 * they are deep, which is mostly a small part of the whole.
 * @returns what was given if a limit comes first
 */
export async function exploreShortest(
  { machine, plain }: Reduced,
  result: SearchResult,
  options: SearchOptions,
): Promise<Explored> {
  if (machine === plain.machine || result.findings.length === 0) return { machine, result };
  const again = await searchAsync(plain.machine, {
    ...options,
    stopWhenDecided: result.findings.map(({ property, failure }) => property ?? `failure ${failure}`),
  });
  const wanted = new Set(result.findings.map(propertyOf));
  const found = new Set(again.findings.map(propertyOf));
  const complete = again.end === 'decided' || again.end === 'exhausted';
  if (!complete && [...wanted].some((property) => !found.has(property))) return { machine, result };
  for (const key of new Set([...wanted, ...found])) {
    if (wanted.has(key) !== found.has(key))
      throw new InternalError(
        `a violation of ${key} is found only ${found.has(key) ? 'without' : 'with'} reductions`,
      );
  }
  return { machine: plain.machine, result: again };
}

/**
 * The shortest trace to a finding, as a run of the whole model.
 * @param whole the machine of the graph before slicing, which has the same steps and choices
 */
export function traceOf(
  whole: Machine,
  { machine, result }: Explored,
  finding: Finding,
): readonly Transition[] {
  let state = whole.initial;
  return shortestTrace(machine, result, finding).map(({ process, choices }, at) => {
    const same = whole
      .transitions(state)
      .find((each) => each.process === process && each.choices.join() === choices.join());
    if (same === undefined)
      throw new InternalError(`the whole model cannot take step ${at + 1} of a reduced one`);
    if (same.target !== null) state = same.target;
    return same;
  });
}

/** Which of the missed witnesses are reached if nothing is left out, by index; null if a limit comes first. */
export async function witnessesIn(
  machine: Machine,
  missed: readonly number[],
  options: SearchOptions,
): Promise<ReadonlySet<number> | null> {
  const result = await searchAsync(machine, { ...options, stopWhenWitnessed: missed });
  const reached = missed.filter((index) => result.witnessesReached[index]);
  result.release();
  if (reached.length < missed.length && result.end !== 'exhausted') return null;
  return new Set(reached);
}

/** Errors of no property's are one: symmetric processes fail in different places. */
function propertyOf({ property }: Finding): string {
  return property ?? 'no property';
}
