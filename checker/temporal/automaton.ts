/**
 * Büchi automata of formulas: transition-based, with one set of accepting transitions for each `until` (Couvreur 1999). A
 * state is the set of formulas that must hold from now on; a transition reads one letter. A run is accepting if it takes
 * transitions of every set infinitely often.
 */
import type { Normal } from './normal.js';

export interface AutomatonTransition {
  /** Atoms that the letter must have, and those that it must not have, as bits. */
  readonly required: number;
  readonly forbidden: number;
  readonly target: number;
  /** The sets that it belongs to, as bits. */
  readonly marks: number;
}

export interface Automaton {
  /** By state; the first is the initial one. */
  readonly transitions: readonly (readonly AutomatonTransition[])[];
  /** All sets, as bits. */
  readonly allMarks: number;
}

/** One way of making formulas true now: what the letter must be, and what must hold from the next moment on. */
interface Way {
  readonly required: number;
  readonly forbidden: number;
  readonly next: ReadonlySet<Normal>;
  /** Untils whose right side has been put off. */
  readonly postponed: ReadonlySet<Normal>;
}

const NOTHING: Way = { required: 0, forbidden: 0, next: new Set(), postponed: new Set() };

export function automatonOf(formula: Normal): Automaton {
  const untils = new Map<Normal, number>();
  collectUntils(formula, untils, new Set());
  const allMarks = 2 ** untils.size - 1;
  const numbers = new Map<string, number>();
  const states: (readonly Normal[])[] = [];
  const numberOf = (set: readonly Normal[]): number => {
    const key = set.map(({ id }) => id).join();
    let number = numbers.get(key);
    if (number === undefined) {
      number = states.push(set) - 1;
      numbers.set(key, number);
    }
    return number;
  };
  numberOf(conjuncts([formula]));
  const transitions: AutomatonTransition[][] = [];
  const ways = new Map<Normal, readonly Way[]>();
  for (let state = 0; state < states.length; state++) {
    const all = (states[state] ?? []).reduce<readonly Way[]>(
      (combined, each) => combinations(combined, waysOf(each, ways)),
      [NOTHING],
    );
    const found = all.map(({ required, forbidden, next, postponed }): AutomatonTransition => {
      let marks = allMarks;
      for (const until of postponed) marks &= ~(1 << (untils.get(until) ?? 0));
      return { required, forbidden, target: numberOf(conjuncts([...next])), marks };
    });
    transitions.push(withoutCovered(found));
  }
  return { transitions, allMarks };
}

/** Whether a letter may be read on a transition. */
export function reads({ required, forbidden }: AutomatonTransition, letter: number): boolean {
  return (letter & required) === required && (letter & forbidden) === 0;
}

function waysOf(formula: Normal, known: Map<Normal, readonly Way[]>): readonly Way[] {
  const before = known.get(formula);
  if (before !== undefined) return before;
  const found = expand(formula, known);
  known.set(formula, found);
  return found;
}

function expand(formula: Normal, known: Map<Normal, readonly Way[]>): readonly Way[] {
  switch (formula.op) {
    case 'constant':
      return formula.value ? [NOTHING] : [];
    case 'literal': {
      const bit = 1 << formula.atom;
      return [{ ...NOTHING, required: formula.positive ? bit : 0, forbidden: formula.positive ? 0 : bit }];
    }
    case 'and':
      return formula.operands.reduce<readonly Way[]>(
        (combined, each) => combinations(combined, waysOf(each, known)),
        [NOTHING],
      );
    case 'or':
      return formula.operands.flatMap((each) => waysOf(each, known));
    case 'next':
      return [{ ...NOTHING, next: new Set([formula.operand]) }];
    case 'until': {
      const later: Way = { ...NOTHING, next: new Set([formula]), postponed: new Set([formula]) };
      return [...waysOf(formula.right, known), ...combinations(waysOf(formula.left, known), [later])];
    }
    case 'release': {
      const later: Way = { ...NOTHING, next: new Set([formula]) };
      return combinations(waysOf(formula.right, known), [...waysOf(formula.left, known), later]);
    }
  }
}

function combinations(left: readonly Way[], right: readonly Way[]): Way[] {
  return left.flatMap((one) =>
    right.flatMap((other) => {
      const required = one.required | other.required;
      const forbidden = one.forbidden | other.forbidden;
      if ((required & forbidden) !== 0) return [];
      return {
        required,
        forbidden,
        next: new Set([...one.next, ...other.next]),
        postponed: new Set([...one.postponed, ...other.postponed]),
      };
    }),
  );
}

/** A conjunction stands for its operands, and what is true for nothing. */
function conjuncts(formulas: readonly Normal[]): readonly Normal[] {
  const set = new Set<Normal>();
  const add = (formula: Normal): void => {
    if (formula.op === 'and') for (const each of formula.operands) add(each);
    else if (formula.op !== 'constant' || !formula.value) set.add(formula);
  };
  for (const each of formulas) add(each);
  return [...set].sort((a, b) => a.id - b.id);
}

/** A transition that another one replaces under fewer conditions and with more marks is not needed. */
function withoutCovered(all: readonly AutomatonTransition[]): AutomatonTransition[] {
  return all.filter(
    (one, index) =>
      !all.some((other, at) => {
        if (at === index || other.target !== one.target) return false;
        const covers =
          (one.required & other.required) === other.required &&
          (one.forbidden & other.forbidden) === other.forbidden &&
          (one.marks & other.marks) === one.marks;
        const same =
          one.required === other.required && one.forbidden === other.forbidden && one.marks === other.marks;
        return covers && (!same || at < index);
      }),
  );
}

function collectUntils(formula: Normal, untils: Map<Normal, number>, seen: Set<Normal>): void {
  if (seen.has(formula)) return;
  seen.add(formula);
  if (formula.op === 'until') untils.set(formula, untils.size);
  if (formula.op === 'and' || formula.op === 'or')
    for (const each of formula.operands) collectUntils(each, untils, seen);
  else if (formula.op === 'next') collectUntils(formula.operand, untils, seen);
  else if (formula.op === 'until' || formula.op === 'release') {
    collectUntils(formula.left, untils, seen);
    collectUntils(formula.right, untils, seen);
  }
}
