/** A process whose blocks compute with sets of values; `abstract-code.ts` makes it, `execution.ts` runs it. */
import type { Terminator } from '../../compiler/ir/graph.js';
import type { Value } from './value-sets.js';

/** What an expression or instruction needs while it is executed. */
export interface Run {
  readonly locals: readonly Value[];
  fuel: number;
  mayFail: boolean;
  settle(value: Value): number | readonly number[] | null;
  setLocal(local: number, value: Value): void;
  /** A local is set whose value decides nothing. */
  setData(local: number): void;
  load(places: number | readonly number[]): Value;
  touch(places: number | readonly number[]): void;
  store(places: number | readonly number[], value: Value): void;
  /** Keeps of a local (or cell, as -1 - cell) the numbers with which `fits` holds; false if none is left. */
  refine(variable: number, fits: (run: Run) => boolean): boolean;
}

/** Zero: surely not. One: surely. Two: perhaps. */
export type Truth = 0 | 1 | 2;
/** Keeps to the executions in which a test came out as wanted; false if there are none. */
type Refine = (run: Run) => boolean;

export type AbstractInstr = (run: Run) => boolean;

export interface AbstractBranch {
  readonly test: (run: Run) => Truth;
  readonly holds: Refine;
  readonly fails: Refine;
}

export type AbstractEnd =
  | Exclude<Terminator, { to: 'branch' } | { to: 'choose' } | { to: 'passed' }>
  | ({
      readonly to: 'branch';
      readonly then: number;
      readonly else: number;
      /** Where the two sides may meet again, or null. */
      readonly meeting: number | null;
      /** Whether there may be nothing done on either side before they meet. */
      readonly mayBeIdle: boolean;
    } & AbstractBranch)
  | {
      readonly to: 'choose';
      readonly local: number | null;
      readonly count: (run: Run) => Value;
      readonly block: number;
    };

export interface AbstractBlock {
  readonly instrs: readonly AbstractInstr[];
  readonly end: AbstractEnd;
}

export interface AbstractProcess {
  readonly isLive: (block: number, local: number) => boolean;
  readonly blocks: readonly AbstractBlock[];
  readonly boundaries: readonly { readonly block: number; readonly rest: AbstractInstr | null }[];
}
