/** Builds programs by hand, with expressions as text. For tests. */
import type {
  Argument,
  Bound,
  Function,
  Program,
  RecordType,
  Scalar,
  Span,
  Stmt,
  Type,
  ValueType,
  Variable,
  VectorType,
} from '../../ir/program.js';
import { parseExpr, parsePlace } from './expressions.js';

export const bool: Scalar = { kind: 'bool' };
export const number: Scalar = { kind: 'number' };

export function enumeration(...values: readonly string[]): Scalar {
  return { kind: 'enum', name: null, values };
}

export function range(lo: Bound, hi: Bound): Scalar {
  return { kind: 'int', name: null, lo, hi };
}

/** `below(4)`, or `below('vcpus')` with a number of the configuration. */
export function below(bound: number | string): Scalar {
  return range(0, typeof bound === 'number' ? bound - 1 : { config: bound, plus: -1 });
}

export function vector(length: number | string, element: Type): VectorType {
  return {
    kind: 'vector',
    length: typeof length === 'number' ? length : { config: length, plus: 0 },
    element,
  };
}

/** A place: a mutable record. */
export function place(name: string, fields: Readonly<Record<string, Type>>): RecordType {
  return record(name, true, fields);
}

/** A value: a record of readonly fields. */
export function value(name: string, fields: Readonly<Record<string, Type>>): RecordType {
  return record(name, false, fields);
}

/** A statement whose names are not resolved yet. */
export type Draft = (scope: FunctionScope) => Stmt;

export interface FunctionSpec {
  /** Types of the parameters; a parameter of a mutable type is a place. */
  readonly parameters: Readonly<Record<string, Type>>;
  readonly result?: ValueType;
  /** Locals that no `let` declares. */
  readonly locals?: Readonly<Record<string, Type>>;
  readonly body: readonly Draft[];
}

/** One function per entry. Lines count statements, from the function's own line on. */
export function program(root: RecordType, specs: Readonly<Record<string, FunctionSpec>>): Program {
  const lines = { next: 1 };
  const functions: Record<string, Function> = {};
  for (const [name, spec] of Object.entries(specs)) functions[name] = buildFunction(name, spec, lines);
  return { version: 1, root, functions, callTexts: {} };
}

class FunctionScope {
  readonly variables: Variable[] = [];
  span: Span;

  constructor(
    private readonly lines: { next: number },
    readonly result: ValueType | undefined,
  ) {
    this.span = this.nextSpan();
  }

  nextSpan(): Span {
    return { file: 'test.ts', line: this.lines.next++, column: 1 };
  }

  declare(name: string, type: Type, role: Variable['role']): number {
    return this.variables.push({ name, type, role, span: this.span }) - 1;
  }

  lookup(name: string): number {
    const found = this.variables.findLastIndex((each) => each.name === name);
    if (found < 0) throw new SyntaxError(`no variable ${name}`);
    return found;
  }

  type(name: string): Type {
    return this.variables[this.lookup(name)]?.type ?? number;
  }

  statements(drafts: readonly Draft[]): readonly Stmt[] {
    return drafts.map((draft) => {
      this.span = this.nextSpan();
      return draft(this);
    });
  }

  placeType(text: string): Type {
    return parseExpr(text, this, this.span).type;
  }
}

/** Declares a local and sets it. */
export function declare(name: string, type: Type, text: string): Draft {
  return (scope) => {
    const expr = parseExpr(text, scope, scope.span, type);
    const role = type.kind === 'record' && type.mutable ? 'local place' : 'value';
    return { do: 'set', variable: scope.declare(name, type, role), value: expr, span: scope.span };
  };
}

export function set(name: string, text: string): Draft {
  return (scope) => ({
    do: 'set',
    variable: scope.lookup(name),
    value: parseExpr(text, scope, scope.span, scope.type(name)),
    span: scope.span,
  });
}

export function alias(name: string, type: Type, text: string): Draft {
  return (scope) => {
    const found = parsePlace(text, scope, scope.span);
    return { do: 'alias', variable: scope.declare(name, type, 'alias'), place: found, span: scope.span };
  };
}

export function assign(target: string, text: string): Draft {
  return (scope) => ({
    do: 'assign',
    place: parsePlace(target, scope, scope.span),
    value: parseExpr(text, scope, scope.span, scope.placeType(target)),
    span: scope.span,
  });
}

