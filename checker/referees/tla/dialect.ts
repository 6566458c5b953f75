/** The expressions of TLA+. What it has no operators for is defined in the module where it is used. */
import type { CellRef, Expr, Graph, Local } from '../../compiler/ir/graph.js';
import { type Text, within } from '../../compiler/ir/precedence.js';
import { pathOf, placeText } from '../structure.js';
import type { Scope } from '../typed/kinds.js';
import { atom, type Dialect, type Operand, type Peculiar, Printer, STRENGTH } from '../typed/printer.js';
import { integerText } from './arithmetic.js';
import type { Declared } from './declarations.js';

export interface Names {
  readonly locals: readonly Local[];
  readonly scope: Scope;
  readonly local: (local: number) => string;
  /** By field of the root record: the variable to read now, or before the step. */
  readonly root: (name: string, before: boolean) => string;
}

export class TlaPrinter extends Printer {
  readonly #declared: Declared;

  constructor(declared: Declared, names: Names) {
    const { cells }: Graph = declared.model.graph;
    const dialect: Dialect = {
      truth: ['FALSE', 'TRUE'],
      integer: integerText,
      member: declared.member,
      local: names.local,
      place: (ref, before) =>
        placeText(
          pathOf(declared.structure, ref),
          (name, depth) => (depth === 0 ? names.root(name, before) : declared.field(name, depth)),
          (index) => this.number(index),
        ),
      not: (operand) => `~${operand}`,
      and: '/\\',
      or: '\\/',
      comparisons: { '<': '<', '<=': '<=', '>': '>', '>=': '>=', '===': '=', '!==': '#' },
      conditional: (test, then, otherwise) => `IF ${test} THEN ${then} ELSE ${otherwise}`,
      peculiar,
      complement: (operand) => ({ text: `-${within(operand, STRENGTH.atom)} - 1`, strength: STRENGTH.weak }),
    };
    super(dialect, { cells, locals: names.locals, scope: names.scope });
    this.#declared = declared;
  }

  /** A test that stands beside others. */
  conjunct(expr: Expr): string {
    return this.truthWithin(expr, STRENGTH.not);
  }

  /** `![i].spte[j].kind`, or nothing for a variable as a whole. */
  path(ref: CellRef): string {
    const { structure, field } = this.#declared;
    return placeText(
      pathOf(structure, ref),
      (name, depth) => (depth === 0 ? '' : field(name, depth)),
      (index: Expr) => this.number(index),
    );
  }
}

function peculiar(operator: Peculiar, left: Operand, right: Operand): Text {
  const isPlain = left.range.lo >= 0 && right.range.lo > 0;
  const infix = (word: string): Text => ({
    text: `${within(left, STRENGTH.atom)} ${word} ${within(right, STRENGTH.atom)}`,
    strength: STRENGTH.weak,
  });
  switch (operator) {
    case '/':
      return isPlain ? infix('\\div') : call('Quotient', left, right);
    case '%':
      return isPlain ? infix('%') : call('Remainder', left, right);
    case '<<':
      return call('ShiftLeft', left, right);
    case '>>':
      return call('ShiftRight', left, right);
    case '>>>':
      return call('ShiftRightUnsigned', left, right);
    case '&':
      return call('BitAnd', left, right);
    case '|':
      return call('BitOr', left, right);
    case '^':
      return call('BitXor', left, right);
    default:
      return operator satisfies never;
  }
}

function call(name: string, left: Text, right: Text): Text {
  return atom(`${name}(${left.text}, ${right.text})`);
}
