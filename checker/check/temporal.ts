/**
 * The temporal properties of a scenario: one more search, of a machine that knows their atoms, then for each formula the question
 * whether a fair run violates it. Symmetry and partial order are off: who is treated fairly, and in which order things happen, is
 * what is asked. Steps that change nothing that anybody sees are put together as usual, unless a formula counts steps.
 */
import { buildTrace, type Cycle } from '../../counterexamples/build.js';
import { confirmTemporal } from '../../counterexamples/confirm-temporal.js';
import type { Trace } from '../../counterexamples/trace.js';
import { type CompiledScenario, compileScenario } from '../compiler/compile.js';
import type { Machine, Transition } from '../compiler/machine.js';
import { DirectExecution } from '../direct/execution.js';
import { InputError } from '../diagnostics.js';
import { type SearchOptions, type SearchResult, searchAsync } from '../engine/index.js';
import type { PropertySpec } from '../language/index.js';
import type { Temporal } from '../language/temporal.js';
import { NO_REDUCTIONS, type ReductionSettings, reduce } from '../reduction/index.js';
import { askForSteps } from '../temporal/atoms.js';
import type { Decision } from '../temporal/decide.js';
import type { Assumptions } from '../temporal/fairness.js';
import { type Kripke, sourceOf } from '../temporal/kripke.js';
import { FutureInPast } from '../temporal/normal.js';
import { Questions } from '../temporal/questions.js';
import { STAYS } from '../temporal/structure.js';
import type { Patch } from '../workspace/patch.js';
import type { Scenario } from '../workspace/scenarios.js';
import { contentHash } from '../workspace/sources.js';
import { InternalError } from './internal-error.js';

export interface TemporalOptions {
  readonly search: Omit<SearchOptions, 'deadlock'>;
  readonly reductions: ReductionSettings;
  readonly patches: readonly Patch[];
  /** Further processes to which nothing is owed. */
  readonly unfair: readonly string[];
  readonly signal: AbortSignal;
}

export interface TemporalResult {
  readonly property: string;
  /** Null: a limit came first. */
  readonly holds: boolean | null;
  readonly trace: Trace | null;
  /** What the verdict rests on. */
  readonly assumptions: string;
}

export interface TemporalReport {
  readonly results: readonly TemporalResult[];
  /** Why the search ended early; null if it did not. */
  readonly end: SearchResult['end'];
}

/** Thrown between states when the user has had enough. */
class Stopped extends Error {
  override readonly name = 'Stopped';
}

export async function checkTemporal(
  scenario: Scenario,
  asked: readonly PropertySpec[],
  options: TemporalOptions,
): Promise<TemporalReport> {
  const { spec } = scenario;
  const { reductions } = options;
  const compiled = await compileScenario(
    scenario,
    { ...reductions, merging: reductions.merging && !askForSteps(asked) },
    'temporal',
  );
  const { plain } = reduce(compiled, { deadlock: true }, { ...NO_REDUCTIONS, slicing: reductions.slicing });
  const result = await searchAsync(plain.machine, { ...options.search, deadlock: false });
  const questions = new Questions(spec, plain.machine, plain.packing, options.unfair);
  const isOver = result.end !== 'exhausted' || result.omission !== null;
  const results: TemporalResult[] = [];
  const stopIfAsked = (): void => {
    if (options.signal.aborted) throw new Stopped();
  };
  for (const property of asked) {
    const { fairness, assumptions, description } = questions.premises(property);
    const temporal = { fairness, assumptions: description };
    const base = { property: property.id, assumptions: description, trace: null };
    if (isOver) {
      results.push({ ...base, holds: null });
      continue;
    }
    try {
      const { kripke, decision } = questions.ask(property, result.space, stopIfAsked);
      if (decision.verdict === 'holds') results.push({ ...base, holds: true });
      else {
        const run = runOf(plain.machine, result, kripke, decision);
        const trace = confirmedTrace(
          scenario,
          compiled,
          property,
          run,
          assumptions,
          temporal,
          options.patches,
        );
        results.push({ ...base, holds: false, trace });
      }
    } catch (error) {
      if (error instanceof FutureInPast)
        throw InputError.of(
          `${property.id}: ${error.message} below once or since`,
          'Below past operators, write predicates and past operators only.',
        );
      if (!(error instanceof Stopped)) throw error;
      results.push({ ...base, holds: null });
    }
  }
  result.release();
  return { results, end: result.end };
}

