/**
 * Which places of the operations that a scenario runs were never executed: the other half of "vacuous", beside
 * witnesses.
 *
 * A place is a frame of a step's call stack: a function and the line of the call (or `yield`) in it. It counts as
 * executed if any step of any process with that frame, on any stack, was taken. So a primitive that one caller reaches
 * and another does not is executed, while the line of the caller that never got there is not.
 */
import type { Frame } from '../compiler/ir/graph.js';
import type { Machine } from '../compiler/machine.js';

export interface Place {
  readonly function: string;
  readonly file: string;
  readonly line: number;
  readonly text: string;
  /** What to list under `unreached` if that is no gap: `caller > callee`, or the function of a `yield`. */
  readonly excuse: string;
}

export interface Coverage {
  /** Never executed and not excused, outermost only: what is called from there goes without saying. */
  readonly missed: readonly Place[];
  /** Functions that `unreached` names although nothing in need of an excuse involves them. */
  readonly idleExcuses: readonly string[];
}

/**
 * @param taken whether the step with this index of `machine.steps` was ever taken
 * @param excused functions whose steps may stay untaken, whether they are the innermost of the stack or any other;
 * `caller > callee` excuses those of a function where one other calls it
 */
export function coverageOf(
  machine: Pick<Machine, 'steps'>,
  taken: (step: number) => boolean,
  excused: readonly string[],
): Coverage {
  const executed = new Set<string>();
  for (const [index, { frames }] of machine.steps.entries()) {
    if (taken(index)) for (const frame of frames) executed.add(keyOf(frame));
  }
  const missed = new Map<string, Place>();
  const used = new Set<string>();
  for (const { frames } of machine.steps) {
    const first = frames.find((frame) => !executed.has(keyOf(frame)));
    if (first === undefined) continue;
    const names = frames.map((frame) => frame.function);
    const excuses = [...names, ...names.slice(1).map((name, index) => `${names[index]} > ${name}`)].filter(
      (each) => excused.includes(each),
    );
    for (const each of excuses) used.add(each);
    if (excuses.length === 0) missed.set(keyOf(first), placeOf(first, frames[frames.indexOf(first) + 1]));
  }
  return {
    missed: [...missed.values()].sort(bySource),
    idleExcuses: excused.filter((name) => !used.has(name)),
  };
}

function keyOf({ function: name, span }: Frame): string {
  return `${name}\0${span.file}\0${span.line}`;
}

function placeOf({ function: name, span, text }: Frame, callee: Frame | undefined): Place {
  return {
    function: name,
    file: span.file,
    line: span.line,
    text: text.replace(/\s+/g, ' ').trim(),
    excuse: callee === undefined ? name : `${name} > ${callee.function}`,
  };
}

function bySource(left: Place, right: Place): number {
  if (left.file !== right.file) return left.file < right.file ? -1 : 1;
  return left.line - right.line;
}
