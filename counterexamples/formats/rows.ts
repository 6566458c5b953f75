/**
 * What a table of a run says, before it is laid out: for each step the functions that it is in (those that its lane
 * does not show yet), the step itself, and what it did to the state.
 */
import { effectLines } from '../effects.js';
import { Kinds } from '../kinds.js';
import { endsInError, statesOf, type Trace, type TraceFrame, type TraceStep } from '../trace.js';
import type { Change } from '../tree.js';
import { cycleBegins } from './facts.js';
import { ascii } from './fold.js';

/** One step in words. */
export interface StepPhrase {
  /** Index into `trace.processes`. */
  readonly lane: number;
  /** Functions to be named before the step, the outermost first: those that further steps of the lane are in as well. */
  readonly headers: readonly { readonly depth: number; readonly name: string }[];
  readonly depth: number;
  /** The innermost function that encloses more than this step, or null. */
  readonly context: string | null;
  /**
   * The call. Functions that enclose nothing but this step stand before it, the outermost for all of them:
   * `tdp_mmu_split_huge_page() .. tdp_mmu_set_spte_atomic(kvm, iter, new_spte)`. Locks stand in brackets behind it if
   * it takes or releases them without naming them.
   */
  readonly label: string;
  /** The same without arguments. */
  readonly short: string;
  readonly effects: readonly string[];
}

export interface PhraseOptions {
  /** Name the whole stack again whenever another process takes its turn: for tables where all share one column. */
  readonly afresh: boolean;
  readonly effectLimit: number;
  /** Places whose changes are not to be told, by path; absent: none. */
  readonly hidden?: (path: string) => boolean;
}

/** What to say of each step, in order. */
export function phraseSteps(trace: Trace, { afresh, effectLimit, hidden }: PhraseOptions): StepPhrase[] {
  const states = statesOf(trace);
  const kinds = new Kinds(states, hidden);
  const { steps } = trace;
  return steps.map((step, index) => {
    const own = (each: TraceStep): boolean => each.process === step.process;
    const previous = afresh
      ? steps.slice(Math.max(0, index - 1), index).find(own)
      : steps.slice(0, index).findLast(own);
    const next = afresh ? steps.slice(index + 1, index + 2).find(own) : steps.slice(index + 1).find(own);
    const known = commonFrames(previous?.stack ?? [], step.stack);
    const callers = step.stack.slice(0, -1).map((frame) => `${frame.function}()`);
    // From this level on, every function encloses this step only.
    const alone = Math.min(callers.length, Math.max(known, commonFrames(step.stack, next?.stack ?? [])));
    const outermost = callers[alone];
    const chain = (call: string): string => (outermost === undefined ? call : `${outermost} .. ${call}`);
    const { changes: all, brackets } = withoutLocks(step, trace.locks);
    const changes = hidden === undefined ? all : all.filter(({ path }) => !hidden(path));
    return {
      lane: trace.processes.indexOf(step.process),
      headers: callers.slice(known, alone).map((name, level) => ({ depth: known + level, name })),
      depth: alone,
      context: callers[alone - 1] ?? null,
      label: chain(brackets(step.label)),
      short: chain(brackets(`${step.stack.at(-1)?.function ?? ''}()`)),
      effects: effectLines(changes, states[index + 1] ?? trace.initial, { limit: effectLimit, kinds }),
    };
  });
}

export interface Row {
  readonly role: 'frame' | 'step' | 'effect' | 'error';
  readonly lane: number;
  /** From 1; null for a row that belongs to the next or previous step. */
  readonly step: number | null;
  readonly depth: number;
  readonly text: string;
  /** A shorter form, for narrow lanes. */
  readonly short: string;
}

/** The lines of a table, from top to bottom. */
export function rowsOf(trace: Trace, options: PhraseOptions): Row[] {
  const rows: Row[] = [];
  const begins = cycleBegins(trace);
  for (const [index, phrase] of phraseSteps(trace, options).entries()) {
    const row = (role: Row['role'], depth: number, text: string, short = text): void => {
      const step = role === 'step' ? index + 1 : null;
      rows.push({ role, lane: phrase.lane, step, depth, text: ascii(text), short: ascii(short) });
    };
    if (index + 1 === begins) row('error', 0, '*** from here for ever ***');
    for (const { depth, name } of phrase.headers) row('frame', depth, name);
    row('step', phrase.depth, phrase.label, phrase.short);
    for (const effect of phrase.effects) row('effect', phrase.depth + 1, effect);
    if (endsInError(trace) && index === trace.steps.length - 1) {
      row('error', phrase.depth + 1, `*** ${failureMark(trace)} ***`);
    }
    if (begins !== null && index === trace.steps.length - 1)
      row('error', phrase.depth + 1, `*** and again from step ${begins} ***`);
  }
  return rows;
}

function failureMark({ violation, property }: Trace): string {
  return violation.kind === 'assertion' ? `breaks ${property.id}` : violation.kind;
}

/** The processes that take a step, in the order of declaration. */
export function actingLanes(trace: Trace): number[] {
  const acting = new Set(trace.steps.map((step) => step.process));
  return [...trace.processes.keys()].filter((lane) => acting.has(trace.processes[lane] ?? ''));
}

/** Taking or releasing a lock needs no effect: the call tells, and the name of the lock. */
function withoutLocks(
  step: TraceStep,
  locks: readonly string[],
): { changes: readonly Change[]; brackets: (call: string) => string } {
  const belongsTo = (path: string, lock: string): boolean =>
    path === lock || path.startsWith(`${lock}.`) || path.startsWith(`${lock}[`);
  const call = step.stack.at(-1)?.function ?? '';
  const taken = /lock|mutex/i.test(call)
    ? locks.filter((lock) => step.changes.some(({ path }) => belongsTo(path, lock)))
    : [];
  return {
    changes: step.changes.filter(({ path }) => !taken.some((lock) => belongsTo(path, lock))),
    brackets: (text) => {
      const unnamed = taken.filter((lock) => !text.includes(lock));
      return unnamed.length === 0 ? text : `${text} [${unnamed.join(', ')}]`;
    },
  };
}

/** How many frames of a stack are still those of another. */
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
