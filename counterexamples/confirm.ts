/**
 * Confirms a trace by direct execution: the model's own generators take the same steps, every state must be the one
 * that the compiled model came to, and the property, run as plain JavaScript on the last state, must be violated.
 *
 * A counterexample that is not confirmed is an error of the checker and is never shown as a result. Some errors of a model
 * are about what a running program cannot see (the domain of a local, the depth of a recursion, numbers of 32 bits): of these
 * it is confirmed that the step can be taken up to there.
 */
import { confirmFailure } from '../checker/direct/confirm.js';
import type { DirectExecution, DirectStep } from '../checker/direct/execution.js';
import { ModelError } from '../checker/language/primitives.js';
import type { PropertySpec } from '../checker/language/index.js';
import { show } from './effects.js';
import { endsInError, statesOf, type Trace, type TraceStep } from './trace.js';
import { formatPath, type RecordTree, type Scalar, scalars } from './tree.js';

export type Confirmation = { readonly confirmed: true } | Refutation;

export interface Refutation {
  readonly confirmed: false;
  /** The step at which the two executions part, from 1; 0 for the initial state. */
  readonly step: number;
  /** What differs there, for the report of an internal error. */
  readonly report: string;
}

/**
 * @param execution a direct execution of the same scenario, in its initial state; it is used up
 * @param properties those of the scenario
 */
export function confirmTrace(
  trace: Trace,
  execution: DirectExecution,
  properties: readonly PropertySpec[],
): Confirmation {
  const states = statesOf(trace) as [RecordTree, ...RecordTree[]];
  const apart = compareStates(states[0], execution.state as RecordTree);
  if (apart !== null) return refuted(trace, 0, `the initial states differ:\n${apart}`);
  let before = execution.state;
  for (const [index, step] of trace.steps.entries()) {
    const number = index + 1;
    const fails = endsInError(trace) && number === trace.steps.length;
    const process = trace.processes.indexOf(step.process);
    const { choices, boundaries } = step;
    let taken: DirectStep;
    before = execution.state;
    try {
      taken = fails
        ? execution.explore(process, choices, boundaries)
        : execution.step(process, choices, boundaries);
    } catch (error) {
      return refuted(trace, number, `the direct execution cannot take it: ${messageOf(error)}`);
    }
    if (fails) {
      const seen = confirmError(trace, number, taken);
      return seen.confirmed || !isReached(trace, execution, { process, choices, boundaries })
        ? seen
        : { confirmed: true };
    }
    if (taken.outcome !== 'boundary' && taken.outcome !== 'end') {
      const why = taken.failure === null ? '' : ` (${taken.failure.message})`;
      return refuted(trace, number, `the direct execution comes to '${taken.outcome}'${why}`);
    }
    const difference = compareStates(states[number] ?? trace.initial, taken.state as RecordTree);
    if (difference !== null) return refuted(trace, number, `the states after it differ:\n${difference}`);
  }
  const complaint = confirmEnd(trace, execution, before, properties);
  return complaint === null ? { confirmed: true } : refuted(trace, trace.steps.length, complaint);
}

/** Whether the error is one that direct execution cannot see, in a step that it can take. */
function isReached(
  { violation: { error, message } }: Trace,
  execution: DirectExecution,
  step: Parameters<typeof confirmFailure>[1],
): boolean {
  if (error === null) return false;
  const failure = { kind: error, property: null, message, frames: [] };
  return confirmFailure(execution, step, failure) === 'reached';
}

/** The last step must end in the same error. The wording of an error that is not an assertion's is free. */
function confirmError(trace: Trace, number: number, { outcome, failure }: DirectStep): Confirmation {
  const { kind, error, message } = trace.violation;
  const expected = kind === 'assertion' ? 'assertion' : (error ?? '');
  if (failure === null)
    return refuted(trace, number, `the direct execution comes to '${outcome}', not to an error`);
  const same =
    failure.kind === expected &&
    (failure.property === null || failure.property === trace.property.id) &&
    (kind !== 'assertion' || failure.message === message);
  if (same) return { confirmed: true };
  const found = `${failure.kind} ${failure.property ?? ''}: ${failure.message}`;
  return refuted(
    trace,
    number,
    `the direct execution ends in another error:\n  compiled ${expected}: ${message}\n  direct   ${found}`,
  );
}

