/**
 * Formulas as the automata need them: negations pushed down to the atoms, equal formulas one object, and every past formula an
 * atom of its own, whose value a few remembered bits tell.
 */
import type { Ltl } from './ltl.js';

/** Numbered, so that sets of them are cheap. */
export type Normal = { readonly id: number } & NormalForm;
export type NormalForm =
  | { readonly op: 'constant'; readonly value: boolean }
  | { readonly op: 'literal'; readonly atom: number; readonly positive: boolean }
  | { readonly op: 'and' | 'or'; readonly operands: readonly Normal[] }
  | { readonly op: 'next'; readonly operand: Normal }
  | { readonly op: 'until' | 'release'; readonly left: Normal; readonly right: Normal };

/** A past formula: `since` with `left` always true is `once`. Operands are formulas of the present. */
export interface Past {
  /** The atom that it is. */
  readonly atom: number;
  readonly left: Ltl;
  readonly right: Ltl;
}

export interface Normalized {
  readonly formula: Normal;
  /** In the order in which they must be evaluated: operands first. */
  readonly pasts: readonly Past[];
  /** Atoms, those of past formulas included. */
  readonly atoms: number;
}

/** A formula that a past operator stands above speaks of the future. */
export class FutureInPast extends Error {
  override readonly name = 'FutureInPast';
}

/** @param negated whether to normalise the negation instead */
export function normalize(formula: Ltl, atoms: number, negated: boolean): Normalized {
  const pool = new Pool();
  const pasts: Past[] = [];
  const known = new Map<string, number>();
  let count = atoms;

  /** The same formula without past operators. */
  const present = (f: Ltl, isBelowPast: boolean): Ltl => {
    switch (f.op) {
      case 'constant':
      case 'atom':
        return f;
      case 'not':
        return { op: 'not', operand: present(f.operand, isBelowPast) };
      case 'and':
      case 'or':
        return { op: f.op, operands: f.operands.map((each) => present(each, isBelowPast)) };
      case 'once':
        return past({ op: 'constant', value: true }, present(f.operand, true));
      case 'since':
        return past(present(f.left, true), present(f.right, true));
      case 'next':
        if (isBelowPast) throw new FutureInPast('next');
        return { op: 'next', operand: present(f.operand, false) };
      default:
        if (isBelowPast) throw new FutureInPast(f.op);
        return { op: f.op, left: present(f.left, false), right: present(f.right, false) };
    }
  };
  const past = (left: Ltl, right: Ltl): Ltl => {
    const key = JSON.stringify([left, right]);
    let atom = known.get(key);
    if (atom === undefined) {
      atom = count++;
      known.set(key, atom);
      pasts.push({ atom, left, right });
    }
    return { op: 'atom', atom };
  };
  const convert = (f: Ltl, negative: boolean): Normal => {
    switch (f.op) {
      case 'constant':
        return pool.constant(f.value !== negative);
      case 'atom':
        return pool.of({ op: 'literal', atom: f.atom, positive: !negative });
      case 'not':
        return convert(f.operand, !negative);
      case 'and':
      case 'or':
        return pool.join(
          (f.op === 'and') === negative ? 'or' : 'and',
          f.operands.map((each) => convert(each, negative)),
        );
      case 'next':
        return pool.of({ op: 'next', operand: convert(f.operand, negative) });
      case 'until':
      case 'release':
        return pool.fixpoint(
          (f.op === 'until') === negative ? 'release' : 'until',
          convert(f.left, negative),
          convert(f.right, negative),
        );
      default:
        throw new Error('past operators are atoms by now');
    }
  };
  const plain = present(formula, false);
  return { formula: convert(plain, negated), pasts, atoms: count };
}

/** The value of a formula of the present. */
export function valueAt(formula: Ltl, letter: number): boolean {
  switch (formula.op) {
    case 'constant':
      return formula.value;
    case 'atom':
      return ((letter >>> formula.atom) & 1) === 1;
    case 'not':
      return !valueAt(formula.operand, letter);
    case 'and':
      return formula.operands.every((each) => valueAt(each, letter));
    case 'or':
      return formula.operands.some((each) => valueAt(each, letter));
    default:
      throw new Error(`${formula.op} has no value at a single moment`);
  }
}

/**
 * The letter with the atoms of past formulas in it. What must be remembered for the next letter are just these atoms.
 * @param remembered the letter before, completed, or 0 at the beginning
 */
export function complete(letter: number, pasts: readonly Past[], remembered: number): number {
  let full = letter;
  for (const { atom, left, right } of pasts) {
    const held = ((remembered >>> atom) & 1) === 1;
    if (valueAt(right, full) || (held && valueAt(left, full))) full |= 1 << atom;
  }
  return full;
}

class Pool {
  readonly #known = new Map<string, Normal>();

  of(form: NormalForm): Normal {
    const key = keyOf(form);
    let known = this.#known.get(key);
    if (known === undefined) {
      known = { id: this.#known.size, ...form };
      this.#known.set(key, known);
    }
    return known;
  }

  constant(value: boolean): Normal {
    return this.of({ op: 'constant', value });
  }

  join(op: 'and' | 'or', operands: readonly Normal[]): Normal {
    const neutral = op === 'and';
    const all = new Set<Normal>();
    for (const each of operands) {
      if (each.op === op) for (const inner of each.operands) all.add(inner);
      else all.add(each);
    }
    all.delete(this.constant(neutral));
    if (all.has(this.constant(!neutral))) return this.constant(!neutral);
    for (const each of all)
      if (each.op === 'literal' && all.has(this.of({ ...stripped(each), positive: !each.positive })))
        return this.constant(!neutral);
    const [only] = all;
    if (only === undefined) return this.constant(neutral);
    return all.size === 1 ? only : this.of({ op, operands: [...all].sort((a, b) => a.id - b.id) });
  }

  fixpoint(op: 'until' | 'release', left: Normal, right: Normal): Normal {
    // True and false are both operators' fixed points, and what is its own left side needs no waiting.
    if (right.op === 'constant' || left === right) return right;
    if (left.op === 'constant' && left.value === (op === 'release')) return right;
    return this.of({ op, left, right });
  }
}

function stripped({
  atom,
  positive,
}: Extract<Normal, { op: 'literal' }>): Extract<NormalForm, { op: 'literal' }> {
  return { op: 'literal', atom, positive };
}

function keyOf(form: NormalForm): string {
  switch (form.op) {
    case 'constant':
      return String(form.value);
    case 'literal':
      return `${form.positive ? '' : '!'}${form.atom}`;
    case 'next':
      return `next ${form.operand.id}`;
    case 'and':
    case 'or':
      return `${form.op} ${form.operands.map(({ id }) => id).join()}`;
    default:
      return `${form.left.id} ${form.op} ${form.right.id}`;
  }
}
