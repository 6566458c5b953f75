/** Formulas of linear temporal logic over numbered atoms, and what they mean of a run that ends in a cycle. */

export type Ltl =
  | { readonly op: 'constant'; readonly value: boolean }
  | { readonly op: 'atom'; readonly atom: number }
  | { readonly op: 'not' | 'next' | 'once'; readonly operand: Ltl }
  | { readonly op: 'and' | 'or'; readonly operands: readonly Ltl[] }
  | { readonly op: 'until' | 'release' | 'since'; readonly left: Ltl; readonly right: Ltl };

export const TRUE: Ltl = { op: 'constant', value: true };
export const FALSE: Ltl = { op: 'constant', value: false };

/** Letters are sets of atoms, as bits: those of the prefix once, then those of the cycle (at least one) for ever. */
export interface LassoWord {
  readonly prefix: readonly number[];
  readonly cycle: readonly number[];
}

/**
 * Whether a formula holds at the beginning of a word: by the definition, position by position. What has happened before makes a
 * difference to past operators, so the positions go once more round the cycle for each of them.
 */
export function holds(formula: Ltl, { prefix, cycle }: LassoWord): boolean {
  const rounds = 1 + pastOperators(formula);
  const letters = [...prefix, ...Array.from({ length: rounds }, () => cycle).flat()];
  const back = letters.length - cycle.length;
  const values = (f: Ltl): readonly boolean[] => {
    switch (f.op) {
      case 'constant':
        return letters.map(() => f.value);
      case 'atom':
        return letters.map((letter) => ((letter >>> f.atom) & 1) === 1);
      case 'not':
        return values(f.operand).map((value) => !value);
      case 'and':
        return fold(f.operands.map(values), true, (a, b) => a && b);
      case 'or':
        return fold(f.operands.map(values), false, (a, b) => a || b);
      case 'next': {
        const inner = values(f.operand);
        return letters.map((_, i) => inner[successor(i)] ?? false);
      }
      case 'once':
        return before(
          letters.map(() => true),
          values(f.operand),
        );
      case 'since':
        return before(values(f.left), values(f.right));
      case 'until':
        return after(values(f.left), values(f.right), false);
      case 'release':
        // Not (not left until not right).
        return after(not(values(f.left)), not(values(f.right)), false).map((value) => !value);
    }
  };
  const successor = (i: number): number => (i + 1 < letters.length ? i + 1 : back);
  const not = (list: readonly boolean[]): boolean[] => list.map((value) => !value);
  const fold = (
    lists: readonly (readonly boolean[])[],
    start: boolean,
    join: (a: boolean, b: boolean) => boolean,
  ): boolean[] => letters.map((_, i) => lists.reduce((value, list) => join(value, list[i] ?? start), start));
  const before = (left: readonly boolean[], right: readonly boolean[]): boolean[] => {
    let held = false;
    return letters.map((_, i) => {
      held = (right[i] ?? false) || (held && (left[i] ?? false));
      return held;
    });
  };
  /** The least solution of u = right or (left and u at the successor). */
  const after = (left: readonly boolean[], right: readonly boolean[], start: boolean): boolean[] => {
    const result = letters.map(() => start);
    for (let changed = true; changed; ) {
      changed = false;
      for (let i = letters.length - 1; i >= 0; i--) {
        const value = (right[i] ?? false) || ((left[i] ?? false) && (result[successor(i)] ?? false));
        if (value !== result[i]) changed = true;
        result[i] = value;
      }
    }
    return result;
  };
  return values(formula)[0] ?? false;
}

function pastOperators(formula: Ltl): number {
  switch (formula.op) {
    case 'constant':
    case 'atom':
      return 0;
    case 'not':
    case 'next':
      return pastOperators(formula.operand);
    case 'once':
      return 1 + pastOperators(formula.operand);
    case 'and':
    case 'or':
      return formula.operands.reduce((sum, each) => sum + pastOperators(each), 0);
    default:
      return (formula.op === 'since' ? 1 : 0) + pastOperators(formula.left) + pastOperators(formula.right);
  }
}
