/**
 * The functions of the model language: nondeterminism, assumptions, assertions and comparison of values.
 *
 * Their bodies are the direct execution; the compiler knows them by name and gives them the same meaning.
 */
import type { Guard, Rest } from './types.js';

/** Answers one question of the running step: which of `alternatives` (2 or more) does it take? Returns 0-based index. */
export type Chooser = (alternatives: number) => number;

/** Thrown by `assume(false)`: the step, with the choices made so far, is not enabled. */
export class Disabled extends Error {
  override readonly name = 'Disabled';
}

/** Thrown by a failing `assert` and by the direct execution for every other model error. */
export class ModelError extends Error {
  override readonly name = 'ModelError';
  constructor(
    readonly kind: ModelErrorKind,
    /** The property that the assertion belongs to (`P5`), or null for an error of no property's. */
    readonly property: string | null,
    message: string,
  ) {
    super(message);
  }
}

/** What can go wrong in a model while it runs. */
export type ModelErrorKind = 'assertion' | 'index' | 'domain' | 'recursion' | 'arithmetic';

let chooser: Chooser = () => {
  throw new Error('choose() was called outside a step');
};

/** Runs `body` with `answer` deciding its choices. For the direct execution only. */
export function withChooser<T>(answer: Chooser, body: () => T): T {
  const outer = chooser;
  chooser = answer;
  try {
    return body();
  } finally {
    chooser = outer;
  }
}

let running = -1;

/** Runs `body` as process number `index`. For the direct execution only. */
export function asProcess<T>(index: number, body: () => T): T {
  const outer = running;
  running = index;
  try {
    return body();
  } finally {
    running = outer;
  }
}

/**
 * The running process: its position in the scenario's list, from 0. The compiler folds it as a constant of each
 * process. Not for predicates, which belong to no process.
 */
export function current(): number {
  if (running < 0) throw new Error('current() was called outside a process');
  return running;
}

/**
 * Nondeterminism: any of the alternatives, each in a successor of its own. It is not a step boundary.
 * One alternative is no choice.
 */
export function choose<const T extends number | boolean | string>(...alternatives: readonly [T, ...T[]]): T {
  const picked = alternatives.length === 1 ? 0 : chooser(alternatives.length);
  return alternatives[picked] as T;
}

/** Nondeterminism: any integer from 0 to `count - 1`. With a count of 0 the step is not enabled. */
export function chooseBelow(count: number): number {
  assume(count > 0);
  return count === 1 ? 0 : chooser(count);
}

/** The step is enabled, with the choices made so far, only if `condition` holds here. */
export function assume(condition: boolean): asserts condition {
  if (!condition) throw new Disabled();
}

/**
 * The model is wrong, or breaks `property`, if `condition` does not hold here.
 * @param property the number of the property that this belongs to (`'P5'`), or `''` for a plain model error
 */
export function assert(condition: boolean, property: string, message: string): asserts condition {
  if (!condition) throw new ModelError('assertion', property === '' ? null : property, message);
}

/** Whether two values (records of readonly fields, or scalars) are equal, field by field. */
export function equal<T>(left: T, right: T): boolean {
  if (left === right) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  const keys = Object.keys(left) as (keyof T)[];
  return keys.length === Object.keys(right).length && keys.every((key) => equal(left[key], right[key]));
}

/**
 * A step boundary at which the process owes nothing while `condition` holds: it may stay there for ever (a guest that
 * does not access memory), and what it does from there cannot resolve somebody else's deadlock.
 */
export function rest(condition: Guard): Rest {
  return { rest: condition };
}