interface Run {
  readonly transitions: readonly Transition[];
  /** After how many of them the cycle begins; null if the run breaks a safety formula. */
  readonly cycle: number | null;
}

function runOf(
  machine: Machine,
  { space }: SearchResult,
  kripke: Kripke,
  decision: Extract<Decision, { verdict: 'violated' }>,
): Run {
  const transitionsOf = (edges: readonly number[]): Transition[] =>
    edges.flatMap((edge) => {
      const step = kripke.edgeKinds[kripke.edgeKind[edge] ?? 0]?.step ?? STAYS;
      if (step === STAYS) return [];
      const target = kripke.targets[edge] ?? 0;
      const source = space.store.state(sourceOf(kripke, edge));
      const found = machine
        .transitions(source)
        .find(
          (each) => each.step === step && each.target !== null && space.store.find(each.target, 0) === target,
        );
      if (found === undefined) throw new InternalError('an edge of the structure is no transition');
      return [found];
    });
  if (decision.kind === 'safety') return { transitions: transitionsOf(decision.run), cycle: null };
  const prefix = transitionsOf(decision.lasso.prefix);
  return { transitions: [...prefix, ...transitionsOf(decision.lasso.cycle)], cycle: prefix.length };
}

/** How often a cycle is gone through before it must have closed in what slicing has left out as well. */
const MOST_ROUNDS = 64;

/** The same run of the whole machine: what was sliced away may need some rounds before it repeats. */
function wholeRun(machine: Machine, { transitions, cycle }: Run): Run {
  let state = machine.initial;
  const taken: Transition[] = [];
  const take = (each: Transition): void => {
    const same = machine
      .transitions(state)
      .find((other) => other.process === each.process && other.choices.join() === each.choices.join());
    if (same === undefined || same.target === null)
      throw new InternalError('the whole model cannot take a step of the sliced one');
    taken.push(same);
    state = same.target;
  };
  for (const each of transitions.slice(0, cycle ?? transitions.length)) take(each);
  if (cycle === null) return { transitions: taken, cycle };
  const round = transitions.slice(cycle);
  if (round.length === 0) return { transitions: taken, cycle: taken.length };
  const starts = new Map<string, number>();
  for (let count = 0; count <= MOST_ROUNDS; count++) {
    const key = state.join();
    const start = starts.get(key);
    if (start !== undefined) return { transitions: taken, cycle: start };
    starts.set(key, taken.length);
    for (const each of round) take(each);
  }
  throw new InternalError('a cycle of the sliced model does not close in the whole one');
}

function confirmedTrace(
  scenario: Scenario,
  { machine, root, configuration }: CompiledScenario,
  property: PropertySpec & { readonly temporal?: Temporal },
  run: Run,
  assumptions: Assumptions,
  temporal: Omit<Cycle, 'start'>,
  patches: readonly Patch[],
): Trace {
  const { spec, name, file, sources } = scenario;
  const { transitions, cycle } = wholeRun(machine, run);
  const trace = buildTrace(
    machine,
    transitions,
    {
      scenario: { name, file, title: spec.title, claims: spec.claims },
      model: { hash: contentHash(sources), patches },
      configuration,
      ...(spec.scope && { scope: spec.scope }),
    },
    {
      kind: 'temporal',
      property: { id: property.id, title: property.title },
      temporal: { start: cycle, ...temporal },
    },
  );
  const confirmation = confirmTemporal(
    trace,
    () => DirectExecution.start(scenario, root),
    property.temporal ?? { op: 'constant', value: true },
    assumptions,
  );
  if (!confirmation.confirmed) throw new InternalError(confirmation.report);
  return trace;
}
