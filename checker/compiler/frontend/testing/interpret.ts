/**
 * For tests: runs the functions of a program on plain JavaScript objects, statement by statement.
 *
 * Nothing is inlined or packed, and no other process runs: what remains is what lowering did to a function.
 */
import { withChooser, type Chooser } from '../../../language/primitives.js';
import type { Argument, Expr, Function, Place, Program, Stmt } from '../../ir/program.js';

export type Value = number | boolean | string | Value[] | { [field: string]: Value };

type Outcome =
  | { readonly to: 'next' }
  | { readonly to: 'return'; readonly value: Value | null }
  | { readonly to: 'break' | 'continue'; readonly label: number };

const NEXT: Outcome = { to: 'next' };

/** Too many statements: the program loops. */
export class OutOfFuel extends Error {}

export class Interpreter {
  #fuel: number;

  constructor(
    private readonly program: Program,
    private readonly config: { readonly [name: string]: Value },
    private readonly choose: Chooser,
    fuel = 20_000,
  ) {
    this.#fuel = fuel;
  }

  /** Calls a function with values, and with objects for places. */
  call(id: string, args: readonly Value[]): Value | null {
    const callee = this.program.functions[id];
    if (callee === undefined) throw new Error(`no function ${id}`);
    const outcome = new Frame(this, callee, args).run(callee.body);
    return outcome.to === 'return' ? outcome.value : null;
  }

  configured(name: string): Value {
    return known(this.config[name]);
  }

  answer(count: number): number {
    return withChooser(this.choose, () => (count === 1 ? 0 : this.choose(count)));
  }

  burn(): void {
    if (this.#fuel-- <= 0) throw new OutOfFuel();
  }
}

class Frame {
  readonly #variables: (Value | undefined)[];

  constructor(
    private readonly interpreter: Interpreter,
    private readonly code: Function,
    args: readonly Value[],
  ) {
    this.#variables = [...args];
  }

  run(body: readonly Stmt[]): Outcome {
    for (const statement of body) {
      const outcome = this.#statement(statement);
      if (outcome.to !== 'next') return outcome;
    }
    return NEXT;
  }

  #statement(statement: Stmt): Outcome {
    this.interpreter.burn();
    switch (statement.do) {
      case 'set':
        this.#variables[statement.variable] = this.#copy(statement.value);
        return NEXT;
      case 'alias':
        this.#variables[statement.variable] = this.#load(statement.place);
        return NEXT;
      case 'assign':
        this.#store(statement.place, this.#expr(statement.value));
        return NEXT;
      case 'call': {
        const args = statement.args.map((each) => this.#argument(each));
        const result = this.interpreter.call(statement.callee, args);
        if (statement.target !== null) this.#variables[statement.target] = known(result);
        return NEXT;
      }
      case 'choose':
        this.#variables[statement.variable] = this.interpreter.answer(Number(this.#expr(statement.count)));
        return NEXT;
      case 'yield':
        return NEXT;
      case 'assume':
      case 'assert':
        if (this.#expr(statement.test) !== true) throw new Error(statement.do);
        return NEXT;
      case 'if':
        return this.run(this.#expr(statement.test) === true ? statement.then : statement.else);
      case 'block': {
        const outcome = this.run(statement.body);
        return outcome.to === 'break' && outcome.label === statement.label ? NEXT : outcome;
      }
      case 'loop':
        return this.#loop(statement.label, () => this.run(statement.body));
      case 'for':
        return this.#count(statement);
      case 'break':
      case 'continue':
        return { to: statement.do, label: statement.label };
      case 'return':
        return { to: 'return', value: statement.value === null ? null : this.#expr(statement.value) };
      default:
        return statement satisfies never;
    }
  }

  #count(loop: Stmt & { readonly do: 'for' }): Outcome {
    const to = Number(this.#expr(loop.to));
    let value = Number(this.#expr(loop.from));
    return this.#loop(loop.label, () => {
      if (loop.step === 1 ? value >= to : value < to) return { to: 'break', label: loop.label };
      this.#variables[loop.variable] = value;
      value += loop.step;
      return this.run(loop.body);
    });
  }

  #loop(label: number, once: () => Outcome): Outcome {
    for (;;) {
      this.interpreter.burn();
      const outcome = once();
      if (outcome.to === 'return') return outcome;
      if (outcome.to === 'next' || outcome.label !== label) {
        if (outcome.to !== 'next') return outcome;
      } else if (outcome.to === 'break') return NEXT;
    }
  }

  #argument(argument: Argument): Value {
    return 'value' in argument ? this.#expr(argument.value) : this.#load(argument.place);
  }

