/**
 * Confirms a counterexample to a temporal formula by direct execution: the model's own generators take the same steps, the cycle
 * closes and can be gone through again, every process that fairness speaks of is treated as it must be, and the formula, by its
 * definition, is false of the states and steps that were seen.
 */
import type { DirectExecution } from '../checker/direct/execution.js';
import type { StateTree } from '../checker/compiler/machine.js';
import type { Temporal } from '../checker/language/temporal.js';
import { type Atom, Atoms } from '../checker/temporal/atoms.js';
import type { Assumptions } from '../checker/temporal/fairness.js';
import { holds } from '../checker/temporal/ltl.js';
import { type Confirmation, compareStates, refuted, takeStep } from './confirm.js';
import { statesOf, type Trace, type TraceStep } from './trace.js';
import type { RecordTree } from './tree.js';

/** @param start a direct execution in the initial state of the scenario */
export function confirmTemporal(
  trace: Trace,
  start: () => DirectExecution,
  formula: Temporal,
  assumptions: Assumptions,
): Confirmation {
  const execution = start();
  const states = statesOf(trace);
  const cycleStart = trace.temporal?.start ?? null;
  const atoms = new Atoms();
  const ltl = atoms.read(formula);
  const letters: number[] = [];
  const seen: Moment[] = [];

  const go = (step: TraceStep, number: number): string | null => {
    seen.push(momentOf(execution, trace));
    const before = execution.state;
    const finished = trace.processes.map((_, index) => execution.finished(index));
    const process = trace.processes.indexOf(step.process);
    const complaint = takeStep(execution, { ...step, process });
    if (complaint !== null) return complaint;
    letters.push(letterOf(execution, atoms.all, trace.processes, before, finished, step.process));
    return compareStates(states[number] ?? trace.initial, execution.state as RecordTree);
  };
  for (const [index, step] of trace.steps.entries()) {
    const complaint = go(step, index + 1);
    if (complaint !== null) return refuted(trace, index + 1, complaint);
  }
  const count = trace.steps.length;
  if (cycleStart !== null && cycleStart < count) {
    const apart = compareStates(states[cycleStart] ?? trace.initial, execution.state as RecordTree);
    if (apart !== null) return refuted(trace, count, `the cycle does not close:\n${apart}`);
    // The locals of processes are not seen: they are the same if everything can be done once more.
    for (let index = cycleStart; index < count; index++) {
      const complaint = go(trace.steps[index] as TraceStep, index + 1);
      if (complaint !== null) return refuted(trace, index + 1, `the second time: ${complaint}`);
    }
    letters.length = seen.length = count;
    const unfair = complaintOfFairness(trace, seen.slice(cycleStart), cycleStart, assumptions);
    if (unfair !== null) return refuted(trace, count, unfair);
  } else if (cycleStart !== null) {
    const moment = momentOf(execution, trace);
    const owed = moment.canMove.findIndex((can, index) => can && assumptions.isOwed[index] === true);
    if (owed >= 0) return refuted(trace, count, `${trace.processes[owed]} must go on`);
  }
  const finished = trace.processes.map((_, index) => execution.finished(index));
  const last = letterOf(execution, atoms.all, trace.processes, execution.state, finished, null);
  const word =
    cycleStart === null || cycleStart === count
      ? { prefix: letters, cycle: [last] }
      : { prefix: letters.slice(0, cycleStart), cycle: letters.slice(cycleStart) };
  if (holds(ltl, word)) return refuted(trace, count, `${trace.property.id} holds for this run`);
  return { confirmed: true };
}

/** Who could go on, and need not rest. */
interface Moment {
  readonly canMove: readonly boolean[];
}

function momentOf(execution: DirectExecution, { processes }: Trace): Moment {
  return {
    canMove: processes.map(
      (_, index) =>
        !execution.finished(index) &&
        !execution.resting(index) &&
        execution.alternatives(index).some(({ outcome }) => outcome !== 'disabled'),
    ),
  };
}

/** Of requirements for whole processes; where only some functions count, the compiled model is taken at its word. */
function complaintOfFairness(
  { processes, steps }: Trace,
  moments: readonly Moment[],
  cycleStart: number,
  { requirements }: Assumptions,
): string | null {
  const taking = new Set(steps.slice(cycleStart).map(({ process }) => process));
  for (const { name, kind } of requirements) {
    const index = processes.indexOf(name);
    if (index < 0 || taking.has(name)) continue;
    const can = moments.map(({ canMove }) => canMove[index] === true);
    if (kind === 'weak' ? can.every(Boolean) : can.some(Boolean))
      return `${name} could go on for ever and never does`;
  }
  return null;
}

/** @param moving the name of the process that took the step from `before`; null if nobody did */
function letterOf(
  execution: DirectExecution,
  atoms: readonly Atom[],
  processes: readonly string[],
  before: StateTree,
  finished: readonly boolean[],
  moving: string | null,
): number {
  let letter = 0;
  atoms.forEach((atom, bit) => {
    if (isTrue(atom)) letter |= 1 << bit;
  });
  return letter;

  function isTrue(atom: Atom): boolean {
    switch (atom.of) {
      case 'state':
        return execution.evaluate(atom.predicate, before);
      case 'step':
        return execution.evaluateStep(atom.predicate, before, execution.state);
      case 'finished':
        return finished[processes.indexOf(atom.process)] === true;
      case 'moves':
        return moving === atom.process;
    }
  }
}