/** Why the run does not violate the property after all, or null if it does. */
function confirmEnd(
  trace: Trace,
  execution: DirectExecution,
  before: DirectExecution['state'],
  properties: readonly PropertySpec[],
): string | null {
  const { id } = trace.property;
  const property = properties.find((each) => each.id === id);
  try {
    switch (trace.violation.kind) {
      case 'invariant':
        if (property?.invariant === undefined) return `the scenario has no invariant ${id}`;
        return execution.evaluate(property.invariant, execution.state)
          ? `${id} holds in the last state`
          : null;
      case 'step':
        if (property?.step === undefined) return `the scenario has no step property ${id}`;
        return execution.evaluateStep(property.step, before, execution.state)
          ? `${id} holds for the last step`
          : null;
      case 'deadlock':
        return confirmDeadlock(trace, execution);
      case 'temporal':
        return 'a run of a temporal property is confirmed with its formula at hand';
      default:
        return 'the trace of an error has no steps';
    }
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    return `${id} cannot be evaluated: ${error.message}`;
  }
}

/** How often a process that changes nothing may go on before it counts as waiting in a loop. */
const SPINS = 32;

/**
 * Nobody who is not resting can do anything but wait. The direct execution does not see the locals of a process, so
 * one that keeps stepping without a change of the shared state is taken to spin.
 */
function confirmDeadlock(trace: Trace, execution: DirectExecution): string | null {
  if (!execution.unfinished) return 'every process has finished or rests';
  for (const [index, name] of trace.processes.entries()) {
    for (let spin = 0; spin < SPINS && !execution.finished(index) && !execution.resting(index); spin++) {
      const possible = execution
        .alternatives(index)
        .filter(({ outcome }) => outcome === 'boundary' || outcome === 'end');
      if (possible.some(({ outcome, patches }) => outcome === 'end' || patches.length > 0))
        return `${name} can go on`;
      const [first] = possible;
      if (first === undefined) break;
      execution.step(index, first.choices, first.boundaries);
    }
  }
  return null;
}

/** Takes a step of the direct execution that must end at a boundary; what is wrong if it does not. */
export function takeStep(
  execution: DirectExecution,
  { process, choices, boundaries }: Pick<TraceStep, 'choices' | 'boundaries'> & { readonly process: number },
): string | null {
  try {
    const { outcome, failure } = execution.step(process, choices, boundaries);
    if (outcome === 'boundary' || outcome === 'end') return null;
    return `the direct execution comes to '${outcome}'${failure === null ? '' : ` (${failure.message})`}`;
  } catch (error) {
    return `the direct execution cannot take it: ${messageOf(error)}`;
  }
}

/** Scalar by scalar: a vector without elements is in the state of the direct execution only. */
export function compareStates(compiled: RecordTree, direct: RecordTree): string | null {
  const [left, right] = [valuesOf(compiled), valuesOf(direct)];
  const lines = [...new Set([...left.keys(), ...right.keys()])]
    .filter((path) => left.get(path) !== right.get(path))
    .map((path) => `  ${path}: compiled ${shown(left.get(path))}, direct ${shown(right.get(path))}`);
  return lines.length === 0 ? null : lines.join('\n');
}

function valuesOf(state: RecordTree): Map<string, Scalar> {
  return new Map([...scalars(state)].map(({ path, value }) => [formatPath(path), value]));
}

function shown(value: Scalar | undefined): string {
  return value === undefined ? 'has none' : show(value);
}

export function refuted(trace: Trace, step: number, what: string): Refutation {
  const taken = trace.steps[step - 1];
  const place = taken?.stack.at(-1);
  const where =
    taken === undefined
      ? 'before the first step'
      : `step ${step} (${taken.process}: ${taken.label} at ${place?.file}:${place?.line})`;
  const report = `the counterexample to ${trace.property.id} in ${trace.scenario.name} is not confirmed by direct execution\n${where}: ${what}`;
  return { confirmed: false, step, report };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
