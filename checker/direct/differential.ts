/**
 * Drives direct and compiled execution of a scenario with the same schedule, and says where they differ.
 *
 * Neither is trusted: whatever the engine will use of a machine (successors, flags, masks, failures) is compared with
 * what the generators do.
 */
import { isDeepStrictEqual } from 'node:util';
import type { RecordType } from '../compiler/ir/program.js';
import { type Machine, META_FAILURE, META_RESTING, META_STEP, type Transition } from '../compiler/machine.js';
import type { Scenario } from '../workspace/scenarios.js';
import { confirmFailure } from './confirm.js';
import { DirectExecution, ScheduleError } from './execution.js';

export interface Difference {
  /** How many steps were taken before. */
  readonly step: number;
  readonly what: string;
  readonly direct: unknown;
  readonly compiled: unknown;
}

/** A schedule decides the transition taken in each state, and whether everything possible there is compared before. */
export interface Decision {
  /** Which transition, modulo their number. */
  readonly transition: number;
  readonly everything: boolean;
  /**
   * Whether a step that was merged of several is split here: the process stops at its first boundary, and goes on
   * when another one has taken a step. Merging is right if nobody can tell.
   */
  readonly split: boolean;
}

/** What a run has covered: a test in which nothing happens is no test. */
export interface Coverage {
  steps: number;
  choices: number;
  merged: number;
  split: number;
  failures: number;
  disabled: number;
}

export function noCoverage(): Coverage {
  return { steps: 0, choices: 0, merged: 0, split: 0, failures: 0, disabled: 0 };
}

/** Runs a schedule in both executions. Null if they agree all the way. */
export function compareExecutions(
  scenario: Scenario,
  root: RecordType,
  machine: Machine,
  schedule: readonly Decision[],
  coverage: Coverage = noCoverage(),
): Difference | null {
  const comparison = new Comparison(scenario, machine, DirectExecution.start(scenario, root), coverage);
  try {
    let state = machine.initial;
    comparison.state(state);
    for (const { transition: number, everything, split } of schedule) {
      const transitions = machine.transitions(state);
      if (everything && transitions.length <= MANY) comparison.everything(state, transitions);
      const transition = transitions[number % transitions.length];
      if (transition === undefined) break;
      const next = comparison.take(state, transition, split);
      if (next !== null) {
        comparison.state(next);
        state = next;
      }
    }
    comparison.finish();
    comparison.state(state);
    return null;
  } catch (error) {
    if (error instanceof Disagreement) return error.difference;
    if (!(error instanceof ScheduleError)) throw error;
    return { step: coverage.steps, what: error.message, direct: 'impossible', compiled: 'possible' };
  }
}

/** Choices multiply. Trying more transitions than this of one state finds nothing that fewer do not. */
const MANY = 200;

class Disagreement extends Error {
  constructor(readonly difference: Difference) {
    super(difference.what);
  }
}

class Comparison {
  private readonly processes: readonly number[];
  /** What is still to be done of a step that was split. */
  private rest: { readonly process: number; readonly boundaries: number } | null = null;

  constructor(
    private readonly scenario: Scenario,
    private readonly machine: Machine,
    private readonly direct: DirectExecution,
    private readonly coverage: Coverage,
  ) {
    this.processes = scenario.spec.processes.map((_, index) => index);
  }

  /** Everything that can be asked of one state. */
  state(packed: Uint32Array): void {
    const { direct, machine, scenario } = this;
    const where = this.rest === null ? '' : ` in the middle of a step of process ${this.rest.process}`;
    this.same(`state${where}`, scalarsOf(direct.state), scalarsOf(machine.unpack(packed)));
    if (this.rest !== null) return;
    const finished = machine.boundaries(packed).map((boundary) => boundary === null);
    const finishedDirectly = this.processes.map((process) => direct.finished(process));
    this.same('finished processes', finishedDirectly, finished);
    this.same(
      'whether a process is neither finished nor resting',
      direct.unfinished,
      machine.unfinished(packed, 0),
    );
    const violated = scenario.spec.properties.flatMap(({ invariant, id }) =>
      invariant !== undefined && !direct.evaluate(invariant, direct.state) ? [id] : [],
    );
    this.same('violated invariants', violated, named(machine.invariants, machine.violated(packed, 0)));
    const shown = scenario.spec.witnesses.flatMap((witness, index) =>
      direct.evaluate(witness, direct.state) ? [machine.witnesses[index]] : [],
    );
    this.same('witnesses', shown, named(machine.witnesses, machine.witnessed(packed, 0)));
  }

  /** All transitions of a state, in both directions, without taking any. */
  everything(packed: Uint32Array, transitions: readonly Transition[]): void {
    this.finish();
    this.same('transitions of expand', summary(transitions, this.machine), expansion(packed, this.machine));
    for (const transition of transitions) this.transition(packed, transition);
    for (const process of this.processes) {
      if (this.direct.finished(process)) continue;
      const alternatives = this.direct.alternatives(process);
      const enabled = alternatives.filter(({ outcome }) => outcome !== 'disabled');
      this.coverage.disabled += alternatives.length - enabled.length;
      // A compiled step may run through several boundaries: what is compared is the first part of each.
      const firstParts = transitions
        .filter((each) => each.process === process)
        .map((each) => JSON.stringify(this.direct.explore(process, each.choices).choices));
      this.same(
        `choices of process ${process}`,
        [...new Set(enabled.map(({ choices }) => JSON.stringify(choices)))].sort(),
        [...new Set(firstParts)].sort(),
      );
    }
  }

