/** What `check` and `validate` have in common: the project, the patches, the scenarios, the limits, the threads. */
import { resolve } from 'node:path';
import { type Diagnostic, InputError } from '../diagnostics.js';
import type { SearchLimits } from '../check/check-scenario.js';
import { selectScenarios } from '../check/select.js';
import { applyPatches, type Fuzz, type Patch, type Patched } from '../workspace/patch.js';
import type { Workspace } from '../workspace/project.js';
import { loadEach, type Scenario } from '../workspace/scenarios.js';
import type { ModelSources } from '../workspace/sources.js';
import { suggestion } from '../workspace/suggest.js';
import { conflictOf } from './conflict.js';
import type { Environment } from './environment.js';
import { framed } from './errors.js';
import type { CheckpointSettings, Job, JobSettings } from './jobs.js';
import { type Arguments, parseCount, parseSize } from './options.js';
import { reductionsOf } from './reduction-options.js';
import { isFolder, makeFolder } from './files.js';
import { openProject, readPatches, scenarioFileOf } from './project.js';
import { styleFor } from './style.js';
import { plural } from './table.js';

const DEFAULT_CHECKPOINT_SECONDS = 60;

export interface Session {
  readonly workspace: Workspace;
  readonly scenarios: readonly Scenario[];
  /** Scenarios that the patches exclude, with the reason. */
  readonly excluded: readonly { readonly scenario: string; readonly reason: string }[];
  readonly settings: JobSettings;
  readonly concurrency: number;
  /** How many threads in all. */
  readonly workers: number;
}

export interface SessionRequest {
  /** Scenarios, as the user wrote them. */
  readonly wanted: readonly string[];
  readonly patchFiles: readonly string[];
  /** Whether to load the scenarios with the patches. */
  readonly patched: boolean;
}

export function openSession(args: Arguments, environment: Environment, request: SessionRequest): Session {
  const { cwd, processors, freeMemory, workerModule } = environment;
  // Before any file is read: a wrong option is quicker to correct.
  const maxStates = parseCount('max-states', args.value('max-states'));
  const maxDepth = parseCount('max-depth', args.value('max-depth'));
  const memory = parseSize('memory', args.value('memory'));
  const workers = parseCount('workers', args.value('workers')) ?? processors;
  const store = storeOf(args);

  const project = openProject(environment);
  const patches = readPatches(request.patchFiles, cwd);
  const patchedProject = tryPatches(project, patches);
  const selection = selectScenarios(
    project,
    request.wanted,
    request.patched ? patches : [],
    scenarioFileOf(cwd),
  );
  const { workspace } = selection;
  const scenarios: Scenario[] = [];
  const excluded: { scenario: string; reason: string }[] = [];
  const problems: Diagnostic[] = [];
  for (const entry of selection.entries) {
    if (!('error' in entry)) {
      scenarios.push(entry);
      continue;
    }
    const base = loadEach(workspace, entry.file).find(({ name }) => name === entry.name);
    const conflict = base === undefined || 'error' in base ? null : conflictOf(base, entry, patches);
    if (conflict === null || selection.named.has(entry.name)) problems.push(...entry.error.diagnostics);
    else excluded.push({ scenario: entry.name, reason: conflict });
  }
  if (problems.length > 0) {
    throw withPatchText(new InputError(distinct(problems)), workspace, patches, patchedProject.sources);
  }

  const properties = args.values('property');
  const checking = scenarios.filter(
    ({ spec }) => properties.length === 0 || spec.properties.some(({ id }) => properties.includes(id)),
  );
  checkProperties(properties, scenarios);
  warnOfFuzz([...patchedProject.fuzz, ...scenarios.flatMap((each) => each.fuzz)], environment);

  const concurrency = Math.min(checking.length, workers);
  return {
    workspace,
    scenarios: checking,
    excluded,
    concurrency,
    workers,
    settings: {
      root: workspace.root,
      stats: args.flag('stats'),
      remember: environment.remember,
      patches,
      properties: properties.length === 0 ? null : properties,
      reductions: reductionsOf(args),
      unfair: args.values('unfair'),
      checkpoint: checkpointOf(args, cwd),
      searchModule: workerModule === null ? null : new URL('./search-thread.js', workerModule).href,
      limits: {
        ...(store !== undefined && { store }),
        ...(maxStates !== undefined && { maxStates }),
        ...(maxDepth !== undefined && { maxDepth }),
        memoryBytes: memory ?? Math.floor((freeMemory() * 0.75) / Math.max(1, concurrency)),
      },
    },
  };
}

