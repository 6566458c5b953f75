/** Verdicts of SPIN beside ours, on random products. */
import fc from 'fast-check';
import { decide } from '../../../temporal/decide.js';
import type { Ltl } from '../../../temporal/ltl.js';
import { ATOMS, futureFormula, propositional } from '../../../temporal/testing/random.js';
import { withTemporaryFolder } from '../../tools/files.js';
import { verifyClaims } from '../claims.js';
import { formulaText } from '../formulas.js';
import { kripkeOf, type Product, promelaOf } from './products.js';

/** SPIN's translation takes minutes and gigabytes over some larger formulas. */
const MOST_OPERATORS = 3;

/** Without `next`, for which SPIN is not built. */
const anySayable = futureFormula(propositional)
  .map(withoutNext)
  .filter((formula) => temporalOperators(formula) <= MOST_OPERATORS);

const always = (right: Ltl): Ltl => ({ op: 'release', left: { op: 'constant', value: false }, right });
const eventually = (right: Ltl): Ltl => ({ op: 'until', left: { op: 'constant', value: true }, right });
const not = (operand: Ltl): Ltl => ({ op: 'not', operand });
const either = (...operands: Ltl[]): Ltl => ({ op: 'or', operands });

/** What people ask, to which fairness makes a difference more often than to a random formula. */
const usual: fc.Arbitrary<Ltl> = fc
  .tuple(
    fc.constantFrom<(p: Ltl, q: Ltl) => Ltl>(
      (p) => eventually(p),
      (p) => always(eventually(p)),
      (p) => eventually(always(p)),
      (p, q) => always(either(not(p), eventually(q))),
      (p, q) => either(eventually(always(not(p))), always(eventually(q))),
      (p, q) => ({ op: 'until', left: p, right: q }),
    ),
    propositional,
    propositional,
  )
  .map(([make, p, q]) => make(p, q));

export const sayableFormula: fc.Arbitrary<Ltl> = fc.oneof(anySayable, usual);

/** Several formulas of one model: the verifier is compiled once. */
export const sayableFormulas = (count: number): fc.Arbitrary<Ltl[]> =>
  fc.array(sayableFormula, { minLength: count, maxLength: count });

/** Sums up comparisons, and says which are no agreement. */
export class Tally {
  readonly counts = { holds: 0, violated: 0, undecided: 0 };
  readonly differences: string[] = [];

  add(all: readonly Comparison[]): void {
    for (const { formula, ours, theirs } of all) {
      if (theirs === null) this.counts.undecided++;
      else if (ours !== theirs) this.differences.push(`${formula}: ${ours} here, ${theirs} there`);
      else this.counts[ours ? 'holds' : 'violated']++;
    }
  }
}

export interface Comparison {
  readonly formula: string;
  readonly ours: boolean;
  readonly theirs: boolean | null;
}

/** @param spoil changes the model that SPIN gets */
export async function compareVerdicts(
  product: Product,
  formulas: readonly Ltl[],
  fair: boolean,
  spoil: (text: string) => string = (text) => text,
): Promise<readonly Comparison[]> {
  const kripke = kripkeOf(product, fair);
  const texts = formulas.map((each) => formulaText(each, (atom) => `atom${atom}`));
  const claims = formulas.map((_, index) => ({ name: `f${index}`, fair }));
  const results = await withTemporaryFolder((folder) =>
    verifyClaims(spoil(promelaOf(product, texts)), claims, {
      folder,
      timeoutSeconds: 10,
      memoryBytes: 2 ** 28,
      processes: product.processes.length + 1,
    }),
  );
  return formulas.map((formula, index) => ({
    formula: texts[index] ?? '',
    ours: decide(kripke, formula, ATOMS).verdict === 'holds',
    theirs: results[index]?.holds ?? null,
  }));
}

function withoutNext(formula: Ltl): Ltl {
  switch (formula.op) {
    case 'constant':
    case 'atom':
      return formula;
    case 'next':
      return withoutNext(formula.operand);
    case 'not':
    case 'once':
      return { op: formula.op, operand: withoutNext(formula.operand) };
    case 'and':
    case 'or':
      return { op: formula.op, operands: formula.operands.map(withoutNext) };
    default:
      return { op: formula.op, left: withoutNext(formula.left), right: withoutNext(formula.right) };
  }
}

function temporalOperators(formula: Ltl): number {
  switch (formula.op) {
    case 'constant':
    case 'atom':
      return 0;
    case 'not':
    case 'next':
    case 'once':
      return temporalOperators(formula.operand);
    case 'and':
    case 'or':
      return formula.operands.reduce((sum, each) => sum + temporalOperators(each), 0);
    default:
      return 1 + temporalOperators(formula.left) + temporalOperators(formula.right);
  }
}
