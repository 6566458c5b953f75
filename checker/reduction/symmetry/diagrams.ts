/**
 * Decision diagrams with many-valued variables (Srinivasan et al. 1990): functions from the values of cells and locals to
 * numbers. Ordered, reduced and shared, so two functions are equal exactly if they are the same node.
 *
 * What has too many values to be decided on is a symbol: results are then terms over symbols, and a test of a term is
 * a variable of its own. Such tests count as independent of each other, so functions that are equal may come out as
 * different, but never the other way round.
 */
import { applyBinary, applyUnary } from '../../compiler/ir/operators.js';
import type { BinaryOperator, UnaryOperator } from '../../compiler/ir/program.js';

/** A function: the index of its node. */
export type Diagram = number;

/** The functions have become too large to be compared. */
export class TooLarge extends Error {
  override readonly name = 'TooLarge';
}

const TERMINAL = 0x7fff_ffff;
/** Above the number of any node, so that two or three of them make one key. */
const NODES = 2 ** 17;

export class Diagrams {
  /** By node: its variable. Variables that were made first are decided on first. */
  readonly #variables: number[] = [];
  /** By node: what it leads to, by value of its variable. */
  readonly #branches: (readonly Diagram[])[] = [];
  /** By terminal: a number, or the text of a term. */
  readonly #values = new Map<Diagram, number | string>();
  readonly #sizes: number[] = [];
  readonly #unique = new Map<string, Diagram>();
  /** By variable: nodes with two branches, which are most. */
  readonly #pairs: Map<number, Diagram>[] = [];
  readonly #chosen = new Map<number, Diagram>();
  /** By operation: results by operands. */
  readonly #known = new Map<string, Map<number, Diagram>>();
  #results = 0;
  readonly #tests = new Map<string, Diagram>();
  /** By operator and term: what it joins. */
  readonly #parts = new Map<string, readonly (number | string)[]>();

  /** @param limit the most nodes, below 2 ** 17 */
  constructor(readonly limit: number) {}

  get size(): number {
    return this.#variables.length;
  }

  constant(value: number): Diagram {
    return this.#terminal(value);
  }

  symbol(name: string): Diagram {
    return this.#terminal(`<${name}>`);
  }

  /** A variable with values from 0 to size - 1. */
  variable(size: number): number {
    return this.#sizes.push(size) - 1;
  }