/** @throws InputError for what excludes each other */
function storeOf(args: Arguments): SearchLimits['store'] {
  const lossy = (['bitstate', 'hash-compact'] as const).filter((name) => args.flag(name));
  const chosen = [
    ...lossy.map((name) => `--${name}`),
    ...(args.value('store') === undefined ? [] : ['--store']),
  ];
  if (chosen.length > 1)
    throw InputError.of(`${chosen.join(' and ')} exclude each other`, 'Give one of them.');
  if (lossy.length > 0 && (args.value('checkpoint') ?? args.value('resume')) !== undefined)
    throw InputError.of(
      `${chosen[0]} keeps no states that a checkpoint could hold`,
      'Leave --checkpoint and --resume away.',
    );
  return lossy[0] ?? (args.value('store') as 'flat' | 'tree' | undefined);
}

/** Resuming goes on keeping checkpoints where they are. */
function checkpointOf(args: Arguments, cwd: string): CheckpointSettings | null {
  const [begun, resumed] = [args.value('checkpoint'), args.value('resume')];
  const seconds = parseCount('every', args.value('every')) ?? DEFAULT_CHECKPOINT_SECONDS;
  if (begun !== undefined && resumed !== undefined)
    throw InputError.of(
      '--checkpoint and --resume exclude each other',
      'Give --resume alone: it goes on keeping checkpoints in its folder.',
    );
  const folder = begun ?? resumed;
  if (folder === undefined) return null;
  if (resumed !== undefined && !isFolder(resolve(cwd, resumed)))
    throw InputError.of(`there is no folder ${resumed} to resume from`, 'Begin with --checkpoint.');
  // At once, so that there is something to resume from whenever the program is killed.
  makeFolder(folder, cwd);
  return { folder: resolve(cwd, folder), interval: seconds * 1000, resume: resumed !== undefined };
}

export function jobsOf(session: Session, kind: Job['kind']): Job[] {
  return session.scenarios.map(({ name, file }) => ({ kind, scenario: name, file }));
}

/** A patch must apply to the model as it is, whatever variants scenarios put below it. */
function tryPatches(workspace: Workspace, patches: readonly Patch[]): Patched {
  try {
    return applyPatches(workspace.sources, patches);
  } catch (error) {
    throw withPatchText(error, workspace, patches, workspace.sources);
  }
}

/** Errors in patches show the line of the patch, errors in the model that of the patched model. */
function withPatchText(
  error: unknown,
  { variants }: Workspace,
  patches: readonly Patch[],
  sources: ModelSources,
): unknown {
  const known = [...patches, ...variants.values()];
  return framed(error, (file) => known.find(({ name }) => name === file)?.text ?? sources.texts.get(file));
}

function checkProperties(wanted: readonly string[], scenarios: readonly Scenario[]): void {
  const known = new Set(scenarios.flatMap(({ spec }) => spec.properties.map(({ id }) => id)));
  const problems = wanted
    .filter((id) => !known.has(id))
    .map((id) => ({
      span: null,
      message: `no selected scenario checks a property '${id}'`,
      advice: suggestion(id, known),
    }));
  if (problems.length > 0) throw new InputError(problems);
}

function warnOfFuzz(fuzz: readonly Fuzz[], { stderr }: Environment): void {
  const style = styleFor(stderr);
  const lines = fuzz.map(({ patch, file, hunk, offset, fuzz: dropped }) => {
    const how = [
      offset === 0 ? '' : `${plural(Math.abs(offset), 'line')} ${offset > 0 ? 'below' : 'above'} its place`,
      dropped === 0 ? '' : `without ${plural(dropped, 'line')} of its context`,
    ];
    return `${patch}: hunk ${hunk} of ${file} applied ${how.filter((each) => each !== '').join(', ')}`;
  });
  for (const line of new Set(lines)) stderr.write(`${style('yellow', 'warning:')} ${line}\n`);
}

function distinct(problems: readonly Diagnostic[]): Diagnostic[] {
  return [...new Map(problems.map((each) => [JSON.stringify(each), each])).values()];
}
