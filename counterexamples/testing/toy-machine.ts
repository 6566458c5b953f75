/** A machine made by hand: processes are lists of steps over a record of integers. For tests of building and replay. */
import type { BoundaryPoint, Failure, Frame } from '../../checker/compiler/ir/graph.js';
import type { Machine, Step, StateTree, Transition } from '../../checker/compiler/machine.js';

export type Variables = Record<string, number>;

export interface ToyStep {
  /** The functions that are running, outermost first; the last is the one that does it. */
  readonly calls: readonly string[];
  readonly when?: (state: Variables) => boolean;
  /** Number of alternatives, if it chooses. */
  readonly choices?: number;
  /** Changes the state. A text is the message of a failing assertion of P1. */
  readonly run?: (state: Variables, choice: number) => string | undefined;
}

export interface Toy {
  readonly initial: Variables;
  readonly processes: Readonly<Record<string, readonly ToyStep[]>>;
  readonly invariant?: (state: Variables) => boolean;
  readonly step?: (before: Variables, after: Variables) => boolean;
}

export function toyMachine({ initial, processes, invariant, step }: Toy): Machine {
  const names = Object.keys(processes);
  const programs = Object.values(processes);
  const variables = Object.keys(initial);
  const failures: Failure[] = [];
  const steps: Step[] = programs.flatMap((program, process) =>
    program.map((each, boundary) => ({ process, boundary, frames: framesOf(each) })),
  );
  const read = (state: Uint32Array): Variables =>
    Object.fromEntries(variables.map((name, index) => [name, state[names.length + index] ?? 0]));
  const at = (state: Uint32Array, process: number): ToyStep | undefined =>
    programs[process]?.[state[process] ?? 0];

  function transitions(state: Uint32Array): Transition[] {
    return names.flatMap((_, process) => {
      const current = at(state, process);
      if (current === undefined || current.when?.(read(state)) === false) return [];
      const step = steps.findIndex((each) => each.process === process && each.boundary === state[process]);
      return Array.from({ length: current.choices ?? 1 }, (_, choice): Transition => {
        const after = read(state);
        const message = current.run?.(after, choice);
        const target = state.slice();
        target[process] = (state[process] ?? 0) + 1;
        for (const [index, name] of variables.entries()) target[names.length + index] = after[name] ?? 0;
        if (message !== undefined)
          failures.push({ kind: 'assertion', property: 'P1', message, frames: framesOf(current) });
        return {
          process,
          step,
          choices: current.choices === undefined ? [] : [choice],
          boundaries: 1,
          target: message === undefined ? target : null,
          failure: message === undefined ? null : failures.length - 1,
          resting: false,
        };
      });
    });
  }

  const slice = (source: Uint32Array, from: number): Uint32Array =>
    source.slice(from, from + names.length + variables.length);
  return {
    words: names.length + variables.length,
    initial: Uint32Array.from([...names.map(() => 0), ...Object.values(initial)]),
    processes: names,
    steps,
    failures,
    invariants: invariant === undefined ? [] : ['P1'],
    stepPredicates: step === undefined ? [] : ['P1'],
    witnesses: [],
    expansionLimit: 0,
    expand: () => {
      throw new Error('a toy machine is not searched');
    },
    violated: (source, from) => (invariant?.(read(slice(source, from))) === false ? 1 : 0),
    violatedStep: (source, from, target, to) =>
      step?.(read(slice(source, from)), read(slice(target, to))) === false ? 1 : 0,
    witnessed: () => 0,
    unfinished: (source, from) => names.some((_, process) => at(slice(source, from), process) !== undefined),
    transitions,
    boundaries: (state) =>
      names.map((_, process): BoundaryPoint | null => {
        const current = at(state, process);
        return current === undefined ? null : { block: 0, frames: framesOf(current), rest: null };
      }),
    unpack: (state): StateTree => read(state),
  };
}

/** Takes steps by process name and choice, and returns the transitions. */
export function run(machine: Machine, schedule: readonly (readonly [string, number?])[]): Transition[] {
  let state = machine.initial;
  return schedule.map(([name, choice]) => {
    const process = machine.processes.indexOf(name);
    const taken = machine
      .transitions(state)
      .find((each) => each.process === process && (each.choices[0] ?? 0) === (choice ?? 0));
    if (taken === undefined) throw new Error(`${name} cannot take a step`);
    state = taken.target ?? state;
    return taken;
  });
}

function framesOf(step: ToyStep): Frame[] {
  return step.calls.map((call, index) => ({
    function: call.replace(/\(.*/, ''),
    span: { file: 'toy.ts', line: call.length, column: 1 },
    text: step.calls[index + 1] === undefined ? 'yield' : `yield* ${step.calls[index + 1]}`,
  }));
}