  /** Takes one transition in both; null if it ends in a model error. */
  take(packed: Uint32Array, transition: Transition, split: boolean): Uint32Array | null {
    const { process, choices, boundaries, target } = transition;
    if (this.rest?.process === process) this.finish();
    this.transition(packed, transition);
    if (target === null) return null;
    const stops = split && boundaries > 1 && this.rest === null;
    this.direct.step(process, choices, stops ? 1 : boundaries);
    if (stops) this.rest = { process, boundaries: boundaries - 1 };
    else this.finish();
    this.coverage.steps++;
    this.coverage.choices += choices.length;
    if (boundaries > 1) this.coverage.merged++;
    if (stops) this.coverage.split++;
    return target;
  }

  /** Goes on to the end of a step that was split, which must change nothing shared and ask for nothing. */
  finish(): void {
    if (this.rest === null) return;
    const { process, boundaries } = this.rest;
    this.rest = null;
    const before = this.direct.state;
    const what = `the rest of a step of process ${process}`;
    const { outcome, failure } = this.peek(process, [], boundaries, what);
    const succeeded = outcome === 'boundary' || outcome === 'end';
    this.same(what, succeeded ? 'successor' : (failure?.message ?? outcome), 'successor');
    this.same(`state after ${what}`, this.direct.step(process, [], boundaries).state === before, true);
  }

  private transition(packed: Uint32Array, transition: Transition): void {
    const { direct, machine } = this;
    const { process, choices, boundaries, target, failure, resting } = transition;
    const what = `process ${process}, choices [${choices.join(', ')}], ${boundaries} boundaries`;
    this.same(`resting, ${what}`, direct.resting(process), resting);
    if (target === null) {
      const compiled = machine.failures[failure ?? -1];
      if (compiled === undefined) throw new Error(`transition without target and failure: ${what}`);
      this.coverage.failures++;
      this.same(
        `${compiled.kind} failure (${compiled.message}), ${what}`,
        confirmFailure(direct, transition, compiled),
        'confirmed',
      );
      return;
    }
    const before = direct.state;
    const result = this.peek(process, choices, boundaries, what);
    const succeeded = result.outcome === 'boundary' || result.outcome === 'end';
    this.same(
      `outcome, ${what}`,
      succeeded ? 'successor' : (result.failure?.message ?? result.outcome),
      'successor',
    );
    this.same(`choices, ${what}`, result.choices, choices);
    this.same(`state after ${what}`, scalarsOf(result.state), scalarsOf(machine.unpack(target)));
    const violated = this.scenario.spec.properties.flatMap(({ step, id }) =>
      step !== undefined && !direct.evaluateStep(step, before, result.state) ? [id] : [],
    );
    const mask = machine.violatedStep(packed, 0, target, 0);
    this.same(`violated step predicates, ${what}`, violated, named(machine.stepPredicates, mask));
  }

  private peek(process: number, choices: readonly number[], boundaries: number, what: string) {
    try {
      return this.direct.peek(process, choices, boundaries);
    } catch (error) {
      if (!(error instanceof ScheduleError)) throw error;
      return this.differ(what, error.message, 'enabled');
    }
  }

  private same(what: string, direct: unknown, compiled: unknown): void {
    if (!isDeepStrictEqual(direct, compiled)) this.differ(what, direct, compiled);
  }

  private differ(what: string, direct: unknown, compiled: unknown): never {
    throw new Disagreement({ step: this.coverage.steps, what, direct, compiled });
  }
}

/** What a state says, scalar by scalar. A Vector without elements says nothing, and has no place in packed states. */
function scalarsOf(tree: unknown, path = '', scalars: Record<string, unknown> = {}): Record<string, unknown> {
  if (typeof tree !== 'object' || tree === null) scalars[path] = tree;
  else for (const [key, child] of Object.entries(tree)) scalarsOf(child, `${path}.${key}`, scalars);
  return scalars;
}

/** The names whose bits are set. */
function named(names: readonly string[], mask: number): string[] {
  return names.filter((_, bit) => ((mask >>> bit) & 1) === 1);
}

/** What `expand` appends, as far as `transitions` says the same. */
function expansion(packed: Uint32Array, machine: Machine): unknown[] {
  let out = new Uint32Array(machine.expansionLimit);
  let end = machine.expand(packed, 0, out, 0);
  if (end > out.length) {
    // The limit does not count choices in loops; the result says how much room it takes.
    out = new Uint32Array(end);
    end = machine.expand(packed, 0, out, 0);
  }
  const records: unknown[] = [];
  for (let at = 0; at < end; at += machine.words + 1) {
    const meta = out[at + machine.words] ?? 0;
    const failed = (meta & META_FAILURE) !== 0;
    records.push({
      step: meta & META_STEP,
      resting: (meta & META_RESTING) !== 0,
      words: failed ? [] : [...out.subarray(at, at + machine.words)],
      failure: failed ? out[at] : null,
    });
  }
  return records;
}

function summary(transitions: readonly Transition[], machine: Machine): unknown[] {
  return transitions.map(({ step, resting, target, failure }) => ({
    step,
    resting,
    words: target === null ? [] : [...target.subarray(0, machine.words)],
    failure,
  }));
}