  /** What `branches[i]` says where the variable is i. */
  select(variable: number, branches: readonly Diagram[]): Diagram {
    const top = this.#top(branches, variable);
    if (top === variable)
      return this.#node(
        variable,
        branches.map((each, i) => this.#at(each, variable, i)),
      );
    return this.#remember(`select ${variable} ${branches.join()}`, 0, () =>
      this.#node(
        top,
        this.#over(top, (i) =>
          this.select(
            variable,
            branches.map((each) => this.#at(each, top, i)),
          ),
        ),
      ),
    );
  }

  /** The number that the function always gives, or null. */
  constantOf(diagram: Diagram): number | null {
    const value = this.#values.get(diagram);
    return typeof value === 'number' ? value : null;
  }

  /** `then` where the test is not 0, and `otherwise` elsewhere. */
  choose(test: Diagram, then: Diagram, otherwise: Diagram): Diagram {
    const decided = this.#values.get(test);
    if (typeof decided === 'number') return decided === 0 ? otherwise : then;
    if (then === otherwise) return then;
    if (decided !== undefined) return this.choose(this.#test(decided), then, otherwise);
    const key = (test * NODES + then) * NODES + otherwise;
    const found = this.#chosen.get(key);
    if (found !== undefined) return found;
    const top = Math.min(this.#variableOf(test), this.#variableOf(then), this.#variableOf(otherwise));
    const made = this.select(
      top,
      this.#over(top, (i) =>
        this.choose(this.#at(test, top, i), this.#at(then, top, i), this.#at(otherwise, top, i)),
      ),
    );
    this.#count();
    this.#chosen.set(key, made);
    return made;
  }

  binary(operator: BinaryOperator, left: Diagram, right: Diagram): Diagram {
    if (operator === '&&') return this.choose(left, right, this.constant(0));
    if (operator === '||') return this.choose(left, this.constant(1), right);
    const [a, b] = [this.#values.get(left), this.#values.get(right)];
    if (a !== undefined && b !== undefined) return this.#binaryOf(operator, a, b);
    return this.#remember(operator, left * NODES + right, () => {
      const top = Math.min(this.#variableOf(left), this.#variableOf(right));
      return this.select(
        top,
        this.#over(top, (i) => this.binary(operator, this.#at(left, top, i), this.#at(right, top, i))),
      );
    });
  }

  unary(operator: UnaryOperator, operand: Diagram): Diagram {
    if (operator === '!') return this.choose(operand, this.constant(0), this.constant(1));
    return this.map(`u${operator}`, operand, (value) => applyUnary(operator, value));
  }

  /** The function of each number; terms stay, under the name. */
  map(name: string, diagram: Diagram, change: (value: number) => number): Diagram {
    return this.bind(name, diagram, (value) =>
      this.#terminal(typeof value === 'number' ? number(change(value)) : `${name}(${value})`),
    );
  }

  /** The function that a number or term stands for, in place of each. The same name means the same replacement. */
  bind(name: string, diagram: Diagram, replace: (value: number | string) => Diagram): Diagram {
    const value = this.#values.get(diagram);
    if (value !== undefined) return replace(value);
    return this.#remember(`bind ${name}`, diagram, () => {
      const top = this.#variableOf(diagram);
      return this.select(
        top,
        this.#over(top, (i) => this.bind(name, this.#at(diagram, top, i), replace)),
      );
    });
  }

  #binaryOf(operator: BinaryOperator, a: number | string, b: number | string): Diagram {
    if (typeof a === 'number' && typeof b === 'number')
      return this.constant(number(applyBinary(operator, a, b)));
    switch (operator) {
      case '===':
      case '!==': {
        const same = this.#test(`(${[a, b].map(String).sort().join(' = ')})`);
        if (a === b) return this.constant(operator === '===' ? 1 : 0);
        return operator === '===' ? same : this.unary('!', same);
      }
      case '<':
      case '<=':
      case '>':
      case '>=':
        return this.#test(`(${a} ${operator} ${b})`);
      case '|':
      case '&':
      case '^':
      case '+':
        return this.#joined(operator, a, b);
      default:
        return this.#terminal(`(${a} ${operator} ${b})`);
    }
  }

  /** Operands whose order and grouping do not matter, in one order. */
  #joined(operator: '|' | '&' | '^' | '+', a: number | string, b: number | string): Diagram {
    const parts = [a, b].flatMap((each) => this.#parts.get(`${operator}${each}`) ?? [each]);
    const numbers = parts.filter((each) => typeof each === 'number');
    const texts = parts.filter((each) => typeof each === 'string').sort();
    const once = operator === '|' || operator === '&';
    const terms: (number | string)[] = once ? [...new Set(texts)] : texts;
    if (numbers.length > 0) terms.push(numbers.reduce((x, y) => number(applyBinary(operator, x, y))));
    const term = `(${terms.join(` ${operator} `)})`;
    this.#parts.set(`${operator}${term}`, terms);
    return this.#terminal(term);
  }

  /** Whether a term is not 0. */
  #test(term: string): Diagram {
    const found = this.#tests.get(term);
    if (found !== undefined) return found;
    const made = this.#node(this.variable(2), [this.constant(0), this.constant(1)]);
    this.#tests.set(term, made);
    return made;
  }

  #terminal(value: number | string): Diagram {
    const key = typeof value === 'number' ? `=${value}` : value;
    const found = this.#unique.get(key);
    if (found !== undefined) return found;
    const made = this.#add(TERMINAL, []);
    this.#values.set(made, value);
    this.#unique.set(key, made);
    return made;
  }

  #node(variable: number, branches: readonly Diagram[]): Diagram {
    const [first] = branches;
    if (first !== undefined && branches.every((each) => each === first)) return first;
    const [, second] = branches;
    if (branches.length === 2 && first !== undefined && second !== undefined) {
      this.#pairs[variable] ??= new Map();
      return this.#uniqueIn(this.#pairs[variable], first * NODES + second, variable, branches);
    }
    return this.#uniqueIn(this.#unique, `${variable}:${branches.join()}`, variable, branches);
  }

  #uniqueIn<K>(nodes: Map<K, Diagram>, key: K, variable: number, branches: readonly Diagram[]): Diagram {
    const found = nodes.get(key);
    if (found !== undefined) return found;
    const made = this.#add(variable, branches);
    nodes.set(key, made);
    return made;
  }

  #add(variable: number, branches: readonly Diagram[]): Diagram {
    if (this.#variables.length >= this.limit) throw new TooLarge();
    this.#branches.push(branches);
    return this.#variables.push(variable) - 1;
  }

  #remember(operation: string, operands: number, make: () => Diagram): Diagram {
    const known = this.#known.get(operation) ?? new Map<number, Diagram>();
    if (known.size === 0) this.#known.set(operation, known);
    const found = known.get(operands);
    if (found !== undefined) return found;
    const made = make();
    this.#count();
    known.set(operands, made);
    return made;
  }

  #count(): void {
    if (++this.#results > 8 * this.limit) throw new TooLarge();
  }

  #variableOf(diagram: Diagram): number {
    return this.#variables[diagram] ?? TERMINAL;
  }

  #top(diagrams: readonly Diagram[], least: number): number {
    let top = least;
    for (const each of diagrams) top = Math.min(top, this.#variableOf(each));
    return top;
  }

  #over(variable: number, make: (value: number) => Diagram): Diagram[] {
    const branches: Diagram[] = [];
    for (let i = 0; i < (this.#sizes[variable] ?? 0); i++) branches.push(make(i));
    return branches;
  }

  /** The function where the variable, which no other of its variables comes before, has that value. */
  #at(diagram: Diagram, variable: number, value: number): Diagram {
    return this.#variables[diagram] === variable ? (this.#branches[diagram]?.[value] ?? diagram) : diagram;
  }
}

/** What an operation gives outside its domain is never used: a check in front of it has failed. */
function number(value: number): number {
  return Number.isFinite(value) ? value : 0;
}
