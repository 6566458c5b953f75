/** One scenario, from its source to verdicts with confirmed counterexamples. */
import { buildTrace } from '../../counterexamples/build.js';
import { confirmTrace } from '../../counterexamples/confirm.js';
import type { Trace, TraceProperty } from '../../counterexamples/trace.js';
import { type CompiledScenario, compileScenario } from '../compiler/compile.js';
import { DirectExecution } from '../direct/execution.js';
import {
  type Finding as EngineFinding,
  type Helpers,
  type Progress,
  type SearchOptions,
  type SearchResult,
  type SnapshotKeeper,
  searchAsync,
} from '../engine/index.js';
import { DEFAULT_REDUCTIONS, REDUCTION_TITLES, type ReductionSettings, reduce } from '../reduction/index.js';
import type { PropertySpec, Verdict } from '../language/index.js';
import type { Patch } from '../workspace/patch.js';
import type { Scenario } from '../workspace/scenarios.js';
import { contentHash } from '../workspace/sources.js';
import { coverageOf } from './coverage.js';
import { InternalError } from './internal-error.js';
import { type PropertyReport, type ScenarioReport, variantLabel } from './report.js';
import { reductionStatistics } from './statistics.js';
import { type Explored, exploreShortest, seenBy, seenInFull, traceOf } from './traces.js';
import { checkTemporal, type TemporalResult } from './temporal.js';
import { type Facts, type Finding, type Judgement, judge, type LimitName } from './verdict.js';

export interface SearchLimits {
  readonly maxStates?: number;
  readonly maxDepth?: number;
  readonly memoryBytes?: number;
  /** How states are stored. */
  readonly store?: 'flat' | 'tree' | 'bitstate' | 'hash-compact';
}

export interface CheckOptions {
  readonly limits: SearchLimits;
  /** Keeps how far the search is. */
  readonly snapshots?: SnapshotKeeper;
  /** Further threads for the search. */
  readonly helpers?: Helpers;
  /** The usual ones, unless it says otherwise. */
  readonly reductions?: ReductionSettings;
  /** Whether to tell what they saved, which takes further searches. */
  readonly stats?: boolean;
  /** Ids of the properties to report; null for all. The others are checked all the same: they may end in the same error. */
  readonly properties: readonly string[] | null;
  /** All patches that the scenario's sources have, for its traces. */
  readonly patches: readonly Patch[];
  /** Processes to which nothing is owed, besides those that the scenario names. */
  readonly unfair?: readonly string[];
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
  /** Milliseconds. */
  readonly now: () => number;
}

export async function checkScenario(scenario: Scenario, options: CheckOptions): Promise<ScenarioReport> {
  const started = options.now();
  return exploreScenario(scenario, await compileScenario(scenario, options.reductions), options, started);
}

/** The same for a scenario that is compiled already. */
export async function exploreScenario(
  scenario: Scenario,
  compiled: CompiledScenario,
  options: CheckOptions,
  started: number,
): Promise<ScenarioReport> {
  const { spec, name, variant, patches } = scenario;
  const deadlock = spec.properties.find((property) => property.deadlock);
  const searchOptions: SearchOptions = {
    ...options.limits,
    ...(options.helpers && { helpers: options.helpers }),
    deadlock: deadlock !== undefined,
    ...(deadlock && { deadlockProperty: deadlock.id }),
    signal: options.signal,
    onProgress: options.onProgress,
  };
  const question = { deadlock: deadlock !== undefined };
  const reductions = reductionsFor(options);
  const reduced = reduce(compiled, question, reductions);
  const { machine } = reduced;
  // Searches that look something up again are not kept.
  const { snapshots } = options;
  const result = await searchAsync(machine, { ...searchOptions, ...(snapshots && { snapshots }) });
  // States that are not kept cannot be walked again: what was found is looked for in an exact search, no farther.
  const { store, ...exactOptions } = searchOptions;
  const isLossy = result.omission !== null;
  const exact =
    isLossy && result.findings.length > 0
      ? await searchAsync(machine, {
          ...exactOptions,
          stopWhenDecided: result.findings.map(({ property, failure }) => property ?? `failure ${failure}`),
        })
      : result;
  const lost = result.findings.length - exact.findings.length;
  const explored = await exploreShortest(reduced, exact, isLossy ? exactOptions : searchOptions);
  let limit = limitOf(result);
  let seen = seenBy(reduced, result);
  const coverageNow = () =>
    coverageOf(machine, (step) => seen.steps[step] !== 0, Object.keys(spec.unreached ?? {}));
  let coverage = coverageNow();
  // Nothing is called vacuous because of what a reduction has left out.
  if (reduced.chased !== null && limit === null) {
    const misses = coverage.missed.length > 0;
    if (misses || seen.witnesses.includes(false)) {
      const full = await seenInFull(reduced, seen, misses, searchOptions);
      seen = full.seen;
      coverage = coverageNow();
      limit = full.end === 'decided' ? null : limitOf({ ...result, end: full.end });
    }
  }
  const missedWitnesses = machine.witnesses.filter((_, index) => seen.witnesses[index] !== true);
  const facts: Facts<FoundByEngine> = {
    limit,
    findings: explored.result.findings.map((engine) => ({
      property: engine.property,
      kind: engine.kind === 'failure' ? 'error' : engine.kind,
      engine,
    })),
    missedWitnesses,
    missedPlaces: coverage.missed,
  };
  // Properties that end in the same error share a trace.
  const traces = new Map<FoundByEngine, Trace>();
  const judged = judge(spec, facts).filter(
    ({ property }) => options.properties === null || options.properties.includes(property.id),
  );
  const temporal = await temporalResults(scenario, judged, options, searchOptions);
  const results = judged.map(({ property, verdict, expected, finding }): PropertyReport => {
    const answer = temporal.get(property.id);
    if (answer !== undefined) return temporalReport(property, verdict, expected, answer);
    let trace = finding === null ? null : (traces.get(finding) ?? null);
    if (finding !== null && trace === null) {
      trace = confirmedTrace(scenario, compiled, explored, finding, options.patches);
      traces.set(finding, trace);
    }
    return { id: property.id, title: property.title, verdict, expected, trace };
  });
  for (const { release } of new Set([result, exact, explored.result])) release();
  const stats =
    options.stats === true
      ? await reductionStatistics(compiled, question, reductions, reduced, result, searchOptions)
      : null;
  return {
    scenario: name,
    title: spec.title,
    claims: spec.claims,
    variant: variantLabel(variant, patches),
    configuration: compiled.configuration,
    ...(spec.scope && { scope: spec.scope }),
    results,
    states: result.states,
    transitions: result.transitions,
    depth: result.depth,
    seconds: Math.round(options.now() - started) / 1000,
    searchSeconds: Math.round(result.seconds * 1000) / 1000,
    memoryBytes: result.memoryBytes,
    reductions: reduced.applied.map((name) => REDUCTION_TITLES[name]),
    ...(stats && { stats }),
    limit: facts.limit,
    omission: result.omission,
    notes: lost > 0 ? [`${lost} violations were found, but their traces need more memory`] : [],
    missedWitnesses,
    missedPlaces: coverage.missed,
    // Whether an excuse is needed is known only of a search that has seen everything.
    idleExcuses: facts.limit === null ? coverage.idleExcuses : [],
  };
}

