/**
 * Runs a trace again, on the model that it is of or on a patched one, and says whether it still ends in the violation,
 * or at which step it stops being possible and why.
 */
import type { Machine, Transition } from '../checker/compiler/machine.js';
import { InputError } from '../checker/diagnostics.js';
import { align, standing } from './align.js';
import { distinctNames, labelOf } from './build.js';
import { callPlace } from './formats/facts.js';
import type { Trace, TraceStep } from './trace.js';

export type ReplayResult = ReplayOutcome & {
  /** What was run: may be built into a trace of its own and confirmed. */
  readonly transitions: readonly Transition[];
  /** Steps that the model has more or less than the trace, one sentence each. */
  readonly notes: readonly string[];
  /** The outcome, for a reader. */
  readonly sentence: string;
};

export type ReplayOutcome =
  /** `step` is the trace's; 0 for the initial state. */
  | { readonly outcome: 'violated'; readonly step: number }
  | { readonly outcome: 'impossible'; readonly step: number; readonly reason: Impossible }
  | { readonly outcome: 'no violation' };

export type Impossible =
  /** The scenario has no such process. */
  | 'no process'
  /** The process has finished before. */
  | 'finished'
  /** The process waits. */
  | 'disabled'
  /** The process is at a step that does not offer this choice. */
  | 'choice'
  /** The process does something else. */
  | 'elsewhere'
  /** The step ends in an error, and not in the one of the trace. */
  | 'error';

export function replayTrace(trace: Trace, machine: Machine): ReplayResult {
  return new Replay(trace, machine).run();
}

class Replay {
  private readonly processes: readonly string[];
  private readonly transitions: Transition[] = [];
  private readonly notes: string[] = [];
  private skipped = 0;
  private state: Uint32Array;

  constructor(
    private readonly trace: Trace,
    private readonly machine: Machine,
  ) {
    const { id } = trace.property;
    const { kind } = trace.violation;
    const checked =
      kind === 'invariant' ? machine.invariants : kind === 'step' ? machine.stepPredicates : [id];
    if (kind !== 'temporal' && !checked.includes(id)) {
      throw InputError.of(
        `the scenario does not check ${id}, which the trace violates`,
        'Replay the trace on the scenario that it is of.',
      );
    }
    this.processes = distinctNames(machine.processes);
    this.state = machine.initial;
  }

  run(): ReplayResult {
    if (this.isViolated(this.state)) return this.violated(0);
    const start = this.trace.temporal?.start ?? null;
    let cycle = '';
    for (const [index, step] of this.trace.steps.entries()) {
      if (index === start) cycle = this.state.join();
      const end = this.step(index, step);
      if (end !== null) return end;
    }
    const { steps, property, temporal } = this.trace;
    if (temporal !== undefined && this.skipped === 0) {
      // Whether the formula is false of such a run is for who knows the formula.
      if (start === null || start === steps.length || cycle === this.state.join())
        return this.violated(steps.length);
      return this.end(
        { outcome: 'no violation' },
        `All ${steps.length} steps are possible, but the cycle does not close.`,
      );
    }
    const sentence =
      this.skipped === 0
        ? `All ${steps.length} steps are possible, but ${property.id} is not violated.`
        : `${property.id} is not violated: ${this.skipped} of the ${steps.length} steps do not happen.`;
    return this.end({ outcome: 'no violation' }, sentence);
  }

  /** Takes one step of the trace. Returns the result if that is the end of the replay. */
  private step(index: number, step: TraceStep): ReplayResult | null {
    const { trace, machine } = this;
    const number = index + 1;
    const process = this.processes.indexOf(step.process);
    if (process < 0)
      return this.impossible(number, 'no process', `the scenario has no process ${step.process}`);
    const later = trace.steps.slice(number).filter((each) => each.process === step.process);
    const alignment = align(machine, this.state, process, step, later);
    if (alignment.how === 'gone') {
      this.notes.push(`Step ${number}, ${step.process}: ${step.label}, does not happen.`);
      this.skipped++;
      return null;
    }
    for (const transition of alignment.how === 'ahead' ? alignment.steps : []) {
      const done = labelOf(standing(machine, this.state, process) ?? []);
      this.notes.push(`Before step ${number}, ${step.process} first runs ${done}.`);
      const end = this.take(number, transition);
      if (end !== null) return end;
    }
    if (alignment.how === 'finished') {
      return this.impossible(number, 'finished', `${step.process} has finished and cannot run ${step.label}`);
    }
    if (alignment.how === 'stuck') {
      const { after, state } = alignment;
      const why =
        after === 0
          ? `${this.place(process)}, which is not enabled, and cannot run ${step.label}`
          : `${this.place(process)} instead of ${step.label}, and ${after} ${after === 1 ? 'step' : 'steps'} later ` +
            `waits at ${this.whereabouts(process, state)}`;
      return this.impossible(number, 'disabled', why);
    }
    if (alignment.how === 'elsewhere') {
      return this.impossible(
        number,
        'elsewhere',
        `${this.place(process)} and does not come to ${step.label}`,
      );
    }
    const chosen = this.choose(process, step);
    return typeof chosen === 'string'
      ? this.refuse(number, process, step, chosen)
      : this.take(number, chosen);
  }

