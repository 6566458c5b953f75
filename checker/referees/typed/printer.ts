/**
 * Expressions in languages with types: each is written as the kind of value that its place wants, with conversions
 * where the two differ. What the words and operators of the language are, a dialect says.
 */
import { type Interval, rangeOf } from '../../compiler/codegen/ranges.js';
import type { Cell, CellRef, Expr, Local } from '../../compiler/ir/graph.js';
import { type Text, within } from '../../compiler/ir/precedence.js';
import type { BinaryOperator } from '../../compiler/ir/program.js';
import { type Enumeration, INT, joinedKind, type Kind, kindOf, type Scope } from './kinds.js';

/** How strongly texts hold together, in languages whose operators do not bind as those of JavaScript. */
export const STRENGTH = {
  weak: 0,
  or: 1,
  and: 2,
  not: 3,
  comparison: 4,
  sum: 5,
  product: 6,
  atom: 9,
} as const;

export interface Operand extends Text {
  readonly range: Interval;
}

type Comparison = '<' | '<=' | '>' | '>=' | '===' | '!==';
/** The operators that languages differ in: the rest of divisions, signs in shifts. */
export type Peculiar = '/' | '%' | '<<' | '>>' | '>>>' | '&' | '|' | '^';

export interface Dialect {
  readonly truth: readonly [no: string, yes: string];
  integer(value: number): string;
  /** A member of an enumeration, or the name that a number goes by. */
  member(of: Enumeration, value: number): string;
  local(local: number): string;
  place(ref: CellRef, before: boolean): string;
  not(operand: string): string;
  readonly and: string;
  readonly or: string;
  readonly comparisons: Readonly<Record<Comparison, string>>;
  conditional(test: string, then: string, otherwise: string): string;
  peculiar(operator: Peculiar, left: Operand, right: Operand): Text;
  complement(operand: Operand): Text;
}

export interface Surroundings {
  readonly cells: readonly Cell[];
  readonly locals: readonly Local[];
  readonly scope: Scope;
}

export class Printer {
  constructor(
    readonly dialect: Dialect,
    readonly surroundings: Surroundings,
  ) {}

  /** The text of a value of that kind. */
  value(expr: Expr, kind: Kind): string {
    return this.#as(expr, kind).text;
  }

  truth(expr: Expr): string {
    return this.#truth(expr).text;
  }

  /** The same in surroundings that want it at least so strong. */
  truthWithin(expr: Expr, strength: number): string {
    return within(this.#truth(expr), strength);
  }

  number(expr: Expr): string {
    return this.#number(expr, null).text;
  }

  /** That the expression does not hold. */
  falsity(expr: Expr): string {
    return this.#not(expr).text;
  }

  #as(expr: Expr, kind: Kind): Text {
    if (kind.is === 'bool') return this.#truth(expr);
    return kind.is === 'int' ? this.#number(expr, kind.names) : this.#member(expr, kind.of);
  }

