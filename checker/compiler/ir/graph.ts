/**
 * The graph: what is explored. One control-flow graph per process over scalar cells, everything inlined, the
 * configuration folded in. Passes turn graphs into graphs; back ends (JavaScript, Promela, Murphi, TLA+, Graphviz)
 * read them.
 *
 * All values are integers here: a boolean is 0 or 1, an enumeration its position in `values`, an integer itself.
 */
import type { BinaryOperator, Span, UnaryOperator } from './program.js';

/** The finite domain of a cell or local: integers `lo .. hi`, with the names to print them by. */
export interface Domain {
  readonly lo: number;
  readonly hi: number;
  /** Names of `lo`, `lo + 1`, ...: of an enumeration its strings, of a boolean `false`, `true`; null for integers. */
  readonly names: readonly string[] | null;
}

/** One scalar of the shared state. Elements of a vector are consecutive; a path prints as `vcpus[1].mode`. */
export interface Cell {
  readonly path: readonly (string | number)[];
  readonly domain: Domain;
}

/** A cell, at `base` plus the sum of `stride * index`; each index is within `0 .. length - 1` when this is evaluated. */
export interface CellRef {
  readonly base: number;
  readonly indexes: readonly { readonly value: Expr; readonly stride: number; readonly length: number }[];
}

/**
 * Arithmetic is on exact integers. A result that may leave 32 bits stands only in the test of the check that guards
 * it, until that check has passed.
 */
export type Expr =
  | { readonly op: 'const'; readonly value: number }
  | { readonly op: 'local'; readonly local: number }
  | { readonly op: 'load'; readonly ref: CellRef; readonly state?: 'before' }
  | { readonly op: 'unary'; readonly operator: UnaryOperator; readonly operand: Expr }
  | { readonly op: 'binary'; readonly operator: BinaryOperator; readonly left: Expr; readonly right: Expr }
  | { readonly op: 'conditional'; readonly test: Expr; readonly then: Expr; readonly else: Expr }
  /** `table[operand - lo]`, with null for a value that the target lacks (checked before). */
  | {
      readonly op: 'recode';
      readonly operand: Expr;
      readonly lo: number;
      readonly table: readonly (number | null)[];
    };

/** A local that was never set has the lowest value of its domain, which packs as 0. */
export interface Local {
  /** Function and variable (and field): `tdp_mmu_split_huge_page.huge.pfn`; of a shared slot several, with ` | `. */
  readonly name: string;
  readonly span: Span;
  /**
   * Null for a local that has no room in the state, because it never lives at a boundary: a number without a declared
   * domain and, once slots are shared, all that lives within one step.
   */
  readonly domain: Domain | null;
  /** Set on the token of an alias, which must not be live at a boundary; finished graphs have none. */
  readonly alias?: true;
}

export type Instr =
  | { readonly do: 'set'; readonly local: number; readonly value: Expr }
  | { readonly do: 'store'; readonly ref: CellRef; readonly value: Expr }
  /** A model error if the test is 0. */
  | { readonly do: 'check'; readonly test: Expr; readonly failure: number };

export type Terminator =
  | { readonly to: 'block'; readonly block: number }
  | { readonly to: 'branch'; readonly test: Expr; readonly then: number; readonly else: number }
  /** `local` becomes each of 0 .. count - 1. One alternative is not recorded as a choice. */
  | { readonly to: 'choose'; readonly local: number; readonly count: Expr; readonly block: number }
  /** The end of a step: the process is now at this boundary. */
  | { readonly to: 'boundary'; readonly boundary: number }
  /** A boundary that the merging pass took out: counted (a direct execution still stops there), then on to `block`. */
  | { readonly to: 'passed'; readonly block: number }
  | { readonly to: 'end' }
  | { readonly to: 'disabled' }
  | { readonly to: 'failure'; readonly failure: number };

export interface Block {
  readonly instrs: readonly Instr[];
  readonly end: Terminator;
}

/** One frame of an inlined call stack: the function, and where in it the next frame was called (or the step stands). */
export interface Frame {
  readonly function: string;
  readonly span: Span;
  /** The source text of that call or `yield`, for labels. */
  readonly text: string;
}

/** A program counter: where a process stands between two steps. The step from it begins at `block`. */
export interface BoundaryPoint {
  readonly block: number;
  /** Outermost function first. */
  readonly frames: readonly Frame[];
  /** Whether the process may stay here: a pure expression, or null if it may not. */
  readonly rest: Expr | null;
}

export interface Failure {
  readonly kind: 'assertion' | 'index' | 'domain' | 'recursion' | 'arithmetic';
  readonly property: string | null;
  readonly message: string;
  readonly frames: readonly Frame[];
}

export interface ProcessGraph {
  readonly name: string;
  /** Runs once, before the first step, on locals only; ends in a boundary or in `end`. */
  readonly entry: number;
  readonly blocks: readonly Block[];
  readonly boundaries: readonly BoundaryPoint[];
  readonly locals: readonly Local[];
}

/** A predicate over one state, or over two (loads marked `before` read the first). Pure: checks only, no stores. */
export interface PredicateGraph {
  readonly name: string;
  readonly entry: number;
  readonly blocks: readonly Block[];
  readonly locals: readonly Local[];
  /** The local that holds the result when control reaches `end`. */
  readonly result: number;
}

export interface Graph {
  readonly cells: readonly Cell[];
  readonly processes: readonly ProcessGraph[];
  readonly failures: readonly Failure[];
  /** Invariants and step predicates by property id, witnesses by function name. */
  readonly invariants: readonly PredicateGraph[];
  readonly stepPredicates: readonly PredicateGraph[];
  readonly witnesses: readonly PredicateGraph[];
}
