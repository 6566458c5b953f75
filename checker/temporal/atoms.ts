/** The atoms of a formula: what of a state and a step its letters say. */
import type { StatePredicate, StepPredicate, Temporal } from '../language/temporal.js';
import type { Ltl } from './ltl.js';

export type Atom =
  | { readonly of: 'state'; readonly predicate: StatePredicate }
  | { readonly of: 'step'; readonly predicate: StepPredicate }
  | { readonly of: 'finished' | 'moves'; readonly process: string };

/** Numbers atoms in the order in which they are met, over all formulas that it reads. */
export class Atoms {
  readonly all: Atom[] = [];
  readonly #numbers = new Map<unknown, number>();

  read(formula: Temporal): Ltl {
    switch (formula.op) {
      case 'constant':
        return formula;
      case 'state':
      case 'step':
        return this.#atom(formula.predicate, { of: formula.op, predicate: formula.predicate } as Atom);
      case 'finished':
      case 'moves':
        return this.#atom(`${formula.op} ${formula.process}`, { of: formula.op, process: formula.process });
      case 'not':
      case 'next':
      case 'once':
        return { op: formula.op, operand: this.read(formula.operand) };
      case 'and':
      case 'or':
        return { op: formula.op, operands: formula.operands.map((each) => this.read(each)) };
      default:
        return { op: formula.op, left: this.read(formula.left), right: this.read(formula.right) };
    }
  }

  #atom(key: unknown, atom: Atom): Ltl {
    let number = this.#numbers.get(key);
    if (number === undefined) {
      number = this.all.push(atom) - 1;
      this.#numbers.set(key, number);
    }
    return { op: 'atom', atom: number };
  }
}

/** By atom: which of the machine's witnesses or step predicates it is. */
export function indexOf(atoms: Pick<Atoms, 'all'>): number[] {
  const counts = { state: 0, step: 0, finished: 0, moves: 0 };
  return atoms.all.map(({ of }) => counts[of]++);
}

/** Whether one of them counts steps, so that none may be left out or put together. */
export function askForSteps(properties: readonly { readonly temporal?: Temporal }[]): boolean {
  return properties.some(({ temporal }) => temporal !== undefined && countsSteps(temporal));
}

/** Whether a formula counts steps. */
export function countsSteps(formula: Temporal): boolean {
  switch (formula.op) {
    case 'next':
      return true;
    case 'not':
    case 'once':
      return countsSteps(formula.operand);
    case 'and':
    case 'or':
      return formula.operands.some(countsSteps);
    case 'until':
    case 'release':
    case 'since':
      return countsSteps(formula.left) || countsSteps(formula.right);
    default:
      return false;
  }
}