  /** The transition of the process with the choices of the trace, or why there is none. */
  private choose(process: number, step: TraceStep): Transition | 'disabled' | 'choice' {
    const possible = this.machine.transitions(this.state).filter((each) => each.process === process);
    const same = possible.find((each) => each.choices.join() === step.choices.join());
    if (same !== undefined) return same;
    const [first] = possible;
    if (first === undefined) return 'disabled';
    // What used to be a choice is decided now, or the other way round.
    return possible.length === 1 && first.choices.length !== step.choices.length ? first : 'choice';
  }

  private refuse(
    number: number,
    process: number,
    step: TraceStep,
    reason: 'disabled' | 'choice',
  ): ReplayResult {
    if (reason === 'disabled')
      return this.impossible(number, reason, `${this.place(process)}, which is not enabled`);
    const possible = this.machine.transitions(this.state).filter((each) => each.process === process);
    const others = possible.map((each) => each.choices.join(',') || 'none').join(' or ');
    return this.impossible(
      number,
      reason,
      `${this.place(process)}, which does not offer the choices ${step.choices.join(',') || '(none)'} but ${others}`,
    );
  }

  private take(number: number, transition: Transition): ReplayResult | null {
    const { machine, trace } = this;
    this.transitions.push(transition);
    if (transition.target === null) {
      const failure = transition.failure === null ? undefined : machine.failures[transition.failure];
      const { kind, error } = trace.violation;
      const same =
        kind === 'assertion'
          ? failure?.kind === 'assertion' && (failure.property ?? trace.property.id) === trace.property.id
          : kind === 'model error' && failure?.kind === error;
      if (same) return this.violated(number);
      return this.impossible(number, 'error', `it ends in an error (${failure?.kind}): ${failure?.message}`);
    }
    const before = this.state;
    this.state = transition.target;
    const violated = this.isViolated(this.state) || this.isViolatedBy(before, this.state);
    return violated ? this.violated(number) : null;
  }

  private isViolated(state: Uint32Array): boolean {
    const { machine, trace } = this;
    if (trace.violation.kind === 'invariant') {
      const bit = machine.invariants.indexOf(trace.property.id);
      return ((machine.violated(state, 0) >>> bit) & 1) === 1;
    }
    return trace.violation.kind === 'deadlock' && isDeadlocked(machine, state);
  }

  private isViolatedBy(before: Uint32Array, after: Uint32Array): boolean {
    if (this.trace.violation.kind !== 'step') return false;
    const bit = this.machine.stepPredicates.indexOf(this.trace.property.id);
    return ((this.machine.violatedStep(before, 0, after, 0) >>> bit) & 1) === 1;
  }

  private violated(step: number): ReplayResult {
    const { id, title } = this.trace.property;
    const place = step === 0 ? 'in the initial state' : `at step ${step} of ${this.trace.steps.length}`;
    return this.end({ outcome: 'violated', step }, `${id} (${title}) is violated again, ${place}.`);
  }

  private impossible(step: number, reason: Impossible, why: string): ReplayResult {
    const sentence = `The trace stops being possible at step ${step} of ${this.trace.steps.length}: ${why}.`;
    return this.end({ outcome: 'impossible', step, reason }, sentence);
  }

  private end(outcome: ReplayOutcome, sentence: string): ReplayResult {
    return { ...outcome, transitions: this.transitions, notes: this.notes, sentence };
  }

  private place(process: number): string {
    return `${this.processes[process] ?? ''} stands at ${this.whereabouts(process, this.state)}`;
  }

  /** `mutex_lock(kvm.slots_lock) in kvm_set_memory_region (model/kernel/dirty_log.ts:27)`. */
  private whereabouts(process: number, state: Uint32Array): string {
    const stack = standing(this.machine, state, process) ?? [];
    const caller = stack.length > 1 ? ` in ${stack.at(-2)?.function}` : '';
    return `${labelOf(stack)}${caller} (${callPlace(stack)})`;
  }
}

/** Somebody owes a step, and no step from a boundary that is not a resting one leads to another state. */
export function isDeadlocked(machine: Machine, state: Uint32Array): boolean {
  return (
    machine.unfinished(state, 0) &&
    !machine
      .transitions(state)
      .some(({ resting, target }) => !resting && target !== null && target.join() !== state.join())
  );
}
