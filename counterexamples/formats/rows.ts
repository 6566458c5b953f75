/**
 * What a table of a run says, before it is laid out: for each step the functions that it is in (those that its lane
 * does not show yet), the step itself, and what it did to the state.
 */
import { effectLines } from '../effects.js';
import { endsInError, statesOf, type Trace, type TraceFrame, type TraceStep } from '../trace.js';
import type { RecordTree } from '../tree.js';
import { ascii } from './fold.js';

export interface Row {
  readonly role: 'frame' | 'step' | 'effect' | 'error';
  /** Index into `trace.processes`. */
  readonly lane: number;
  /** From 1; null for a row that belongs to the next or previous step. */
  readonly step: number | null;
  readonly depth: number;
  readonly text: string;
  /** A shorter form, for narrow lanes. */
  readonly short: string;
}

export interface RowOptions {
  /** Show the whole stack again whenever another process takes its turn: for tables where all share one column. */
  readonly afresh: boolean;
  readonly effectLimit: number;
}

export function rowsOf(trace: Trace, { afresh, effectLimit }: RowOptions): Row[] {
  const phrases = phraseSteps(trace, effectLimit);
  const shown = new Map<number, readonly TraceFrame[]>();
  const rows: Row[] = [];
  let running = -1;
  for (const [index, step] of trace.steps.entries()) {
    const lane = trace.processes.indexOf(step.process);
    if (afresh && lane !== running) shown.delete(lane);
    running = lane;
    const depth = Math.max(0, step.stack.length - 1);
    const known = commonFrames(shown.get(lane) ?? [], step.stack);
    shown.set(lane, step.stack);
    for (const [level, frame] of step.stack.slice(0, -1).entries()) {
      if (level >= known) rows.push(row('frame', lane, null, level, `${frame.function}()`));
    }
    const { label, short, effects } = phrases[index] ?? { label: step.label, short: step.label, effects: [] };
    rows.push({ ...row('step', lane, index + 1, depth, label), short: ascii(short) });
    for (const effect of effects) rows.push(row('effect', lane, null, depth + 1, effect));
    if (endsInError(trace) && index === trace.steps.length - 1) {
      rows.push(row('error', lane, null, depth + 1, `*** ${trace.violation.kind} ***`));
    }
  }
  return rows;
}

/** The processes that take a step, in the order of declaration. */
export function actingLanes(trace: Trace): number[] {
  const acting = new Set(trace.steps.map((step) => step.process));
  return [...trace.processes.keys()].filter((lane) => acting.has(trace.processes[lane] ?? ''));
}

export interface StepPhrase {
  /** The call, with the locks in brackets where it takes or releases them without naming them. */
  readonly label: string;
  /** The same without arguments. */
  readonly short: string;
  readonly effects: readonly string[];
}

/** What to say of each step, in order. */
export function phraseSteps(trace: Trace, effectLimit: number): StepPhrase[] {
  const states = statesOf(trace);
  return trace.steps.map((step, index) =>
    phraseStep(step, states[index + 1] ?? trace.initial, trace.locks, effectLimit),
  );
}

/** Taking or releasing a lock needs no effect: the call tells, and the name of the lock. */
function phraseStep(step: TraceStep, after: RecordTree, locks: readonly string[], limit: number): StepPhrase {
  const call = step.stack.at(-1)?.function ?? step.label;
  const changed = locks.filter((lock) => step.changes.some(({ path }) => belongsTo(path, lock)));
  const rest = /lock|mutex/i.test(call)
    ? step.changes.filter(({ path }) => !changed.some((lock) => belongsTo(path, lock)))
    : step.changes;
  const quiet = rest.length < step.changes.length ? changed : [];
  const brackets = (text: string): string => {
    const unnamed = quiet.filter((lock) => !text.includes(lock));
    return unnamed.length === 0 ? text : `${text} [${unnamed.join(', ')}]`;
  };
  return {
    label: brackets(step.label),
    short: brackets(`${call}()`),
    effects: effectLines(rest, after, limit),
  };
}

function belongsTo(path: string, lock: string): boolean {
  return path === lock || path.startsWith(`${lock}.`) || path.startsWith(`${lock}[`);
}

/** How many frames of a stack are still those of the stack before. */
function commonFrames(before: readonly TraceFrame[], after: readonly TraceFrame[]): number {
  let common = 0;
  while (
    common < before.length &&
    common < after.length &&
    before[common]?.function === after[common]?.function
  ) {
    common++;
    const [left, right] = [before[common - 1], after[common - 1]];
    if (left?.file !== right?.file || left?.line !== right?.line || left?.column !== right?.column) break;
  }
  return common;
}

function row(role: Row['role'], lane: number, step: number | null, depth: number, text: string): Row {
  return { role, lane, step, depth, text: ascii(text), short: ascii(text) };
}
