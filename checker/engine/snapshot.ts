/**
 * The state of a search as plain data, taken while nothing is half done, and as rows that only ever become more. Who keeps
 * it, where and how safely, is somebody else's business (the command line's).
 */
import { digestOf } from '../build-cache.js';
import type { Machine } from '../compiler/machine.js';
import type { Collected } from './findings.js';
import { addTransitions, type Shared, transitionsOf, WORD } from './shared.js';
import type { Store } from './store.js';
import type { Layer, Run } from './facts.js';

/** Changes when what is in a snapshot does. */
export const SNAPSHOT_VERSION = 1;

export interface Snapshot {
  readonly version: number;
  /** What was explored: a snapshot of anything else must not be used. */
  readonly identity: string;
  /** By interner: how many rows there are, how wide, and which one consists of zeros (-1: none that is in use). */
  readonly rows: readonly { readonly count: number; readonly width: number; readonly zeros: number }[];
  readonly layers: readonly Layer[];
  /** The layer that is being expanded: units that are done, and their size; where the next layer begins, and its gaps. */
  readonly current: {
    readonly unit: number;
    readonly unitSize: number;
    readonly nextLayer: number;
    readonly gaps: readonly Run[];
  };
  readonly states: number;
  readonly transitions: number;
  readonly seconds: number;
  /** What has been noted, and what of it belongs to layers that are done. */
  readonly found: FoundSoFar;
  readonly collected: Collected;
}

export interface FoundSoFar {
  readonly invariants: number;
  readonly stepPredicates: number;
  readonly witnesses: number;
  readonly deadlock: number;
  readonly failed: readonly number[];
  readonly steps: readonly number[];
}

/** Keeps snapshots. Only the command line has one: it writes files. */
export interface SnapshotKeeper {
  /** Milliseconds between two snapshots. */
  readonly interval: number;
  /** The one to go on from; null to begin. */
  readonly resume: {
    readonly snapshot: Snapshot;
    /** Reads all rows of an interner. */
    read(interner: number, into: Uint32Array): void;
  } | null;
  /** `rows` are the arrays with the rows that the snapshot counts. What was written before has not changed. */
  keep(snapshot: Snapshot, rows: readonly Uint32Array[]): void;
}

/** While no thread is at work and no block is begun. */
export function takeSnapshot(
  { control, failed, steps, ...shared }: Shared,
  { interners }: Store,
  known: Pick<Snapshot, 'identity' | 'layers' | 'seconds' | 'collected'> & { readonly gaps: readonly Run[] },
): Snapshot {
  const { gaps, ...rest } = known;
  return {
    ...rest,
    version: SNAPSHOT_VERSION,
    rows: interners.map(({ next, width, zeros }) => ({ count: next, width, zeros })),
    current: {
      unit: Math.min(control[WORD.unit] ?? 0, control[WORD.units] ?? 0),
      unitSize: control[WORD.unitSize] ?? 0,
      nextLayer: control[WORD.nextLayer] ?? 0,
      gaps,
    },
    states: control[WORD.states] ?? 0,
    transitions: transitionsOf({ control, failed, steps, ...shared }),
    found: {
      invariants: control[WORD.invariants] ?? 0,
      stepPredicates: control[WORD.stepPredicates] ?? 0,
      witnesses: control[WORD.witnesses] ?? 0,
      deadlock: control[WORD.deadlock] ?? 0,
      failed: [...failed],
      steps: [...steps],
    },
  };
}

/** Notes what was found before the snapshot. */
export function restoreNotes(shared: Shared, { found, transitions }: Snapshot): void {
  const { control, failed, steps } = shared;
  control[WORD.invariants] = found.invariants;
  control[WORD.stepPredicates] = found.stepPredicates;
  control[WORD.witnesses] = found.witnesses;
  control[WORD.deadlock] = found.deadlock;
  failed.set(found.failed);
  steps.set(found.steps);
  addTransitions(shared, 0, transitions);
}

/** Everything that the results of a search depend on, except limits. */
export function identityOf(
  machine: Machine,
  split: number,
  { deadlock, deadlockProperty }: { readonly deadlock: boolean; readonly deadlockProperty?: string },
): string {
  const { words, processes, steps, failures, invariants, stepPredicates, witnesses, portable } = machine;
  if (portable === undefined || portable === null) throw new Error('the machine has no code to be told by');
  const names = [
    processes,
    invariants,
    stepPredicates,
    witnesses,
    steps.length,
    failures.map((each) => each.property),
  ];
  const initial = [...machine.initial];
  return digestOf([
    SNAPSHOT_VERSION,
    words,
    split,
    initial,
    names,
    deadlock,
    deadlockProperty ?? null,
    portable,
  ]);
}
