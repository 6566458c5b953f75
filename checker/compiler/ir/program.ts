/**
 * The program: the model as the front end hands it over. It knows nothing of TypeScript.
 *
 * One `Function` per function of the model, generic in the configuration: bounds and `config` expressions are still
 * symbolic, calls are still calls. It is plain data (JSON), so a program can be hashed, cached and printed.
 */

/** A place in a source file. Lines and columns count from 1. */
export interface Span {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A bound: a literal, or a number of the configuration plus a literal. */
export type Bound = number | { readonly config: string; readonly plus: number };

export type Scalar =
  | { readonly kind: 'bool' }
  | { readonly kind: 'enum'; readonly name: string | null; readonly values: readonly string[] }
  | { readonly kind: 'int'; readonly name: string | null; readonly lo: Bound; readonly hi: Bound }
  /** An integer without a declared domain: for locals that do not live across a step boundary. */
  | { readonly kind: 'number' };

export interface RecordType {
  readonly kind: 'record';
  readonly name: string;
  /** Places are mutable (fields written in place, never copied); values are not (replaced as a whole, copied). */
  readonly mutable: boolean;
  readonly fields: readonly { readonly name: string; readonly type: Type }[];
}

export interface VectorType {
  readonly kind: 'vector';
  readonly length: Bound;
  readonly element: Type;
}

export type Type = Scalar | RecordType | VectorType;
/** What a local, an argument or a result may be: a scalar or a record of readonly fields. */
export type ValueType = Scalar | RecordType;

export type UnaryOperator = '!' | '-' | '~';
export type BinaryOperator =
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
  | '<<'
  | '>>'
  | '>>>'
  | '&'
  | '|'
  | '^'
  | '<'
  | '<='
  | '>'
  | '>='
  | '==='
  | '!=='
  | '&&'
  | '||'; // prettier-ignore

/**
 * Expressions have no side effects and contain no calls (the front end hoists them into statements).
 * `/` is truncated towards zero. `&&`, `||` and `conditional` evaluate lazily: an index in the part that is not
 * evaluated is not checked.
 */
export type Expr = { readonly span: Span } & (
  | { readonly op: 'const'; readonly value: number | boolean | string; readonly type: Scalar }
  /** The position of the running process in the scenario (`current()`): a constant once a process is inlined. */
  | { readonly op: 'current'; readonly type: Scalar }
  | { readonly op: 'config'; readonly name: string; readonly type: Scalar }
  /** Reads a scalar or a whole value record: from a local, a parameter, a local place or the state. */
  | { readonly op: 'read'; readonly place: Place; readonly type: ValueType }
  | { readonly op: 'unary'; readonly operator: UnaryOperator; readonly operand: Expr; readonly type: Scalar }
  | {
      readonly op: 'binary';
      readonly operator: BinaryOperator;
      readonly left: Expr;
      readonly right: Expr;
      readonly type: Scalar;
    }
  | {
      readonly op: 'conditional';
      readonly test: Expr;
      readonly then: Expr;
      readonly else: Expr;
      readonly type: ValueType;
    }
  /** A value (or the initial content of a local place): every field of the type, in its order. */
  | { readonly op: 'record'; readonly type: RecordType; readonly fields: readonly Expr[] }
  | { readonly op: 'field'; readonly record: Expr; readonly field: string; readonly type: ValueType }
  | { readonly op: 'equal'; readonly left: Expr; readonly right: Expr; readonly type: Scalar }
  /** The same string in another enumeration; one that it lacks is a `domain` model error. */
  | { readonly op: 'recode'; readonly operand: Expr; readonly type: Scalar }
);

/** A variable of a function, then fields and elements. The root state is a parameter like any other place. */
export interface Place {
  readonly span: Span;
  readonly variable: number;
  readonly path: readonly ({ readonly field: string } | { readonly index: Expr })[];
}

/** On every path to a use of a variable stands a statement that sets it, as TypeScript demands. */
export interface Variable {
  readonly name: string;
  readonly span: Span;
  readonly type: Type;
  /**
   * - `value`: a scalar or value record, copied. Parameters and locals.
   * - `place`: a place parameter: an alias of the argument for the whole call, also across step boundaries.
   * - `alias`: a local that names a place (`const table = kvm.pt[sp]`); it must not live across a step boundary.
   * - `local place`: a mutable record owned by the frame (`const iter: TdpIter = {...}`), passed by reference.
   */
  readonly role: 'value' | 'place' | 'alias' | 'local place';
}

/** Statements. `label` numbers are unique within a function. */
export type Stmt = {
  readonly span: Span;
} /** Gives a `value` variable or a `local place` its (first or next) content. */ & (
  | { readonly do: 'set'; readonly variable: number; readonly value: Expr }
  | { readonly do: 'alias'; readonly variable: number; readonly place: Place }
  /** Writes a scalar or a whole value record to the state, a local place, or a field of one. */
  | { readonly do: 'assign'; readonly place: Place; readonly value: Expr }
  | {
      readonly do: 'call';
      readonly target: number | null;
      readonly callee: string;
      readonly args: readonly Argument[];
    }
  /** `variable` becomes any of 0 .. count - 1; a count of 0 disables the step, a count of 1 is no choice. */
  | { readonly do: 'choose'; readonly variable: number; readonly count: Expr }
  /**
   * A step boundary. The guard of `yield () => condition` follows as ordinary statements ending in `assume`.
   * `rest`, if any, computes into `restVariable` (a boolean) whether the process may stay here.
   */
  | { readonly do: 'yield'; readonly rest: readonly Stmt[] | null; readonly restVariable: number | null }
  | { readonly do: 'assume'; readonly test: Expr }
  | { readonly do: 'assert'; readonly test: Expr; readonly property: string | null; readonly message: string }
  | { readonly do: 'if'; readonly test: Expr; readonly then: readonly Stmt[]; readonly else: readonly Stmt[] }
  /** Repeats for ever; `break` and `return` leave it, `continue` starts the body again. */
  | { readonly do: 'loop'; readonly label: number; readonly body: readonly Stmt[] }
  /**
   * `for (let v = from; v < to; v++)` (or with step -1 `v >= to; v--`) whose body does not assign `v`. If the bounds
   * fold to constants it is unrolled, otherwise it is a loop. `continue` goes to the next value of `v`.
   */
  | {
      readonly do: 'for';
      readonly label: number;
      readonly variable: number;
      readonly from: Expr;
      readonly to: Expr;
      readonly step: 1 | -1;
      readonly body: readonly Stmt[];
    }
  | { readonly do: 'block'; readonly label: number; readonly body: readonly Stmt[] }
  | { readonly do: 'break'; readonly label: number }
  | { readonly do: 'continue'; readonly label: number }
  | { readonly do: 'return'; readonly value: Expr | null }
);

export type Argument = { readonly value: Expr } | { readonly place: Place };

export interface Function {
  /** Unique: the exported name, or `file#name` where two files share it. */
  readonly id: string;
  readonly name: string;
  readonly span: Span;
  /** Whether it has step boundaries (a generator). */
  readonly operation: boolean;
  /** The first variables are the parameters, in order. */
  readonly parameters: number;
  readonly variables: readonly Variable[];
  readonly result: ValueType | null;
  readonly body: readonly Stmt[];
}

export interface Program {
  readonly version: 1;
  /** The type of the root state: a mutable record. */
  readonly root: RecordType;
  /** The members of the configuration, by name, so that a scenario's can be checked against them. */
  readonly configuration?: readonly { readonly name: string; readonly type: Scalar }[];
  readonly functions: Readonly<Record<string, Function>>;
  /** Source text of every call, by `file:line:column` of its start, for labels in traces. */
  readonly callTexts: Readonly<Record<string, string>>;
}
