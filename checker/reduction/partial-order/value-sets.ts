/**
 * What is known of a value while steps are executed abstractly: one number, some numbers, or nothing. A number of the
 * state that the question is about is a `Fact`: it is asked for only when something depends on it, because each
 * question that is asked makes the answer hold for fewer states.
 */
import type { Field } from '../../compiler/codegen/packing.js';
import type { Domain } from '../../compiler/ir/graph.js';

/** The value that a field of the packed state has in the state that the question is about. */
export class Fact {
  /** The number of the question for which it was asked last, and the answer. */
  askedBy = 0;
  value = 0;

  constructor(
    readonly field: Field,
    /** What it may be: the numbers of its domain, or null if they are too many. */
    readonly domain: readonly number[] | null,
  ) {}
}

/** More than one possibility: these numbers, and what these facts are. */
export class Several {
  constructor(
    readonly numbers: readonly number[],
    readonly facts: readonly Fact[],
  ) {}
}

/** Null: any value of the domain. */
export type Value = number | Fact | Several | null;

/** Sets with more members are taken for the whole domain. */
export const MOST_NUMBERS = 16;

const domains = new Map<string, readonly number[]>();

export function numbersOf({ lo, hi }: Domain): readonly number[] | null {
  if (hi - lo >= MOST_NUMBERS) return null;
  const key = `${lo} ${hi}`;
  let numbers = domains.get(key);
  if (numbers === undefined) {
    numbers = Array.from({ length: hi - lo + 1 }, (_, i) => lo + i);
    domains.set(key, numbers);
  }
  return numbers;
}

/** The set of the numbers, as a value. They must be distinct and in ascending order. */
export function valueOfNumbers(numbers: readonly number[]): Value {
  const [first] = numbers;
  return numbers.length === 1 && first !== undefined ? first : new Several(numbers, []);
}

/** The union; the very same object as `a` if `b` adds nothing. */
export function join(a: Value, b: Value): Value {
  if (a === b || a === null) return a;
  if (b === null) return null;
  const numbers = union(numbersIn(a), numbersIn(b));
  const facts = union(factsIn(a), factsIn(b));
  if (a instanceof Several && numbers === a.numbers && facts === a.facts) return a;
  return numbers.length > MOST_NUMBERS ? null : new Several(numbers, facts);
}

export function sameValue(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (!(a instanceof Several && b instanceof Several)) return false;
  return (
    a.numbers.length === b.numbers.length &&
    a.facts.length === b.facts.length &&
    a.numbers.every((each) => b.numbers.includes(each)) &&
    a.facts.every((each) => b.facts.includes(each))
  );
}

const none: readonly never[] = [];

function numbersIn(value: Exclude<Value, null>): readonly number[] {
  if (typeof value === 'number') return [value];
  return value instanceof Several ? value.numbers : none;
}

function factsIn(value: Exclude<Value, null>): readonly Fact[] {
  if (typeof value === 'number') return none;
  return value instanceof Several ? value.facts : [value];
}

function union<T>(a: readonly T[], b: readonly T[]): readonly T[] {
  let all = a;
  for (const each of b) {
    if (all.includes(each)) continue;
    all = [...all, each];
  }
  return all;
}
