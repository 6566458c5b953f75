/**
 * Which fields of a value its function ever looks at, also through the functions that it passes the value to. What is
 * not looked at need not be copied: an SPTE has many fields, and most functions ask for one or two.
 */
import type { Expr, Function, Place, Program, Stmt } from '../ir/program.js';
import type { Leaf } from './layout.js';

/** Field paths, like `.pfn`; the empty one is the whole value. Everything below a path counts as looked at. */
type Paths = Set<string>;

/** What is looked at in `to` is looked at in `from`, below `path`. */
interface Passing {
  readonly from: Paths;
  readonly path: string;
  readonly to: Paths;
}

export class Usage {
  readonly #paths = new Map<Function, readonly Paths[]>();
  readonly #passings: Passing[] = [];
  readonly #needed = new Map<Function, Map<number, readonly boolean[]>>();

  constructor(private readonly program: Program) {
    for (const fn of Object.values(program.functions)) this.#statements(fn.body, fn);
    this.#propagate();
  }

  /** By leaf of a variable: whether it is ever looked at. */
  needed(fn: Function, variable: number, leaves: readonly Leaf[]): readonly boolean[] {
    const known = this.#needed.get(fn) ?? new Map<number, readonly boolean[]>();
    this.#needed.set(fn, known);
    const paths = this.#pathsOf(fn, variable);
    const needed =
      known.get(variable) ?? leaves.map((leaf) => [...paths].some((path) => covers(path, leaf.text)));
    known.set(variable, needed);
    return needed;
  }

  #propagate(): void {
    for (let changed = true; changed; ) {
      changed = false;
      for (const { from, path, to } of this.#passings)
        for (const used of to) {
          if (from.has(path + used)) continue;
          from.add(path + used);
          changed = true;
        }
    }
  }

  #pathsOf(fn: Function, variable: number): Paths {
    const all = this.#paths.get(fn) ?? fn.variables.map((): Paths => new Set());
    this.#paths.set(fn, all);
    return all[variable] ?? new Set();
  }

  #statements(body: readonly Stmt[], fn: Function): void {
    for (const statement of body) this.#statement(statement, fn);
  }

  #statement(statement: Stmt, fn: Function): void {
    switch (statement.do) {
      case 'set':
        return this.#passed(statement.value, fn, this.#pathsOf(fn, statement.variable));
      case 'alias':
        return this.#place(statement.place, fn);
      case 'assign':
        this.#indexes(statement.place, fn);
        return this.#expr(statement.value, fn);
      case 'call': {
        const callee = this.program.functions[statement.callee];
        for (const [i, argument] of statement.args.entries())
          if ('place' in argument) this.#place(argument.place, fn);
          else if (callee === undefined) this.#expr(argument.value, fn);
          else this.#passed(argument.value, fn, this.#pathsOf(callee, i));
        return;
      }
      case 'choose':
        return this.#expr(statement.count, fn);
      case 'yield':
        if (statement.restVariable !== null) this.#pathsOf(fn, statement.restVariable).add('');
        return this.#statements(statement.rest ?? [], fn);
      case 'assume':
      case 'assert':
        return this.#expr(statement.test, fn);
      case 'if':
        this.#expr(statement.test, fn);
        this.#statements(statement.then, fn);
        return this.#statements(statement.else, fn);
      case 'for':
        this.#expr(statement.from, fn);
        this.#expr(statement.to, fn);
        return this.#statements(statement.body, fn);
      case 'loop':
      case 'block':
        return this.#statements(statement.body, fn);
      case 'return':
        if (statement.value !== null) this.#expr(statement.value, fn);
        return;
      case 'break':
      case 'continue':
        return;
      default:
        return statement satisfies never;
    }
  }

  /** A value that is only looked at as far as what it is copied to is. */
  #passed(expr: Expr, fn: Function, to: Paths): void {
    const place = placeOf(expr);
    const path = place === null ? null : fieldPath(place);
    if (place === null || path === null) return this.#expr(expr, fn);
    this.#passings.push({ from: this.#pathsOf(fn, place.variable), path, to });
  }

  #expr(expr: Expr, fn: Function): void {
    switch (expr.op) {
      case 'const':
      case 'current':
      case 'config':
        return;
      case 'read':
        return this.#place(expr.place, fn);
      case 'unary':
      case 'recode':
        return this.#expr(expr.operand, fn);
      case 'binary':
      case 'equal':
        this.#expr(expr.left, fn);
        return this.#expr(expr.right, fn);
      case 'conditional':
        this.#expr(expr.test, fn);
        this.#expr(expr.then, fn);
        return this.#expr(expr.else, fn);
      case 'record':
        for (const field of expr.fields) this.#expr(field, fn);
        return;
      case 'field': {
        const place = placeOf(expr);
        return place === null ? this.#expr(expr.record, fn) : this.#place(place, fn);
      }
      default:
        return expr satisfies never;
    }
  }

  #place(place: Place, fn: Function): void {
    this.#indexes(place, fn);
    this.#pathsOf(fn, place.variable).add(fieldPath(place) ?? '');
  }

  #indexes(place: Place, fn: Function): void {
    for (const part of place.path) if ('index' in part) this.#expr(part.index, fn);
  }
}

/** The place that an expression reads, if it does nothing else. */
export function placeOf(expr: Expr): Place | null {
  if (expr.op === 'read') return expr.place;
  if (expr.op !== 'field') return null;
  const inner = placeOf(expr.record);
  return inner === null ? null : { ...inner, path: [...inner.path, { field: expr.field }] };
}

/** The fields of a place, or null if it has an index. */
function fieldPath(place: Place): string | null {
  let path = '';
  for (const part of place.path) {
    if ('index' in part) return null;
    path += `.${part.field}`;
  }
  return path;
}

function covers(path: string, leaf: string): boolean {
  if (!leaf.startsWith(path)) return false;
  const rest = leaf.slice(path.length);
  return rest === '' || rest.startsWith('.') || rest.startsWith('[');
}
