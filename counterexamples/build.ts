/** Turns a path through a machine into a trace document. */
import type { Frame } from '../checker/compiler/ir/graph.js';
import type { Machine, Transition } from '../checker/compiler/machine.js';
import { heldLocks, locksOf } from './locks.js';
import {
  FORMAT,
  type TemporalRun,
  type Trace,
  type TraceFrame,
  type TraceModel,
  type TraceProperty,
  type TraceScenario,
  type TraceStep,
  VERSION,
  type Violation,
} from './trace.js';
import { differences, type RecordTree, type Scalar } from './tree.js';

/** What a trace records of the scenario and the model that ran. */
export interface TraceSource {
  readonly scenario: TraceScenario;
  readonly model: TraceModel;
  readonly configuration: Readonly<Record<string, Scalar>>;
  readonly scope?: readonly string[];
}

/** What the path ends in. An `error` is an assertion or model error: the last transition says which. */
export interface Finding {
  readonly property: TraceProperty;
  readonly kind: 'invariant' | 'step' | 'deadlock' | 'error' | 'temporal';
  readonly temporal?: Cycle;
}

export type Cycle = TemporalRun;

/** The document for a path from the initial state of the machine. It is not confirmed yet. */
export function buildTrace(
  machine: Machine,
  transitions: readonly Transition[],
  source: TraceSource,
  finding: Finding,
): Trace {
  const processes = distinctNames(machine.processes);
  const initial = machine.unpack(machine.initial) as RecordTree;
  const locks = locksOf(initial);
  const steps: TraceStep[] = [];
  let packed = machine.initial;
  let state = initial;
  for (const transition of transitions) {
    const next = transition.target === null ? state : (machine.unpack(transition.target) as RecordTree);
    const stack = framesOf(machine.steps[transition.step]?.frames ?? []);
    steps.push({
      process: processes[transition.process] ?? String(transition.process),
      label: labelOf(stack),
      stack,
      choices: [...transition.choices],
      boundaries: transition.boundaries,
      locks: heldLocks(locks, initial, next),
      changes: differences(state, next),
    });
    packed = transition.target ?? packed;
    state = next;
  }
  const standing = machine
    .boundaries(packed)
    .map((point) => (point === null ? null : framesOf(point.frames)));
  return {
    format: FORMAT,
    version: VERSION,
    ...source,
    property: { id: finding.property.id, title: finding.property.title },
    ...(finding.temporal && { temporal: finding.temporal }),
    violation: violationOf(machine, transitions, finding, waitingFor(machine, packed, processes)),
    processes,
    locks,
    initial,
    steps,
    standing,
  };
}

/** Processes by name; a name that occurs again gets a number. */
export function distinctNames(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    let distinct = name;
    for (let count = 2; taken.has(distinct); count++) distinct = `${name}#${count}`;
    taken.add(distinct);
    return distinct;
  });
}

/**
 * What a process does at a boundary, as the source says it: the call of the innermost function, which is a primitive
 * with one `yield`; of a process that yields in its own body, the name of that.
 */
export function labelOf(stack: readonly TraceFrame[]): string {
  const innermost = stack.at(-1);
  if (innermost === undefined) return '(start)';
  const call = stack.at(-2)?.text;
  return call === undefined || call === '' ? `${innermost.function}()` : call.replace(/^yield\s*\*?\s*/, '');
}

export function framesOf(frames: readonly Frame[]): TraceFrame[] {
  return frames.map((frame) => ({
    function: frame.function,
    file: frame.span.file,
    line: frame.span.line,
    column: frame.span.column,
    text: frame.text.replace(/\s+/g, ' ').trim(),
  }));
}

function violationOf(
  machine: Machine,
  transitions: readonly Transition[],
  finding: Finding,
  waiting: readonly string[],
): Violation {
  const count = transitions.length;
  const place = count === 0 ? 'in the initial state' : `after step ${count}`;
  switch (finding.kind) {
    case 'invariant':
      return { kind: 'invariant', message: `does not hold ${place}`, error: null, stack: null };
    case 'step':
      return { kind: 'step', message: `step ${count} breaks it`, error: null, stack: null };
    case 'deadlock': {
      const message = `${place}, ${waiting.join(', ')} can never go on`;
      return { kind: 'deadlock', message, error: null, stack: null };
    }
    case 'temporal':
      return { kind: 'temporal', message: messageOf(finding.temporal, count), error: null, stack: null };
    case 'error': {
      const index = transitions.at(-1)?.failure;
      const failure = index === undefined || index === null ? undefined : machine.failures[index];
      if (failure === undefined) throw new Error('a trace of an error must end in the transition that fails');
      const stack = framesOf(failure.frames);
      if (failure.kind === 'assertion')
        return { kind: 'assertion', message: failure.message, error: null, stack };
      return { kind: 'model error', message: failure.message, error: failure.kind, stack };
    }
  }
}

/** The processes that have not finished and, at least if there are others, may not rest where they stand. */
function waitingFor(machine: Machine, state: Uint32Array, processes: readonly string[]): string[] {
  const points = machine.boundaries(state);
  const unfinished = processes.filter((_, index) => points[index] !== null);
  const restless = processes.filter((_, index) => points[index]?.rest === null);
  return restless.length > 0 ? restless : unfinished;
}

function messageOf(run: TemporalRun | undefined, count: number): string {
  const start = run?.start ?? null;
  if (start === null) return `step ${count} breaks it, whatever comes afterwards`;
  if (start === count) return `after step ${count} nobody must go on, and it stays unfulfilled`;
  return start + 1 === count
    ? `step ${count} repeats for ever`
    : `steps ${start + 1} to ${count} repeat for ever`;
}
