/** Does the jobs of `check` and `validate` in the thread that it is made in. */
import { join } from 'node:path';
import { type CheckOptions, checkScenario } from '../check/check-scenario.js';
import type { Comparison } from '../check/compare.js';
import { compareScenario } from '../check/compare-scenario.js';
import { compileScenario } from '../compiler/compile.js';
import type { Progress, SnapshotKeeper } from '../engine/index.js';
import type { Patch } from '../workspace/patch.js';
import { openWorkspace, type Workspace, withFile } from '../workspace/project.js';
import { loadEach, type Scenario, type Unloadable } from '../workspace/scenarios.js';
import type { ModelSources } from '../workspace/sources.js';
import { checkpointFolder } from './checkpoint-folder.js';
import { conflictOf } from './conflict.js';
import { FramedInputError, failureOf, framed } from './errors.js';
import type { Job, JobOutcome, JobSettings, RunJob } from './jobs.js';
import { searchHelpers } from './search-helpers.js';

/** @param opened the project, if this thread has read it already */
export function workbench(settings: JobSettings, opened?: Workspace): RunJob {
  let workspace = opened;
  const load = ({ file, scenario }: Job, patches: readonly Patch[]): Scenario | Unloadable => {
    workspace ??= openWorkspace(settings.root);
    if (!workspace.sources.texts.has(file))
      workspace = withFile(workspace, join(settings.root, file)).workspace;
    const found = loadEach(workspace, file, patches).find(({ name }) => name === scenario);
    if (found === undefined) throw new Error(`there is no scenario ${scenario} in ${file} any more`);
    return found;
  };
  return async (job, signal, onProgress, helpers) => {
    const task = new Task(settings, () => workspace, signal, onProgress, helpers);
    try {
      const patched = load(job, settings.patches);
      return await (job.kind === 'check' ? task.check(patched) : task.compare(load(job, []), patched));
    } catch (error) {
      return outcomeOfError(error, (file) => task.sources?.texts.get(file));
    }
  };
}

class Task {
  /** What is being compiled or run: an error is about its text. */
  sources: ModelSources | undefined;

  constructor(
    readonly settings: JobSettings,
    readonly workspace: () => Workspace | undefined,
    readonly signal: AbortSignal,
    readonly onProgress: (progress: Progress) => void,
    readonly helpers: number,
  ) {}

  async check(loaded: Scenario | Unloadable): Promise<JobOutcome> {
    const scenario = this.begin(loaded);
    const notes: string[] = [];
    const snapshots = this.snapshots(scenario, (message) => notes.push(message));
    const options = this.options(scenario, this.settings.patches);
    const report = await checkScenario(scenario, { ...options, ...(snapshots !== null && { snapshots }) });
    return { kind: 'check', report: { ...report, notes: [...(report.notes ?? []), ...notes] } };
  }

  async compare(
    loadedBase: Scenario | Unloadable,
    loadedPatched: Scenario | Unloadable,
  ): Promise<JobOutcome> {
    const base = this.begin(loadedBase);
    const conflict = conflictOf(base, loadedPatched, this.settings.patches);
    if (conflict !== null) {
      const { name: scenario, spec, variant } = base;
      const comparison: Comparison = {
        scenario,
        claims: spec.claims,
        variant,
        outcome: 'conflict',
        reason: conflict,
      };
      return { kind: 'compare', comparison };
    }
    const compiledBase = await compileScenario(base, this.settings.reductions);
    const patched = this.begin(loadedPatched);
    const compiledPatched = await compileScenario(patched, this.settings.reductions);
    const comparison = await compareScenario(
      { scenario: base, compiled: compiledBase, options: this.options(base, []) },
      { scenario: patched, compiled: compiledPatched, options: this.options(patched, this.settings.patches) },
    );
    return { kind: 'compare', comparison };
  }

  private begin(loaded: Scenario | Unloadable): Scenario {
    if ('error' in loaded) throw loaded.error;
    this.sources = loaded.sources;
    return loaded;
  }

  /** Each scenario has a folder of its own. */
  private snapshots({ name }: Scenario, note: (message: string) => void): SnapshotKeeper | null {
    const { checkpoint } = this.settings;
    if (checkpoint === null) return null;
    const folder = join(checkpoint.folder, name.replaceAll('/', '.'));
    return checkpointFolder({ ...checkpoint, folder, note });
  }

  private options({ spec }: Scenario, patches: readonly Patch[]): CheckOptions {
    const helpers = searchHelpers(this.settings.searchModule, this.helpers);
    const { limits, reductions, unfair, stats, properties } = this.settings;
    const variants = (spec.variant ?? []).flatMap((name) => this.workspace()?.variants.get(name) ?? []);
    return {
      limits,
      ...(helpers !== null && { helpers }),
      reductions,
      unfair,
      stats,
      properties,
      patches: [...variants, ...patches],
      signal: this.signal,
      onProgress: this.onProgress,
      now: () => performance.now(),
    };
  }
}

/** What went wrong, as a message. */
function outcomeOfError(error: unknown, textOf: (file: string) => string | undefined): JobOutcome {
  const known = framed(error, textOf);
  if (known instanceof FramedInputError) return { kind: 'problems', problems: known.problems };
  return { kind: 'failure', ...failureOf(error) };
}