/** Arguments are expressions; those behind `&` are places. */
export function call(target: string | null, callee: string, ...args: readonly string[]): Draft {
  return (scope) => ({
    do: 'call',
    target: target === null ? null : scope.lookup(target),
    callee,
    args: args.map(
      (text): Argument =>
        text.startsWith('&')
          ? { place: parsePlace(text.slice(1), scope, scope.span) }
          : { value: parseExpr(text, scope, scope.span) },
    ),
    span: scope.span,
  });
}

export function choose(name: string, count: string): Draft {
  return (scope) => ({
    do: 'choose',
    variable: scope.lookup(name),
    count: parseExpr(count, scope, scope.span),
    span: scope.span,
  });
}

export function pause(): Draft {
  return (scope) => ({ do: 'yield', rest: null, restVariable: null, span: scope.span });
}

/** A boundary with a rest condition; `body` may compute into the boolean local `resting`. */
export function rest(text: string, body: readonly Draft[] = []): Draft {
  return (scope) => {
    const { span } = scope;
    const restVariable = scope.declare('resting', bool, 'value');
    return { do: 'yield', rest: scope.statements([...body, set('resting', text)]), restVariable, span };
  };
}

export function assume(text: string): Draft {
  return (scope) => ({ do: 'assume', test: parseExpr(text, scope, scope.span), span: scope.span });
}

export function assert(text: string, property: string | null = null, message = text): Draft {
  return (scope) => ({
    do: 'assert',
    test: parseExpr(text, scope, scope.span),
    property,
    message,
    span: scope.span,
  });
}

export function when(test: string, then: readonly Draft[], otherwise: readonly Draft[] = []): Draft {
  return (scope) => {
    const { span } = scope;
    const expr = parseExpr(test, scope, span);
    return { do: 'if', test: expr, then: scope.statements(then), else: scope.statements(otherwise), span };
  };
}

export function loop(label: number, body: readonly Draft[]): Draft {
  return (scope) => ({ do: 'loop', label, span: scope.span, body: scope.statements(body) });
}

export function block(label: number, body: readonly Draft[]): Draft {
  return (scope) => ({ do: 'block', label, span: scope.span, body: scope.statements(body) });
}

/** A counted loop over a new local: `count(0, 'i', '0', 'n', [...])`; downwards with step -1. */
export function count(
  label: number,
  name: string,
  from: string,
  to: string,
  body: readonly Draft[],
  step: 1 | -1 = 1,
): Draft {
  return (scope) => {
    const { span } = scope;
    const first = parseExpr(from, scope, span);
    const variable = scope.declare(name, number, 'value');
    const last = parseExpr(to, scope, span);
    return { do: 'for', label, variable, from: first, to: last, step, body: scope.statements(body), span };
  };
}

export function leave(label: number): Draft {
  return (scope) => ({ do: 'break', label, span: scope.span });
}

export function again(label: number): Draft {
  return (scope) => ({ do: 'continue', label, span: scope.span });
}

export function give(text: string | null): Draft {
  return (scope) => ({
    do: 'return',
    value: text === null ? null : parseExpr(text, scope, scope.span, scope.result),
    span: scope.span,
  });
}

function record(name: string, mutable: boolean, fields: Readonly<Record<string, Type>>): RecordType {
  const list = Object.entries(fields).map(([field, type]) => ({ name: field, type }));
  return { kind: 'record', name, mutable, fields: list };
}

function buildFunction(name: string, spec: FunctionSpec, lines: { next: number }): Function {
  const scope = new FunctionScope(lines, spec.result);
  const { span } = scope;
  for (const [parameter, type] of Object.entries(spec.parameters))
    scope.declare(parameter, type, isPlace(type) ? 'place' : 'value');
  const parameters = scope.variables.length;
  for (const [local, type] of Object.entries(spec.locals ?? {}))
    scope.declare(local, type, isPlace(type) ? 'local place' : 'value');
  const body = scope.statements(spec.body);
  return {
    id: name,
    name,
    span,
    operation: true,
    parameters,
    variables: scope.variables,
    result: spec.result ?? null,
    body,
  };
}

function isPlace(type: Type): boolean {
  return type.kind === 'vector' || (type.kind === 'record' && type.mutable);
}
