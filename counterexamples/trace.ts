/**
 * The trace document: one run of a model that ends in a violation, complete enough to be shown, exported and replayed
 * anywhere. Every output format is derived from it.
 *
 * `schema.ts` holds the same structure as a JSON Schema, published as trace.schema.json.
 */
import type { Fairness } from '../checker/language/temporal.js';
import { applyChanges, type Change, type RecordTree, type Scalar } from './tree.js';

export const FORMAT = 'mmucheck-trace';
/** Raised whenever a reader of the previous version would misunderstand a trace. */
export const VERSION = 1;

export interface Trace {
  readonly format: typeof FORMAT;
  readonly version: typeof VERSION;
  readonly scenario: TraceScenario;
  readonly model: TraceModel;
  readonly configuration: Readonly<Record<string, Scalar>>;
  /** The members of it that the scenario has chosen, to be shown; absent: all. */
  readonly scope?: readonly string[];
  readonly property: TraceProperty;
  readonly violation: Violation;
  /** Of the violation of a temporal property only. */
  readonly temporal?: TemporalRun;
  /** Names of the processes, all different. */
  readonly processes: readonly string[];
  /** Paths of the locks of the shared state, for the lock context of the steps. */
  readonly locks: readonly string[];
  readonly initial: RecordTree;
  readonly steps: readonly TraceStep[];
  /** Where each process stands in the end, in the order of `processes`; null where it has finished. */
  readonly standing: readonly (readonly TraceFrame[] | null)[];
}

export interface TraceScenario {
  readonly name: string;
  /** Where it is declared, relative to the project. */
  readonly file: string;
  readonly title: string;
  readonly claims: readonly string[];
}

export interface TraceModel {
  /** Of the sources that ran, patches applied. */
  readonly hash: string;
  /** In the order in which they were applied. */
  readonly patches: readonly { readonly name: string; readonly text: string }[];
}

export interface TraceProperty {
  readonly id: string;
  readonly title: string;
}

export type ViolationKind = 'invariant' | 'step' | 'assertion' | 'model error' | 'deadlock' | 'temporal';

export interface TemporalRun {
  /**
   * After how many steps the cycle begins that the run stays in for ever; the number of all steps if it stays in its last state. Null
   * if the property is broken by what there is, whatever comes afterwards.
   */
  readonly start: number | null;
  /** What the scheduler owes; the run gives it. */
  readonly fairness: Required<Fairness>;
  /** The same in words. */
  readonly assumptions: string;
}

export interface Violation {
  readonly kind: ViolationKind;
  /** What is wrong, in a few words. */
  readonly message: string;
  /** Which model error it is; null for every other kind. */
  readonly error: 'index' | 'domain' | 'recursion' | 'arithmetic' | null;
  /** Where an assertion or model error stands, outermost frame first; null for what has no place in the source. */
  readonly stack: readonly TraceFrame[] | null;
}

export interface TraceFrame {
  readonly function: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** The source text there: the call of the next frame, or the `yield` where the process stands. */
  readonly text: string;
}

export interface TraceStep {
  /** The name of the process. */
  readonly process: string;
  /** What it does: the call that the step is, as in the source. */
  readonly label: string;
  /** Outermost function first. */
  readonly stack: readonly TraceFrame[];
  /** Answers to the step's choices, in order. */
  readonly choices: readonly number[];
  /** How often a direct execution has to be resumed for this step. */
  readonly boundaries: number;
  /** The locks that are not free after the step, by path, with what tells them from a free one. */
  readonly locks: Readonly<Record<string, string>>;
  /** Empty if the step ended in an error: it has no successor. */
  readonly changes: readonly Change[];
}

/** Every state of the run: the initial one, then the one after each step. */
export function statesOf(trace: Trace): RecordTree[] {
  const states = [trace.initial];
  let state = trace.initial;
  for (const step of trace.steps) {
    state = applyChanges(state, step.changes);
    states.push(state);
  }
  return states;
}

/** Whether the last step ended in an error instead of a state. */
export function endsInError(trace: Trace): boolean {
  return trace.violation.kind === 'assertion' || trace.violation.kind === 'model error';
}
