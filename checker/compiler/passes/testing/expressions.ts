/** Expressions of the program, written as text: `kvm.pt[i].level + 1 < config.levels && !locked`. For tests. */
import type { BinaryOperator, Expr, Place, Scalar, Span, Type, ValueType } from '../../ir/program.js';

/** What an expression may mention. */
export interface Scope {
  readonly variables: readonly { readonly name: string; readonly type: Type }[];
}

const precedence: readonly (readonly BinaryOperator[])[] = [
  ['||'],
  ['&&'],
  ['|'],
  ['^'],
  ['&'],
  ['===', '!=='],
  ['<', '<=', '>', '>='],
  ['<<', '>>', '>>>'],
  ['+', '-'],
  ['*', '/', '%'],
];

const bool: Scalar = { kind: 'bool' };
const number: Scalar = { kind: 'number' };

export function parseExpr(text: string, scope: Scope, span: Span, expected?: Type): Expr {
  const parser = new Parser(text, scope, span);
  const expr = parser.conditional(expected);
  parser.finish();
  return expr;
}

export function parsePlace(text: string, scope: Scope, span: Span): Place {
  const parser = new Parser(text, scope, span);
  const { place } = parser.place();
  parser.finish();
  return place;
}

class Parser {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(
    private readonly text: string,
    private readonly scope: Scope,
    private readonly span: Span,
  ) {
    this.#tokens = text.match(/'[^']*'|[A-Za-z_$][\w$]*|\d+|===|!==|>>>|<<|>>|<=|>=|&&|\|\||\S/g) ?? [];
  }

  finish(): void {
    if (this.#at < this.#tokens.length) throw new SyntaxError(`${this.text}: unexpected ${this.#peek()}`);
  }

  conditional(expected?: Type): Expr {
    const test = this.#binary(0, expected);
    if (!this.#accept('?')) return test;
    const then = this.conditional(expected);
    this.#expect(':');
    const otherwise = this.conditional(valueType(then));
    return { op: 'conditional', test, then, else: otherwise, type: valueType(then), span: this.span };
  }

  place(): { readonly place: Place; readonly type: Type } {
    const name = this.#next();
    const variable = this.scope.variables.findLastIndex((each) => each.name === name);
    const declared = this.scope.variables[variable];
    if (declared === undefined) throw new SyntaxError(`${this.text}: no variable ${name}`);
    let { type } = declared;
    const path: ({ field: string } | { index: Expr })[] = [];
    for (;;) {
      if (this.#accept('.')) {
        const field = this.#next();
        if (type.kind !== 'record') throw new SyntaxError(`${this.text}: ${name} is no record`);
        const found = type.fields.find((each) => each.name === field);
        if (found === undefined) throw new SyntaxError(`${this.text}: no field ${field}`);
        path.push({ field });
        type = found.type;
      } else if (this.#accept('[')) {
        const index = this.conditional();
        this.#expect(']');
        if (type.kind !== 'vector') throw new SyntaxError(`${this.text}: ${name} is no vector`);
        path.push({ index });
        type = type.element;
      } else return { place: { span: this.span, variable, path }, type };
    }
  }

  #binary(level: number, expected?: Type): Expr {
    const operators = precedence[level];
    if (operators === undefined) return this.#unary(expected);
    let left = this.#binary(level + 1, expected);
    for (;;) {
      const operator = operators.find((each) => each === this.#peek());
      if (operator === undefined) return left;
      this.#at++;
      const right = this.#binary(level + 1, valueType(left));
      const type = /^([<>]=?|[!=]==|&&|\|\|)$/.test(operator) ? bool : number;
      left = { op: 'binary', operator, left, right, type, span: this.span };
    }
  }

  #unary(expected?: Type): Expr {
    const { span } = this;
    for (const operator of ['!', '-', '~'] as const)
      if (this.#accept(operator)) {
        const operand = this.#unary();
        return { op: 'unary', operator, operand, type: operator === '!' ? bool : number, span };
      }
    if (this.#accept('(')) {
      const inner = this.conditional(expected);
      this.#expect(')');
      return inner;
    }
    if (this.#accept('{')) return this.#record(expected);
    const token = this.#peek();
    if (/^\d/.test(token)) {
      this.#at++;
      return { op: 'const', value: Number(token), type: number, span };
    }
    if (token.startsWith("'")) {
      this.#at++;
      if (expected?.kind !== 'enum') throw new SyntaxError(`${this.text}: which enumeration is ${token} of?`);
      return { op: 'const', value: token.slice(1, -1), type: expected, span };
    }
    if (token === 'true' || token === 'false') {
      this.#at++;
      return { op: 'const', value: token === 'true', type: bool, span };
    }
    if (token === 'current') {
      this.#at++;
      return { op: 'current', type: number, span };
    }
    if (token === 'config') {
      this.#at++;
      this.#expect('.');
      return { op: 'config', name: this.#next(), type: number, span };
    }
    if (token === 'equal') {
      this.#at++;
      this.#expect('(');
      const left = this.conditional();
      this.#expect(',');
      const right = this.conditional(valueType(left));
      this.#expect(')');
      return { op: 'equal', left, right, type: bool, span };
    }
    const { place, type } = this.place();
    if (type.kind === 'vector') throw new SyntaxError(`${this.text}: a vector is no value`);
    return { op: 'read', place, type, span };
  }

  #record(expected?: Type): Expr {
    if (expected?.kind !== 'record') throw new SyntaxError(`${this.text}: which record?`);
    const given = new Map<string, Expr>();
    while (!this.#accept('}')) {
      const name = this.#next();
      this.#expect(':');
      given.set(name, this.conditional(expected.fields.find((each) => each.name === name)?.type));
      this.#accept(',');
    }
    const fields = expected.fields.map(({ name }) => {
      const value = given.get(name);
      if (value === undefined) throw new SyntaxError(`${this.text}: no ${name}`);
      return value;
    });
    return { op: 'record', type: expected, fields, span: this.span };
  }

  #peek(): string {
    return this.#tokens[this.#at] ?? '';
  }

  #next(): string {
    return this.#tokens[this.#at++] ?? '';
  }

  #accept(token: string): boolean {
    if (this.#peek() !== token) return false;
    this.#at++;
    return true;
  }

  #expect(token: string): void {
    if (!this.#accept(token)) throw new SyntaxError(`${this.text}: expected ${token}, found ${this.#peek()}`);
  }
}

function valueType(expr: Expr): ValueType {
  return expr.type;
}
