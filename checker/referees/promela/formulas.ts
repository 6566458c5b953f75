/** Temporal formulas in the words of SPIN, which is usually built without `X` and knows nothing of the past. */
import type { Ltl } from '../../temporal/ltl.js';

/** What a formula contains that SPIN has no word for; null if there is no such thing. */
export function unsayable(formula: Ltl): string | null {
  switch (formula.op) {
    case 'constant':
    case 'atom':
      return null;
    case 'next':
    case 'once':
    case 'since':
      return formula.op;
    case 'not':
      return unsayable(formula.operand);
    case 'and':
    case 'or':
      return formula.operands.map(unsayable).find((each) => each !== null) ?? null;
    default:
      return unsayable(formula.left) ?? unsayable(formula.right);
  }
}

/** @param atom the proposition that an atom is, as an operand */
export function formulaText(formula: Ltl, atom: (number: number) => string): string {
  const text = (each: Ltl): string => formulaText(each, atom);
  switch (formula.op) {
    case 'constant':
      return String(formula.value);
    case 'atom':
      return atom(formula.atom);
    case 'not':
      // Two signs in a row would send a message.
      return `(! ${text(formula.operand)})`;
    case 'and':
    case 'or': {
      const [only] = formula.operands;
      if (only === undefined) return String(formula.op === 'and');
      if (formula.operands.length === 1) return text(only);
      return `(${formula.operands.map(text).join(formula.op === 'and' ? ' && ' : ' || ')})`;
    }
    case 'until':
      if (isConstant(formula.left, true)) return `<> ${text(formula.right)}`;
      return `(${text(formula.left)} U ${text(formula.right)})`;
    case 'release':
      if (isConstant(formula.left, false)) return `[] ${text(formula.right)}`;
      return `(${text(formula.left)} V ${text(formula.right)})`;
    default:
      throw new RangeError(`SPIN does not know ${formula.op}`);
  }
}

function isConstant(formula: Ltl, value: boolean): boolean {
  return formula.op === 'constant' && formula.value === value;
}
