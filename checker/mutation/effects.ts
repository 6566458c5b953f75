/**
 * What the functions of a program do to the shared state, their callees included: the question behind "is this statement a
 * step of synchronisation?".
 */
import type { Argument, Expr, Function, Place, Program, Stmt, Type } from '../compiler/ir/program.js';
import type { Vocabulary } from './vocabulary.js';

export interface Effect {
  /** Looks at shared memory. */
  readonly reads: boolean;
  /** Writes to it; ghosts do not count. */
  readonly writes: boolean;
  /** Waits for something. */
  readonly waits: boolean;
  /** Has step boundaries. */
  readonly steps: boolean;
}

const NONE: Effect = { reads: false, writes: false, waits: false, steps: false };

export class Effects {
  readonly #ofFunction = new Map<string, Effect>();
  readonly #sizes = new Map<string, number>();
  readonly #shared: ReadonlySet<string>;
  readonly #hidden: ReadonlySet<string>;
  readonly #ghosts: ReadonlySet<string>;

  constructor(
    readonly program: Program,
    { ghosts, hardware, bookkeeping }: Pick<Vocabulary, 'ghosts' | 'hardware' | 'bookkeeping'>,
  ) {
    this.#shared = recordsOf(program.root);
    this.#ghosts = new Set(ghosts);
    this.#hidden = new Set([...ghosts, ...hardware]);
    const own = new Set(bookkeeping);
    const functions = Object.values(program.functions).filter(({ name }) => !own.has(name));
    for (let changed = true; changed; ) {
      changed = false;
      for (const fn of functions) {
        const before = this.ofFunction(fn.id);
        const after = this.ofBody(fn.body, fn);
        if (JSON.stringify(before) === JSON.stringify(after)) continue;
        this.#ofFunction.set(fn.id, after);
        changed = true;
      }
    }
  }

  ofFunction(id: string): Effect {
    return this.#ofFunction.get(id) ?? NONE;
  }

  ofBody(body: readonly Stmt[], fn: Function): Effect {
    return body.map((statement) => this.of(statement, fn)).reduce(union, NONE);
  }

  of(statement: Stmt, fn: Function): Effect {
    const here = {
      ...NONE,
      reads: expressionsOf(statement).some((each) => this.reads(each, fn)),
    };
    switch (statement.do) {
      case 'assign':
        return { ...here, writes: this.isWritten(statement.place, fn) };
      case 'call':
        return union(here, this.ofFunction(statement.callee));
      case 'yield':
        return { ...here, steps: true };
      case 'assume':
        return { ...here, waits: true };
      default:
        return bodiesOf(statement)
          .map((body) => this.ofBody(body, fn))
          .reduce(union, here);
    }
  }

  /** Whether a value depends on shared memory at the moment at which it is computed. */
  reads(expr: Expr, fn: Function): boolean {
    if (expr.op === 'read' && this.#isShared(expr.place, fn, this.#hidden)) return true;
    return partsOf(expr).some((part) => this.reads(part, fn));
  }

  isWritten(place: Place, fn: Function): boolean {
    return this.#isShared(place, fn, this.#ghosts);
  }

  /** How many statements the function has when all calls in it are expanded. */
  sizeOf(id: string): number {
    const known = this.#sizes.get(id);
    if (known !== undefined) return known;
    this.#sizes.set(id, 1);
    const fn = this.program.functions[id];
    const size = fn === undefined ? 1 : this.sizeOfBody(fn.body);
    this.#sizes.set(id, size);
    return size;
  }

  sizeOfBody(body: readonly Stmt[]): number {
    return body.reduce((sum, statement) => {
      if (statement.do === 'call') return sum + 1 + this.sizeOf(statement.callee);
      return bodiesOf(statement).reduce((inner, each) => inner + this.sizeOfBody(each), sum + 1);
    }, 0);
  }

  /** Whether a variable names a part of the state. */
  isState(variable: number, fn: Function): boolean {
    const declared = fn.variables[variable];
    if (declared === undefined || (declared.role !== 'place' && declared.role !== 'alias')) return false;
    return declared.type.kind !== 'record' || this.#shared.has(declared.type.name);
  }

  #isShared({ variable, path }: Place, fn: Function, except: ReadonlySet<string>): boolean {
    let type: Type | undefined = fn.variables[variable]?.type;
    if (type === undefined || !this.isState(variable, fn)) return false;
    for (const part of path) {
      if ('index' in part) {
        if (type.kind === 'vector') type = type.element;
        continue;
      }
      if (type.kind !== 'record' || except.has(`${type.name}.${part.field}`)) return false;
      type = type.fields.find(({ name }) => name === part.field)?.type ?? type;
    }
    return true;
  }
}

function union(left: Effect, right: Effect): Effect {
  return {
    reads: left.reads || right.reads,
    writes: left.writes || right.writes,
    waits: left.waits || right.waits,
    steps: left.steps || right.steps,
  };
}

/** The names of the records that the state is made of. */
function recordsOf(root: Type): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (type: Type): void => {
    if (type.kind === 'vector') return visit(type.element);
    if (type.kind !== 'record' || found.has(type.name)) return;
    found.add(type.name);
    for (const field of type.fields) visit(field.type);
  };
  visit(root);
  return found;
}

/** The statements that a statement contains, list by list. */
export function bodiesOf(statement: Stmt): readonly (readonly Stmt[])[] {
  switch (statement.do) {
    case 'if':
      return [statement.then, statement.else];
    case 'loop':
    case 'for':
    case 'block':
      return [statement.body];
    default:
      return [];
  }
}

/** The expressions of a statement, without those of the statements in it. */
export function expressionsOf(statement: Stmt): readonly Expr[] {
  switch (statement.do) {
    case 'set':
      return [statement.value];
    case 'alias':
      return indexesOf(statement.place);
    case 'assign':
      return [statement.value, ...indexesOf(statement.place)];
    case 'call':
      return statement.args.flatMap((argument: Argument) =>
        'value' in argument ? [argument.value] : indexesOf(argument.place),
      );
    case 'choose':
      return [statement.count];
    case 'assume':
    case 'assert':
    case 'if':
      return [statement.test];
    case 'for':
      return [statement.from, statement.to];
    case 'return':
      return statement.value === null ? [] : [statement.value];
    default:
      return [];
  }
}

function indexesOf({ path }: Place): readonly Expr[] {
  return path.flatMap((part) => ('index' in part ? [part.index] : []));
}

export function partsOf(expr: Expr): readonly Expr[] {
  switch (expr.op) {
    case 'read':
      return indexesOf(expr.place);
    case 'unary':
    case 'recode':
      return [expr.operand];
    case 'binary':
    case 'equal':
      return [expr.left, expr.right];
    case 'conditional':
      return [expr.test, expr.then, expr.else];
    case 'record':
      return expr.fields;
    case 'field':
      return [expr.record];
    default:
      return [];
  }
}

/** All statements below, depth first, each with the list that it stands in. */
export function* everyStatement(body: readonly Stmt[]): Generator<Stmt> {
  for (const statement of body) {
    yield statement;
    for (const inner of bodiesOf(statement)) yield* everyStatement(inner);
  }
}

/** All lists of statements below, this one included. */
export function* everyList(body: readonly Stmt[]): Generator<readonly Stmt[]> {
  yield body;
  for (const statement of body) for (const inner of bodiesOf(statement)) yield* everyList(inner);
}
