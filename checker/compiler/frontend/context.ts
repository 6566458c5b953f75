/**
 * One function while it is being lowered: its variables, the statements so far, and where jumps go.
 *
 * Expressions of the program have no side effects, so a call inside an expression becomes a statement in front of it.
 * `operands` keeps the order of evaluation when that happens.
 */
import type { ts } from 'ts-morph';
import type {
  Expr,
  Place,
  RecordType,
  Scalar,
  Span,
  Stmt,
  Type,
  ValueType,
  Variable,
} from '../ir/program.js';
import { isStable, readVariable } from './build.js';
import { isPlaceType } from './convert.js';
import { typeName } from '../ir/type-name.js';
import type { CONFIGURATION } from './model-type.js';
import { type Problem, problems } from './problems.js';
import { Rejected } from './report.js';
import type { Session } from './session.js';

/** What an expression of the source denotes. */
export type Access =
  | { readonly kind: 'value'; readonly expr: Expr }
  /** `owner` is the type of what it is a field of. */
  | { readonly kind: 'place'; readonly place: Place; readonly type: Type; readonly owner?: Type }
  | typeof CONFIGURATION
  /** A constant object without a declared type, of which single members are used: `ERRNO.EAGAIN`. */
  | { readonly kind: 'namespace'; readonly literal: ts.ObjectLiteralExpression }
  /** A constant with mutable fields, to copy local places from: `{ ...TDP_ITER }`. */
  | { readonly kind: 'template'; readonly expr: Expr; readonly type: RecordType };

/** What a name of the function means. */
export type Binding =
  | { readonly kind: 'variable'; readonly variable: number; readonly constant: boolean }
  | typeof CONFIGURATION
  /** Its declaration is wrong, which has been reported. */
  | { readonly kind: 'rejected' };

/** Where `break` and `continue` lead. */
export interface Jump {
  readonly name: string | null;
  readonly breaks: number;
  /** Null for a switch or a block; the block to leave, or the loop to start again. */
  readonly continues: { readonly do: 'break' | 'continue'; readonly label: number } | null;
  /** Whether a `break` without a label leaves it. */
  readonly implicit: boolean;
  used: boolean;
}

/** The mutually recursive parts of lowering, so that their files need not import each other. */
export interface Lowering {
  access(cx: FunctionContext, node: ts.Expression): Access;
  /** `expected` is the type of where the value goes, if that is known; the result may have another one. */
  expression(cx: FunctionContext, node: ts.Expression, expected: ValueType | null): Expr;
  condition(cx: FunctionContext, node: ts.Expression): Expr;
  statement(cx: FunctionContext, node: ts.Statement): void;
}

export class FunctionContext {
  readonly variables: Variable[] = [];
  readonly jumps: Jump[] = [];
  readonly #bindings = new Map<ts.Symbol, Binding>();
  #statements: Stmt[] = [];
  #labels = 0;
  #temporaries = 0;

  constructor(
    readonly session: Session,
    private readonly lowering: Lowering,
    /** `constant`: the initialiser of a module's constant. `guard`: inside `yield () => ...`. */
    public form: 'operation' | 'plain' | 'guard' | 'constant',
    readonly result: ValueType | null,
  ) {}

  // What the parts of lowering do, bound to this function.

  access(node: ts.Expression): Access {
    return this.lowering.access(this, node);
  }

  expression(node: ts.Expression, expected: ValueType | null = null): Expr {
    return this.lowering.expression(this, node, expected);
  }

  condition(node: ts.Expression): Expr {
    return this.lowering.condition(this, node);
  }

  statement(node: ts.Statement): void {
    this.attempt(() => this.lowering.statement(this, node));
  }

  /** An expression as an operand. */
  value(node: ts.Expression, expected: ValueType | null = null): Access {
    return { kind: 'value', expr: this.expression(node, expected) };
  }

  // Errors.

  span(node: ts.Node): Span {
    return this.session.locations.span(node);
  }

  reject(node: ts.Node, problem: Problem): never {
    return this.session.reporter.reject(node, problem);
  }

  mistyped(node: ts.Node, problem: Problem): never {
    return this.session.reporter.mistyped(node, problem);
  }

  attempt<T>(body: () => T): T | null {
    return this.session.reporter.attempt(body);
  }

  // Variables.

  bind(symbol: ts.Symbol, binding: Binding): void {
    this.#bindings.set(symbol, binding);
  }

