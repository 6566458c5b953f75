/** What inlining one graph shares: the program, the layout, the failures found so far, and the frames of calls. */
import type { Cell, Expr, Failure, Frame } from '../ir/graph.js';
import type * as ir from '../ir/program.js';
import type { Diagnostics } from './diagnostics.js';
import type { Join } from './knowledge.js';
import type { Shape, Shapes } from './layout.js';

/** A place in memory: shared cells, or leaves (locals and constants) of a frame. */
export interface Located {
  /** The scalars that `base` counts in, or null for cells. */
  readonly leaves: readonly Expr[] | null;
  /** Whether it is read from the first of a step predicate's two states. */
  readonly before: boolean;
  readonly base: number;
  readonly indexes: readonly { readonly value: Expr; readonly stride: number; readonly length: number }[];
  readonly shape: Shape;
}

/** What a variable of a frame stands for. */
export interface Binding {
  readonly place: Located;
  /** Of an alias: the local that is read wherever the alias is used. */
  readonly token: number | null;
}

/** A call that is being inlined. */
export interface CallFrame {
  readonly fn: ir.Function;
  readonly bindings: (Binding | undefined)[];
  /** The frames of the callers, each at its call. */
  readonly outer: readonly Frame[];
  /** Where the result goes, or null if there is none or nobody wants it. */
  readonly target: { readonly place: Located; readonly name: string } | null;
  readonly exit: Join;
  readonly labels: Map<number, { readonly onBreak: Join; readonly onContinue: () => void }>;
}

export class Context {
  readonly failures: Failure[] = [];
  readonly #assigned = new Map<ir.Function, ReadonlySet<number>>();
  readonly #aliasedTwice = new Map<ir.Function, ReadonlySet<number>>();

  constructor(
    readonly program: ir.Program,
    readonly shapes: Shapes,
    readonly root: Shape,
    readonly cells: readonly Cell[],
    readonly diagnostics: Diagnostics,
  ) {}

  /** The call stack down to a place in a frame's function. */
  stack(frame: CallFrame, span: ir.Span, text = ''): readonly Frame[] {
    const known = this.program.callTexts[`${span.file}:${span.line}:${span.column}`];
    return [...frame.outer, { function: frame.fn.name, span, text: known ?? text }];
  }

  failure(kind: Failure['kind'], message: string, frame: CallFrame, span: ir.Span): number {
    return this.failures.push({ kind, property: null, message, frames: this.stack(frame, span) }) - 1;
  }

  assertion(property: string | null, message: string, frame: CallFrame, span: ir.Span): number {
    const frames = this.stack(frame, span);
    return this.failures.push({ kind: 'assertion', property, message, frames }) - 1;
  }

  /** The variables that the function itself assigns: a parameter among the others keeps its first value. */
  assigned(fn: ir.Function): ReadonlySet<number> {
    const known = this.#assigned.get(fn);
    if (known !== undefined) return known;
    const assigned = assignedVariables(fn.body);
    this.#assigned.set(fn, assigned);
    return assigned;
  }

  /** The aliases that more than one statement binds: which place they name would depend on the path. */
  aliasedTwice(fn: ir.Function): ReadonlySet<number> {
    const known = this.#aliasedTwice.get(fn);
    if (known !== undefined) return known;
    const all = aliasesOf(fn.body);
    const twice = new Set(all.filter((variable, i) => all.indexOf(variable) !== i));
    this.#aliasedTwice.set(fn, twice);
    return twice;
  }
}

function aliasesOf(body: readonly ir.Stmt[]): readonly number[] {
  return body.flatMap((statement) => {
    switch (statement.do) {
      case 'alias':
        return [statement.variable];
      case 'if':
        return [...aliasesOf(statement.then), ...aliasesOf(statement.else)];
      case 'for':
      case 'loop':
      case 'block':
        return aliasesOf(statement.body);
      default:
        return [];
    }
  });
}

/** The variables that statements set, and those whose places they write to or pass on. */
export function assignedVariables(body: readonly ir.Stmt[]): ReadonlySet<number> {
  const assigned = new Set<number>();
  const collect = (statements: readonly ir.Stmt[]): void => {
    for (const statement of statements) {
      switch (statement.do) {
        case 'set':
        case 'choose':
          assigned.add(statement.variable);
          break;
        case 'alias':
        case 'assign':
          assigned.add(statement.place.variable);
          break;
        case 'call':
          if (statement.target !== null) assigned.add(statement.target);
          for (const argument of statement.args)
            if ('place' in argument) assigned.add(argument.place.variable);
          break;
        case 'yield':
          if (statement.restVariable !== null) assigned.add(statement.restVariable);
          if (statement.rest !== null) collect(statement.rest);
          break;
        case 'if':
          collect(statement.then);
          collect(statement.else);
          break;
        case 'for':
          assigned.add(statement.variable);
          collect(statement.body);
          break;
        case 'loop':
        case 'block':
          collect(statement.body);
          break;
        case 'assume':
        case 'assert':
        case 'break':
        case 'continue':
        case 'return':
          break;
        default:
          return statement satisfies never;
      }
    }
  };
  collect(body);
  return assigned;
}