  #variable(index: number): Value {
    const value = this.#variables[index];
    if (value === undefined)
      throw new Error(`${this.code.id}: ${this.code.variables[index]?.name} has no value`);
    return value;
  }

  #load(place: Place): Value {
    return place.path.reduce(
      (value, part) => element(value, this.#key(part)),
      this.#variable(place.variable),
    );
  }

  #store(place: Place, value: Value): void {
    const last = place.path.at(-1);
    if (last === undefined) throw new Error('a place that is assigned has a path');
    const container = this.#load({ ...place, path: place.path.slice(0, -1) });
    const key = this.#key(last);
    element(container, key);
    (container as Record<string | number, Value>)[key] = value;
  }

  #key(part: Place['path'][number]): string | number {
    return 'field' in part ? part.field : Number(this.#expr(part.index));
  }

  /** The content of a local place is its own; values are never changed, so they may be shared. */
  #copy(expr: Expr): Value {
    return structuredClone(this.#expr(expr));
  }

  #expr(expr: Expr): Value {
    switch (expr.op) {
      case 'const':
        return expr.value;
      case 'current':
        return 0;
      case 'config':
        return this.interpreter.configured(expr.name);
      case 'read':
        return this.#load(expr.place);
      case 'unary':
        return unary(expr.operator, this.#expr(expr.operand));
      case 'binary':
        if (expr.operator === '&&') return this.#expr(expr.left) === true && this.#expr(expr.right);
        if (expr.operator === '||') return this.#expr(expr.left) === true || this.#expr(expr.right);
        return binary(expr.operator, this.#expr(expr.left), this.#expr(expr.right));
      case 'conditional':
        return this.#expr(expr.test) === true ? this.#expr(expr.then) : this.#expr(expr.else);
      case 'record':
        return Object.fromEntries(
          expr.type.fields.map(({ name }, i) => [name, this.#expr(known(expr.fields[i]))]),
        );
      case 'field':
        return element(this.#expr(expr.record), expr.field);
      case 'equal':
        return JSON.stringify(this.#expr(expr.left)) === JSON.stringify(this.#expr(expr.right));
      case 'recode': {
        const value = this.#expr(expr.operand);
        const { type } = expr;
        if (type.kind !== 'enum' || !type.values.includes(String(value)))
          throw new Error(`${value} has no code`);
        return value;
      }
      default:
        return expr satisfies never;
    }
  }
}

function element(value: Value, key: string | number): Value {
  if (typeof value !== 'object') throw new Error(`${value} has no ${key}`);
  return known((value as Record<string | number, Value>)[key]);
}

function known<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Error('a value is missing');
  return value;
}

function unary(operator: string, operand: Value): Value {
  if (operator === '!') return operand !== true;
  return operator === '-' ? -Number(operand) : ~Number(operand);
}

function binary(operator: string, left: Value, right: Value): Value {
  if (operator === '===') return left === right;
  if (operator === '!==') return left !== right;
  const [a, b] = [Number(left), Number(right)];
  const operation = OPERATIONS[operator];
  if (operation === undefined) throw new Error(`operator ${operator}`);
  return operation(a, b);
}

const OPERATIONS: Readonly<Record<string, (a: number, b: number) => Value>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => Math.trunc(a / b),
  '%': (a, b) => a % b,
  '<<': (a, b) => a << b,
  '>>': (a, b) => a >> b,
  '>>>': (a, b) => a >>> b,
  '&': (a, b) => a & b,
  '|': (a, b) => a | b,
  '^': (a, b) => a ^ b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};
