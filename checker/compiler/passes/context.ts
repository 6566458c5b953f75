/** What inlining one graph shares: the program, the layout, the failures found so far, and the frames of calls. */
import type { Cell, Expr, Failure, Frame } from '../ir/graph.js';
import type * as ir from '../ir/program.js';
import type { Diagnostics } from './diagnostics.js';
import type { Lasting } from './emitter.js';
import { factsOf, type FunctionFacts } from './facts.js';
import type { Join } from './knowledge.js';
import type { Shape, Shapes } from './layout.js';
import { Usage } from './usage.js';
import type { Value } from './values.js';

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
  /** Whether it stands for the value that it was set to, and may stand for another one when it is set again. */
  readonly toValue: boolean;
}

/** A call that is being inlined. */
export interface CallFrame {
  readonly fn: ir.Function;
  readonly bindings: (Binding | undefined)[];
  /** The frames of the callers, each at its call. */
  readonly outer: readonly Frame[];
  /** What becomes of the result, or null if there is none or nobody wants it. */
  readonly give: ((values: readonly Value[], frame: CallFrame, span: ir.Span) => void) | null;
  /** The shape that the result is wanted in. */
  readonly result: Shape | null;
  readonly exit: Join;
  readonly labels: Map<number, { readonly onBreak: Join; readonly onContinue: () => void }>;
}

export class Context {
  readonly failures: Failure[] = [];
  readonly usage: Usage;
  readonly #facts = new Map<ir.Function, FunctionFacts>();

  constructor(
    readonly program: ir.Program,
    readonly shapes: Shapes,
    readonly root: Shape,
    readonly cells: readonly Cell[],
    readonly diagnostics: Diagnostics,
  ) {
    this.usage = new Usage(program);
  }

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

  /** How many statements assign a variable: none of them a parameter that keeps its first value. */
  assignments(fn: ir.Function, variable: number): number {
    return this.#factsOf(fn).assignments.get(variable) ?? 0;
  }

  /** How long a local made for a variable keeps its value. */
  lasting(fn: ir.Function, variable: number): Lasting {
    if (fn.variables[variable]?.role !== 'value') return 'place';
    const sets = this.assignments(fn, variable) + (variable < fn.parameters ? 1 : 0);
    return sets <= 1 ? 'fixed' : 'call';
  }

  /** Whether more than one statement binds an alias: which place it names would depend on the path. */
  isAliasedTwice(fn: ir.Function, variable: number): boolean {
    return (this.#factsOf(fn).aliases.get(variable) ?? 0) > 1;
  }

  /** Whether the only `return` of a function is its last statement. */
  returnsAtEnd(fn: ir.Function): boolean {
    return this.#factsOf(fn).returnsAtEnd;
  }

  #factsOf(fn: ir.Function): FunctionFacts {
    const known = this.#facts.get(fn);
    if (known !== undefined) return known;
    const facts = factsOf(fn);
    this.#facts.set(fn, facts);
    return facts;
  }
}