/** Of the properties for which nothing is known against it so far: a model error cuts runs off. */
async function temporalResults(
  scenario: Scenario,
  judged: readonly Judgement<FoundByEngine>[],
  options: CheckOptions,
  search: SearchOptions,
): Promise<ReadonlyMap<string, TemporalResult>> {
  const asked = judged.flatMap(({ property, verdict }) =>
    property.temporal !== undefined && (verdict === 'holds' || verdict === 'vacuous') ? [property] : [],
  );
  if (asked.length === 0) return new Map();
  const { results } = await checkTemporal(scenario, asked, {
    search,
    reductions: options.reductions ?? DEFAULT_REDUCTIONS,
    patches: options.patches,
    unfair: options.unfair ?? [],
    signal: options.signal,
  });
  return new Map(results.map((each) => [each.property, each]));
}

function temporalReport(
  { id, title }: PropertySpec,
  verdict: Verdict,
  expected: Verdict,
  { holds, trace, assumptions }: TemporalResult,
): PropertyReport {
  const found = holds === null ? 'incomplete' : holds ? verdict : 'violated';
  return { id, title, verdict: found, expected, trace, assumptions };
}

interface FoundByEngine extends Finding {
  readonly engine: EngineFinding;
}

/** With a bound on the length of runs every run counts, and so do its steps: none may be taken out of order. */
function reductionsFor({ reductions = DEFAULT_REDUCTIONS, limits }: CheckOptions): ReductionSettings {
  return limits.maxDepth === undefined ? reductions : { ...reductions, partialOrder: false };
}

function limitOf({ end, omission }: SearchResult): LimitName | null {
  if (end === 'decided') throw new InternalError('the search stopped although it was to go on to the end');
  if (end === 'exhausted') return omission === null ? null : 'lossy';
  return end;
}

/** A counterexample is shown only after direct execution has come to the same end, state by state. */
function confirmedTrace(
  scenario: Scenario,
  { machine, root, configuration }: CompiledScenario,
  explored: Explored,
  finding: FoundByEngine,
  patches: readonly Patch[],
): Trace {
  const { spec, name, file, sources } = scenario;
  const trace = buildTrace(
    machine,
    traceOf(machine, explored, finding.engine),
    {
      scenario: { name, file, title: spec.title, claims: spec.claims },
      model: { hash: contentHash(sources), patches },
      configuration,
      ...(spec.scope && { scope: spec.scope }),
    },
    { kind: finding.kind, property: propertyOf(scenario, finding) },
  );
  const confirmation = confirmTrace(trace, DirectExecution.start(scenario, root), spec.properties);
  if (!confirmation.confirmed) throw new InternalError(confirmation.report);
  return trace;
}

/** An error of the model itself counts as the violation of a property that every model has. */
function propertyOf({ spec }: Scenario, { property: id }: Finding): TraceProperty {
  const property = spec.properties.find((each) => each.id === id);
  if (property !== undefined) return { id: property.id, title: property.title };
  if (id === null) return { id: 'error', title: 'the model runs without errors' };
  return { id, title: 'an assertion of a property that this scenario does not check' };
}