  #kind(expr: Expr): Kind {
    return kindOf(expr, this.surroundings.scope) ?? INT;
  }

  #truth(expr: Expr): Text {
    const { dialect } = this;
    switch (expr.op) {
      case 'const':
        return atom(dialect.truth[expr.value === 0 ? 0 : 1]);
      case 'local':
      case 'load':
        return this.#kind(expr).is === 'bool' ? atom(this.#name(expr)) : this.#isNot(expr, 0);
      case 'unary':
        return expr.operator === '!' ? this.#not(expr.operand) : this.#isNot(expr, 0);
      case 'binary':
        switch (expr.operator) {
          case '&&':
          case '||':
            return this.#junction(expr.operator, expr.left, expr.right);
          case '<':
          case '<=':
          case '>':
          case '>=':
          case '===':
          case '!==':
            return this.#comparison(expr.operator, expr.left, expr.right);
          default:
            return this.#isNot(expr, 0);
        }
      case 'conditional':
        return this.#conditional(expr.test, this.#truth(expr.then), this.#truth(expr.else));
      case 'recode':
        return this.#table(expr, (value) => atom(dialect.truth[value === 0 ? 0 : 1]));
      default:
        return expr satisfies never;
    }
  }

  #not(expr: Expr): Text {
    if (expr.op === 'const') return this.#truth({ op: 'const', value: expr.value === 0 ? 1 : 0 });
    if (expr.op === 'unary' && expr.operator === '!') return this.#truth(expr.operand);
    const opposite = expr.op === 'binary' ? COMPLEMENTS.get(expr.operator) : undefined;
    if (expr.op === 'binary' && opposite !== undefined)
      return this.#comparison(opposite, expr.left, expr.right);
    if (expr.op !== 'conditional' && expr.op !== 'recode' && this.#kind(expr).is === 'int')
      return this.#infix('===', this.#number(expr, null), atom(this.dialect.integer(0)));
    const operand = this.#truth(expr);
    return { text: this.dialect.not(within(operand, STRENGTH.atom)), strength: STRENGTH.not };
  }

  #isNot(expr: Expr, value: number): Text {
    return this.#infix('!==', this.#number(expr, null), atom(this.dialect.integer(value)));
  }

  #junction(operator: '&&' | '||', left: Expr, right: Expr): Text {
    const strength = operator === '&&' ? STRENGTH.and : STRENGTH.or;
    // Chains of one operator stand as they are; one inside the other is easier to read in parentheses.
    const side = (each: Expr): string => {
      const text = this.#truth(each);
      return text.strength === strength ? text.text : within(text, STRENGTH.not);
    };
    const word = operator === '&&' ? this.dialect.and : this.dialect.or;
    return { text: `${side(left)} ${word} ${side(right)}`, strength };
  }

  #comparison(operator: Comparison, left: Expr, right: Expr): Text {
    const { scope } = this.surroundings;
    const isEquality = operator === '===' || operator === '!==';
    const kind = joinedKind(kindOf(left, scope), kindOf(right, scope)) ?? INT;
    if (!isEquality) return this.#infix(operator, this.#number(left, null), this.#number(right, null));
    if (kind.is !== 'bool') return this.#infix(operator, this.#as(left, kind), this.#as(right, kind));
    for (const [constant, other] of [
      [left, right],
      [right, left],
    ] as const) {
      if (constant.op !== 'const') continue;
      if (constant.value !== 0 && constant.value !== 1)
        return atom(this.dialect.truth[operator === '===' ? 0 : 1]);
      return (constant.value === 1) === (operator === '===') ? this.#truth(other) : this.#not(other);
    }
    return this.#infix(operator, this.#truth(left), this.#truth(right));
  }

  #infix(operator: Comparison, left: Text, right: Text): Text {
    const [a, b] = [left, right].map((each) => within(each, STRENGTH.comparison + 1));
    return { text: `${a} ${this.dialect.comparisons[operator]} ${b}`, strength: STRENGTH.comparison };
  }

  #number(expr: Expr, names: Enumeration | null): Text {
    const { dialect } = this;
    switch (expr.op) {
      case 'const':
        return this.#constant(expr.value, names);
      case 'local':
      case 'load': {
        const kind = this.#kind(expr);
        if (kind.is === 'int') return atom(this.#name(expr));
        if (kind.is === 'bool') return this.#oneOrZero(expr);
        return this.#chain(
          kind.of.names.map((_, i) => [
            this.#infix('===', atom(this.#name(expr)), atom(dialect.member(kind.of, kind.of.lo + i))),
            this.#constant(kind.of.lo + i, null),
          ]),
        );
      }
      case 'unary': {
        if (expr.operator === '!') return this.#oneOrZero(expr);
        const operand = this.#operand(expr.operand);
        if (expr.operator === '~') return dialect.complement(operand);
        return { text: `-${within(operand, STRENGTH.atom)}`, strength: STRENGTH.comparison };
      }
      case 'binary':
        return this.#arithmetic(expr.operator, expr.left, expr.right, expr);
      case 'conditional':
        return this.#conditional(expr.test, this.#number(expr.then, names), this.#number(expr.else, names));
      case 'recode':
        return this.#shifted(expr) ?? this.#table(expr, (value) => this.#constant(value, names));
      default:
        return expr satisfies never;
    }
  }

  #arithmetic(operator: BinaryOperator, left: Expr, right: Expr, whole: Expr): Text {
    switch (operator) {
      case '+':
      case '-':
      case '*': {
        const strength = operator === '*' ? STRENGTH.product : STRENGTH.sum;
        const [a, b] = [within(this.#operand(left), strength), within(this.#operand(right), strength + 1)];
        return { text: `${a} ${operator} ${b}`, strength };
      }
      case '/':
      case '%':
      case '<<':
      case '>>':
      case '>>>':
      case '&':
      case '|':
      case '^':
        return this.dialect.peculiar(operator, this.#operand(left), this.#operand(right));
      case '&&':
      case '||': {
        if (this.#kind(whole).is === 'bool') return this.#oneOrZero(whole);
        // The value of one of the two.
        const other = this.#number(right, null);
        return operator === '&&'
          ? this.#conditional(left, other, this.#constant(0, null))
          : this.#conditional(left, this.#constant(1, null), other);
      }
      case '<':
      case '<=':
      case '>':
      case '>=':
      case '===':
      case '!==':
        return this.#oneOrZero(whole);
      default:
        return operator satisfies never;
    }
  }

  #member(expr: Expr, of: Enumeration): Text {
    const name = (value: number): Text => atom(this.dialect.member(of, value));
    switch (expr.op) {
      case 'const':
        return name(expr.value);
      case 'conditional':
        return this.#conditional(expr.test, this.#member(expr.then, of), this.#member(expr.else, of));
      case 'recode':
        return this.#table(expr, name);
      case 'local':
      case 'load':
        if (this.#kind(expr).is === 'enum') return atom(this.#name(expr));
        break;
      case 'unary':
      case 'binary':
        break;
      default:
        return expr satisfies never;
    }
    const number = this.#number(expr, null);
    return this.#chain(
      of.names.map((_, i) => [this.#infix('===', number, this.#constant(of.lo + i, null)), name(of.lo + i)]),
    );
  }

  /** A table that only adds something, as one between enumerations of the same order does. */
  #shifted({ operand, lo, table }: Expr & { readonly op: 'recode' }): Text | null {
    const differences = new Set(table.flatMap((value, i) => (value === null ? [] : [value - lo - i])));
    const [by, ...others] = differences;
    if (by === undefined || others.length > 0) return null;
    if (by === 0) return this.#number(operand, null);
    return this.#arithmetic('+', operand, { op: 'const', value: by }, operand);
  }

  /** Entries with the same result stand together, the most frequent result last, without a test. */
  #table({ operand, lo, table }: Expr & { readonly op: 'recode' }, result: (value: number) => Text): Text {
    const operands = new Map<number, Expr[]>();
    table.forEach((value, i) => {
      if (value === null) return;
      const test: Expr = {
        op: 'binary',
        operator: '===',
        left: operand,
        right: { op: 'const', value: lo + i },
      };
      operands.set(value, [...(operands.get(value) ?? []), test]);
    });
    return this.#chain(
      [...operands]
        .toSorted(([, a], [, b]) => a.length - b.length)
        .map(([value, tests]) => {
          const any = tests.reduce((left, right) => ({ op: 'binary', operator: '||', left, right }));
          return [this.#truth(any), result(value)];
        }),
    );
  }

  /** The first result whose test holds; the last one's is not asked. */
  #chain(cases: readonly (readonly [test: Text, result: Text])[]): Text {
    const last = cases.at(-1)?.[1] ?? atom(this.dialect.integer(0));
    return cases.slice(0, -1).reduceRight((rest, [test, result]) => this.#choice(test, result, rest), last);
  }

  #conditional(test: Expr, then: Text, otherwise: Text): Text {
    return this.#choice(this.#truth(test), then, otherwise);
  }

  #choice(test: Text, then: Text, otherwise: Text): Text {
    const [a = '', b = ''] = [then, otherwise].map((each) => within(each, STRENGTH.sum));
    return { text: this.dialect.conditional(test.text, a, b), strength: STRENGTH.weak };
  }

  #oneOrZero(expr: Expr): Text {
    return this.#conditional(expr, this.#constant(1, null), this.#constant(0, null));
  }

  #operand(expr: Expr): Operand {
    return { ...this.#number(expr, null), range: rangeOf(expr, this.surroundings) };
  }

  #constant(value: number, names: Enumeration | null): Text {
    const known = names !== null && value >= names.lo && value < names.lo + names.names.length;
    if (known) return atom(this.dialect.member(names, value));
    const text = this.dialect.integer(value);
    return value < 0 ? { text, strength: STRENGTH.sum } : atom(text);
  }

  #name(expr: Expr & { readonly op: 'local' | 'load' }): string {
    if (expr.op === 'local') return this.dialect.local(expr.local);
    return this.dialect.place(expr.ref, expr.state === 'before');
  }
}

const COMPLEMENTS: ReadonlyMap<string, Comparison> = new Map([
  ['===', '!=='],
  ['!==', '==='],
  ['<', '>='],
  ['>=', '<'],
  ['>', '<='],
  ['<=', '>'],
]);

export function atom(text: string): Text {
  return { text, strength: STRENGTH.atom };
}
