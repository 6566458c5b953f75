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
  if (!complete && [...wanted].some((property) => !found.has(property))) {
    again.release();
    return { machine, result };
  }
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

/** What a search has come by. */
export interface Seen {
  /** By witness. */
  readonly witnesses: readonly boolean[];
  /** By step: nonzero if it was taken. */
  readonly steps: Uint8Array;
}

export function seenBy({ chased }: Reduced, { witnessesReached, stepsExecuted }: SearchResult): Seen {
  return {
    witnesses: witnessesReached.map((reached, index) => reached || bitOf(chased?.witnesses ?? 0, index)),
    steps: stepsExecuted.map((executed, step) => executed | (chased?.steps[step] ?? 0)),
  };
}

/**
 * What is seen if nothing is left out: partial order keeps violations and steps, but may go past a state that a witness
 * is looked for in.
 * @param steps whether steps are missed, too
 */
export async function seenInFull(
  { plain }: Reduced,
  seen: Seen,
  steps: boolean,
  options: SearchOptions,
): Promise<{ readonly seen: Seen; readonly end: SearchResult['end'] }> {
  const missed = seen.witnesses.flatMap((reached, index) => (reached ? [] : [index]));
  const { witnessesReached, stepsExecuted, end, release } = await searchAsync(plain.machine, {
    ...options,
    ...(!steps && { stopWhenWitnessed: missed }),
  });
  release();
  const witnesses = seen.witnesses.map((reached, index) => reached || witnessesReached[index] === true);
  return { seen: { witnesses, steps: seen.steps.map((one, step) => one | (stepsExecuted[step] ?? 0)) }, end };
}

function bitOf(mask: number, bit: number): boolean {
  return ((mask >>> bit) & 1) === 1;
}

/** Errors of no property's are one: symmetric processes fail in different places. */
function propertyOf({ property }: Finding): string {
  return property ?? 'no property';
}