  bindingOf(symbol: ts.Symbol): Binding | undefined {
    return this.#bindings.get(symbol);
  }

  declare(variable: Variable): number {
    return this.variables.push(variable) - 1;
  }

  variableAt(index: number): Variable {
    const variable = this.variables[index];
    if (variable === undefined) throw new Error(`no variable ${index}`);
    return variable;
  }

  /** A variable that the source does not have. */
  temporary(name: string, type: ValueType, span: Span): number {
    return this.declare({ name: `${name}$${++this.#temporaries}`, type, span, role: 'value' });
  }

  /** The value of the expression now, whatever happens to what it reads. */
  snapshot(expr: Expr): Expr {
    if (isStable(expr, this.variables)) return expr;
    const variable = this.temporary('value', expr.type, expr.span);
    this.emit({ do: 'set', variable, value: expr, span: expr.span });
    return readVariable(variable, expr.type, expr.span);
  }

  // Statements.

  emit(statement: Stmt): void {
    this.#statements.push(statement);
  }

  /** The statements that `body` emits, instead of emitting them here. */
  collect(body: () => void): Stmt[] {
    const outer = this.#statements;
    this.#statements = [];
    try {
      body();
      return this.#statements;
    } finally {
      this.#statements = outer;
    }
  }

  /** The result of `body` and the statements that must run before it is used. */
  capture<T>(body: () => T): { readonly result: T; readonly before: readonly Stmt[] } {
    const box: { result?: T } = {};
    const before = this.collect(() => {
      box.result = body();
    });
    return { result: box.result as T, before };
  }

  emitAll(statements: readonly Stmt[]): void {
    for (const statement of statements) this.emit(statement);
  }

  newLabel(): number {
    return this.#labels++;
  }

  /** Evaluates operands from left to right. What is wrong in any of them is reported. */
  operands(parts: readonly (() => Access)[]): Access[] {
    const captured = parts.map((part) => this.attempt(() => this.capture(part)));
    const complete = captured.filter((each) => each !== null);
    if (complete.length < captured.length) throw new Rejected();
    const last = complete.findLastIndex(({ before }) => before.some(mayChangeState));
    return complete.map(({ result, before }, position) => {
      this.emitAll(before);
      return position < last ? this.#frozen(result) : result;
    });
  }

  /** The operands as expressions. */
  values(parts: readonly (() => Expr)[]): Expr[] {
    const accesses = this.operands(parts.map((part) => () => ({ kind: 'value', expr: part() })));
    return accesses.flatMap((access) => (access.kind === 'value' ? [access.expr] : []));
  }

  /** An access as a value: reads the place. */
  load(access: Access, node: ts.Node): Expr {
    switch (access.kind) {
      case 'value':
        return access.expr;
      case 'place': {
        const { place, type } = access;
        if (type.kind === 'vector' || isPlaceType(type)) {
          return this.reject(node, problems.placeAsValue(typeName(type)));
        }
        return { op: 'read', place, type, span: this.span(node) };
      }
      case 'configuration':
        return this.reject(node, problems.configurationAsValue());
      case 'namespace':
        return this.reject(node, problems.untypedRecord());
      case 'template':
        return this.reject(node, problems.templateAsPlace(node.getText(), access.type.name));
      default:
        return access satisfies never;
    }
  }

  /** A scalar that statements compute: the result of control flow that an expression became. */
  variableOf(name: string, type: Scalar | ValueType, span: Span): { variable: number; read: Expr } {
    const variable = this.temporary(name, type, span);
    return { variable, read: readVariable(variable, type, span) };
  }

  #frozen(access: Access): Access {
    if (access.kind === 'value') return { kind: 'value', expr: this.snapshot(access.expr) };
    if (access.kind !== 'place') return access;
    const path = access.place.path.map((part) =>
      'index' in part ? { index: this.snapshot(part.index) } : part,
    );
    return { ...access, place: { ...access.place, path } };
  }
}

function mayChangeState(statement: Stmt): boolean {
  switch (statement.do) {
    case 'call':
    case 'yield':
    case 'assign':
      return true;
    case 'if':
      return statement.then.some(mayChangeState) || statement.else.some(mayChangeState);
    case 'loop':
    case 'for':
    case 'block':
      return statement.body.some(mayChangeState);
    case 'set':
    case 'alias':
    case 'choose':
    case 'assume':
    case 'assert':
    case 'break':
    case 'continue':
    case 'return':
      return false;
    default:
      return statement satisfies never;
  }
}
