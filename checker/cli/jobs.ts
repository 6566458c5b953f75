/** One scenario's work as a message: what a thread is asked to do, and what it answers. */
import type { Comparison } from '../check/compare.js';
import type { SearchLimits } from '../check/check-scenario.js';
import type { Progress } from '../engine/index.js';
import type { ScenarioReport } from '../check/report.js';
import type { ReductionSettings } from '../reduction/index.js';
import type { Patch } from '../workspace/patch.js';
import type { Failure, Problem } from './problem.js';

export interface CheckpointSettings {
  readonly folder: string;
  /** Milliseconds between two checkpoints of a search. */
  readonly interval: number;
  readonly resume: boolean;
}

/** What all jobs of a command have in common. */
export interface JobSettings {
  /** The project's root. */
  readonly root: string;
  /** Whether to remember compiled models there. */
  readonly remember: boolean;
  readonly patches: readonly Patch[];
  readonly limits: SearchLimits;
  /** Where to keep how far searches are; null for nowhere. */
  readonly checkpoint: CheckpointSettings | null;
  /** The module that a helper thread of a search starts with; null where there is none. */
  readonly searchModule: string | null;
  readonly reductions: ReductionSettings;
  /** Processes to which nothing is owed, whatever scenarios say. */
  readonly unfair: readonly string[];
  /** Whether to tell what they saved. */
  readonly stats: boolean;
  /** Ids of the properties to report; null for all that a scenario checks. */
  readonly properties: readonly string[] | null;
}

export interface Job {
  /** `compare` runs the scenario without and with the patches. */
  readonly kind: 'check' | 'compare';
  readonly scenario: string;
  /** The name of its file in the sources. */
  readonly file: string;
}

export type JobOutcome =
  | { readonly kind: 'check'; readonly report: ScenarioReport }
  | { readonly kind: 'compare'; readonly comparison: Comparison }
  /** Bad input: the model does not compile. */
  | { readonly kind: 'problems'; readonly problems: readonly Problem[] }
  /** The checker is wrong. */
  | ({ readonly kind: 'failure' } & Failure);

/** Does jobs one after the other, each with so many further threads. */
export type RunJob = (
  job: Job,
  signal: AbortSignal,
  onProgress: (progress: Progress) => void,
  helpers: number,
) => Promise<JobOutcome>;

export type ToWorker = { readonly run: Job; readonly helpers: number } | { readonly interrupt: true };
export type FromWorker = { readonly progress: Progress } | { readonly outcome: JobOutcome };
