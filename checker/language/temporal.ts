/**
 * Temporal properties: linear-time temporal logic (Pnueli 1977) over predicates of states and of steps, with the operators
 * spelled out. A formula is data; it speaks of every infinite run from the initial state. A run that comes to an end, because
 * everybody who must go on has finished or rests, is taken to stay in its last state for ever.
 */

/** An exported predicate over a state. */
export type StatePredicate = (root: never) => boolean;
/** An exported predicate over the states before and after a step. */
export type StepPredicate = (before: never, after: never) => boolean;

export type Temporal =
  | { readonly op: 'constant'; readonly value: boolean }
  | { readonly op: 'state'; readonly predicate: StatePredicate }
  | { readonly op: 'step'; readonly predicate: StepPredicate }
  | { readonly op: 'finished' | 'moves'; readonly process: string }
  | { readonly op: 'not' | 'next' | 'once'; readonly operand: Temporal }
  | { readonly op: 'and' | 'or'; readonly operands: readonly Temporal[] }
  | {
      readonly op: 'until' | 'release' | 'since';
      readonly left: Temporal;
      readonly right: Temporal;
    };

/** Where a formula is expected, a predicate over a state stands for itself. */
export type Formula = Temporal | StatePredicate;

/**
 * What the scheduler owes, besides that it goes on while it can. Processes are named as in the scenario, with `*` for any
 * text; `vcpu0:write_lock` are the steps of vcpu0 inside the function write_lock. Without any of this, every process has
 * weak fairness. Nothing is owed to a process that rests.
 */
export interface Fairness {
  /** Who need not be scheduled: an environment that may stop at any time. */
  readonly unfair?: readonly string[];
  /** What is taken again and again if it is possible again and again, be it with interruptions. */
  readonly strong?: readonly string[];
  /** Steps that are taken if they stay possible, beyond the fairness of their process. */
  readonly weak?: readonly string[];
}

export const always = (formula: Formula): Temporal => ({
  op: 'release',
  left: { op: 'constant', value: false },
  right: formulaOf(formula),
});

export const eventually = (formula: Formula): Temporal => ({
  op: 'until',
  left: { op: 'constant', value: true },
  right: formulaOf(formula),
});

/** `left` holds until `right` does, which comes. */
export const until = (left: Formula, right: Formula): Temporal => ({
  op: 'until',
  left: formulaOf(left),
  right: formulaOf(right),
});

/** `left` holds until `right` does, or for ever. */
export const weakUntil = (left: Formula, right: Formula): Temporal => ({
  op: 'release',
  left: formulaOf(right),
  right: or(left, right),
});

/** `right` holds up to and including the moment at which `left` does, or for ever. */
export const release = (left: Formula, right: Formula): Temporal => ({
  op: 'release',
  left: formulaOf(left),
  right: formulaOf(right),
});

/** After the next step. Switches off whatever changes the number of steps. */
export const next = (formula: Formula): Temporal => ({ op: 'next', operand: formulaOf(formula) });

/** Whenever `cause` holds, `effect` holds then or later. */
export const leadsTo = (cause: Formula, effect: Formula): Temporal =>
  always(implies(cause, eventually(effect)));

export const implies = (condition: Formula, formula: Formula): Temporal => or(not(condition), formula);
export const not = (formula: Formula): Temporal => ({ op: 'not', operand: formulaOf(formula) });

export const and = (...formulas: readonly Formula[]): Temporal => ({
  op: 'and',
  operands: formulas.map(formulaOf),
});

export const or = (...formulas: readonly Formula[]): Temporal => ({
  op: 'or',
  operands: formulas.map(formulaOf),
});

/** Now or at some moment before. Below `once` and `since`, nothing may speak of the future. */
export const once = (formula: Formula): Temporal => ({ op: 'once', operand: formulaOf(formula) });

/** `right` held at some moment, now or before, and `left` has held ever since. */
export const since = (left: Formula, right: Formula): Temporal => ({
  op: 'since',
  left: formulaOf(left),
  right: formulaOf(right),
});

/** The step from this state to the next has the property. */
export const step = (predicate: StepPredicate): Temporal => ({ op: 'step', predicate });
/** The process has come to its end. */
export const finished = (process: string): Temporal => ({ op: 'finished', process });
/** The step from this state to the next is one of this process. */
export const moves = (process: string): Temporal => ({ op: 'moves', process });

function formulaOf(formula: Formula): Temporal {
  return typeof formula === 'function' ? { op: 'state', predicate: formula } : formula;
}
