/** Statements in the words of the source, on one line: what the front end has hoisted out of an expression is put back. */
import type { Expr, Function, Place, Program, Stmt } from '../compiler/ir/program.js';
import { BINARY, type Text, within } from '../compiler/ir/precedence.js';
import { atom, exprText, placeText, textOf } from '../compiler/passes/text.js';
import { bodiesOf, everyStatement } from './effects.js';

export class Texts {
  readonly #setters = new Map<number, Stmt[]>();
  readonly #naming = (variable: number): Text => this.#value(variable);

  constructor(
    readonly program: Program,
    readonly fn: Function,
  ) {
    for (const statement of everyStatement(fn.body)) {
      const target =
        statement.do === 'set' ? statement.variable : statement.do === 'call' ? statement.target : null;
      if (target !== null) this.#setters.set(target, [...(this.#setters.get(target) ?? []), statement]);
    }
  }

  of(statement: Stmt): string {
    switch (statement.do) {
      case 'call':
        return this.#call(statement);
      case 'assign':
        return `${this.#place(statement.place)} = ${this.#expr(statement.value)}`;
      case 'set':
        return `${this.#name(statement.variable)} = ${this.#expr(statement.value)}`;
      case 'assume':
        return this.#expr(statement.test);
      case 'if':
        return `if (${this.#expr(statement.test)}) ${this.#inside(statement)}`;
      case 'for':
        return `for (${this.#name(statement.variable)}) ${this.#inside(statement)}`;
      case 'loop':
        return `while ${this.#inside(statement)}`;
      default:
        return statement.do;
    }
  }

  /** The first thing that is done there. */
  #inside(statement: Stmt): string {
    const bodies = bodiesOf(statement).filter((body) => body.length > 0);
    const inner = (bodies[0] ?? []).find((each) => each.do !== 'set' && each.do !== 'yield' && !isLook(each));
    if (inner === undefined) return '...';
    if (inner.do === 'return') return inner.value === null ? 'return' : `return ${this.#expr(inner.value)}`;
    return this.of(inner);
  }

  #call({ callee, args, span }: Stmt & { readonly do: 'call' }): string {
    const known = this.program.callTexts[`${span.file}:${span.line}:${span.column}`];
    if (known !== undefined)
      return known
        .replace(/^yield\*\s*/, '')
        .replace(/\s+/g, ' ')
        .replace(/^\((.*)\)$/, '$1');
    const shown = args.map((each) => ('value' in each ? this.#expr(each.value) : this.#place(each.place)));
    return `${callee}(${shown.join(', ')})`;
  }

  #expr(expr: Expr): string {
    return exprText(this.fn, expr, this.#naming);
  }

  #place(place: Place): string {
    return placeText(this.fn, place, this.#naming);
  }

  #name(variable: number): string {
    return this.fn.variables[variable]?.name ?? '?';
  }

  /** A temporary of the front end is what it was made from. */
  #value(variable: number): Text {
    const name = this.#name(variable);
    const hoisted = /^(.*)\$\d+$/.exec(name);
    if (hoisted === null) return atom(name);
    const operator = hoisted[1] === 'or' ? '||' : '&&';
    const texts = (this.#setters.get(variable) ?? []).map((each) => this.#set(each));
    const [first] = texts;
    if (first === undefined) return atom(hoisted[1] ?? name);
    if (texts.length === 1) return first;
    const strength = BINARY[operator];
    return { text: texts.map((each) => within(each, strength)).join(` ${operator} `), strength };
  }

  #set(statement: Stmt): Text {
    if (statement.do === 'call') return atom(this.#call(statement));
    return statement.do === 'set' ? textOf(this.fn, statement.value, this.#naming) : atom('');
  }
}

/** A call with an answer: what is done comes after it. */
function isLook(statement: Stmt): boolean {
  return statement.do === 'call' && statement.target !== null;
}
