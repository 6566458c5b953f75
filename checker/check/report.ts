/** What is known about a scenario after it was checked: plain data, the same from this thread and from another. */
import type { Trace } from '../../counterexamples/trace.js';
import type { Verdict } from '../language/index.js';
import type { Scenario } from '../workspace/scenarios.js';
import type { Place } from './coverage.js';
import type { ReductionStatistics } from './statistics.js';
import type { LimitName } from './verdict.js';

export interface PropertyReport {
  readonly id: string;
  readonly title: string;
  readonly verdict: Verdict;
  readonly expected: Verdict;
  /** Of `violated` and `error`: confirmed by direct execution. Properties in the same error share one trace. */
  readonly trace: Trace | null;
  /** Of a temporal property: what the scheduler is taken to owe. */
  readonly assumptions?: string;
}

export interface ScenarioReport {
  readonly scenario: string;
  readonly title: string;
  readonly claims: readonly string[];
  /** Names of the variants and of the user's patches, joined by `+`; null for the model as it is. */
  readonly variant: string | null;
  readonly configuration: Readonly<Record<string, number | boolean | string>>;
  /** Which members of it the scenario has chosen; absent: all. */
  readonly scope?: readonly string[];
  readonly results: readonly PropertyReport[];
  readonly states: number;
  readonly transitions: number;
  readonly depth: number;
  readonly seconds: number;
  /** Of the search alone: without compiling, traces and looking again. */
  readonly searchSeconds: number;
  /** What the search had reserved for states and buffers at its end. */
  readonly memoryBytes: number;
  /** What they are called, in the order in which they were applied. */
  readonly reductions: readonly string[];
  /** What they saved, if that was asked. */
  readonly stats?: ReductionStatistics;
  /** Null if every reachable state was expanded. */
  readonly limit: LimitName | null;
  readonly missedWitnesses: readonly string[];
  readonly missedPlaces: readonly Place[];
  readonly idleExcuses: readonly string[];
  /** The probability that a state was overlooked; null of an exact search. */
  readonly omission?: number | null;
  /** What else went wrong without touching the verdicts. */
  readonly notes?: readonly string[];
}

export function isExpected(report: Pick<ScenarioReport, 'results'>): boolean {
  return report.results.every(({ verdict, expected }) => verdict === expected);
}

/** Of a scenario that was to be checked and never begun: nothing is known. */
export function notRun(scenario: Scenario, properties: readonly string[] | null): ScenarioReport {
  const { name, spec } = scenario;
  return {
    scenario: name,
    title: spec.title,
    claims: spec.claims,
    variant: variantLabel(scenario.variant, scenario.patches),
    configuration: {},
    results: spec.properties
      .filter(({ id }) => properties === null || properties.includes(id))
      .map(({ id, title }) => ({
        id,
        title,
        verdict: 'incomplete',
        expected: spec.expect?.[id] ?? 'holds',
        trace: null,
      })),
    states: 0,
    transitions: 0,
    depth: 0,
    seconds: 0,
    searchSeconds: 0,
    memoryBytes: 0,
    reductions: [],
    limit: 'interrupted',
    missedWitnesses: [],
    missedPlaces: [],
    idleExcuses: [],
  };
}

/** The variants and the user's patches as one name: `no-slots-lock+fix` for `../fix.patch` on top of a variant. */
export function variantLabel(variant: string | null, patches: readonly string[]): string | null {
  const names = patches.map((name) => name.replace(/^.*\//, '').replace(/\.(patch|diff)$/, ''));
  return [...(variant === null ? [] : [variant]), ...names].join('+') || null;
}
