/** The expressions of Murphi, as Rumur has them: `&` and `|` are bitwise on numbers, and numbers have 64 bits. */
import { isInt32 } from '../../compiler/codegen/ranges.js';
import type { CellRef, Expr, Graph, Local } from '../../compiler/ir/graph.js';
import { type Text, within } from '../../compiler/ir/precedence.js';
import { pathOf, placeText } from '../structure.js';
import type { Scope } from '../typed/kinds.js';
import { type Dialect, type Operand, type Peculiar, Printer, STRENGTH } from '../typed/printer.js';
import type { Wording } from './control.js';
import type { Declared } from './declarations.js';

export interface Names {
  readonly locals: readonly Local[];
  readonly scope: Scope;
  readonly local: (local: number) => string;
  /** By field of the root record: the variable to read now, or before the step. */
  readonly root: (name: string, before: boolean) => string;
}

/** Writes the expressions of one process or predicate. */
export function murphiPrinter({ model, structure, member, field }: Declared, names: Names): MurphiPrinter {
  return new MurphiPrinter(model.graph.cells, names, member, (ref, before, index) =>
    placeText(
      pathOf(structure, ref),
      (name, depth) => (depth === 0 ? names.root(name, before) : field(name, depth)),
      index,
    ),
  );
}

export class MurphiPrinter extends Printer {
  constructor(
    cells: Graph['cells'],
    names: Names,
    member: Dialect['member'],
    place: (ref: CellRef, before: boolean, index: (expr: Expr) => string) => string,
  ) {
    const dialect: Dialect = {
      truth: ['false', 'true'],
      integer: String,
      member,
      local: names.local,
      place: (ref, before) => place(ref, before, (index) => this.number(index)),
      not: (operand) => `!${operand}`,
      and: '&',
      or: '|',
      comparisons: { '<': '<', '<=': '<=', '>': '>', '>=': '>=', '===': '=', '!==': '!=' },
      // Rumur's grammar gives `?` no precedence: without parentheses the test ends at its last operand.
      conditional: (test, then, otherwise) => `(${test}) ? ${then} : ${otherwise}`,
      peculiar,
      complement: (operand) => weak(`~${within(int32(operand), STRENGTH.atom)}`),
    };
    super(dialect, { cells, locals: names.locals, scope: names.scope });
  }

  get wording(): Pick<Wording, 'test' | 'falsity'> {
    return { test: (expr) => this.truth(expr), falsity: (expr) => this.falsity(expr) };
  }

  /** A test that stands beside others. */
  conjunct(expr: Expr): string {
    return this.truthWithin(expr, STRENGTH.not);
  }

  place(ref: CellRef): string {
    return this.dialect.place(ref, false);
  }
}

function weak(text: string): Text {
  return { text, strength: STRENGTH.weak };
}

/** What JavaScript's bitwise operators take: the last 32 bits, signed. */
function int32(operand: Operand): Text {
  if (isInt32(operand.range)) return operand;
  return signed(weak(`${within(operand, STRENGTH.atom)} & 4294967295`));
}

/** The signed number with these 32 bits. */
function signed(bits: Text): Text {
  return {
    text: `((${within(bits, STRENGTH.atom)} ^ 2147483648) - 2147483648)`,
    strength: STRENGTH.atom,
  };
}

function peculiar(operator: Peculiar, left: Operand, right: Operand): Text {
  const infix = (a: Text, word: string, b: Text): Text =>
    weak(`${within(a, STRENGTH.atom)} ${word} ${within(b, STRENGTH.atom)}`);
  switch (operator) {
    case '/':
    case '%': {
      const { range } = right;
      const result = infix(left, operator, right);
      if (range.lo > 0 || range.hi < 0) return result;
      // A zero divisor is an error of the model that a check finds; here it must only not be one of the checker.
      return weak(`(${within(right, STRENGTH.atom)} = 0) ? 0 : (${result.text})`);
    }
    case '&':
    case '|':
    case '^':
      return infix(int32(left), operator, int32(right));
    case '<<': {
      const by = shiftCount(right);
      const result = infix(int32(left), '<<', by.text);
      if (left.range.lo >= 0 && left.range.hi * 2 ** by.most <= 0x7fff_ffff) return result;
      return signed(weak(`(${result.text}) & 4294967295`));
    }
    case '>>':
      return infix(int32(left), '>>', shiftCount(right).text);
    case '>>>': {
      const bits =
        left.range.lo >= 0 && isInt32(left.range)
          ? left
          : weak(`${within(left, STRENGTH.atom)} & 4294967295`);
      return infix(bits, '>>', shiftCount(right).text);
    }
    default:
      return operator satisfies never;
  }
}

/** Only the last five bits of a shift's distance count. */
function shiftCount(right: Operand): { readonly text: Text; readonly most: number } {
  const { lo, hi } = right.range;
  if (lo >= 0 && hi <= 31) return { text: right, most: hi };
  return { text: weak(`${within(right, STRENGTH.atom)} & 31`), most: 31 };
}
