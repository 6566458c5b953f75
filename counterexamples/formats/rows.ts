/**
 * What a table of a run says, before it is laid out: for each step the functions that it is in (those that its lane
 * does not show yet), the step itself, and what it did to the state.
 */
import { effectLines } from '../effects.js';
import { endsInError, type Trace, type TraceFrame, type TraceStep, statesOf } from '../trace.js';
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
  const states = statesOf(trace);
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
    rows.push({ ...row('step', lane, index + 1, depth, step.label), short: shortLabel(step, trace.locks) });
    for (const line of visibleEffects(step, states[index + 1] ?? trace.initial, trace.locks, effectLimit)) {
      rows.push(row('effect', lane, null, depth + 1, line));
    }
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

/** The effects of a step, without those that its label already tells: `read_lock(kvm.mmu_lock)` needs no more words. */
export function visibleEffects(
  step: TraceStep,
  after: RecordTree,
  locks: readonly string[],
  limit: number,
): string[] {
  const named = locksNamed(step, locks);
  const untold = step.changes.filter(
    ({ path }) =>
      !named.some((lock) => path === lock || path.startsWith(`${lock}.`) || path.startsWith(`${lock}[`)),
  );
  return effectLines(untold, after, limit);
}

/** The call without its arguments, unless they name a lock. */
function shortLabel(step: TraceStep, locks: readonly string[]): string {
  const innermost = step.stack.at(-1);
  const short =
    innermost === undefined || locksNamed(step, locks).length > 0 ? step.label : `${innermost.function}()`;
  return ascii(short);
}

function locksNamed(step: TraceStep, locks: readonly string[]): readonly string[] {
  return locks.filter((lock) => step.label.includes(lock));
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
