/** One scenario on the model as it is and on the patched one. */
import type { CompiledScenario } from '../compiler/compile.js';
import type { Scenario } from '../workspace/scenarios.js';
import { type CheckOptions, exploreScenario } from './check-scenario.js';
import type { Comparison } from './compare.js';

export interface Side {
  readonly scenario: Scenario;
  readonly compiled: CompiledScenario;
  readonly options: CheckOptions;
}

/** Explores both, one after the other, unless they compile to the same graphs: then every verdict is the same. */
export async function compareScenario(base: Side, patched: Side): Promise<Comparison> {
  const { name: scenario, spec, variant } = base.scenario;
  const identity = { scenario, claims: spec.claims, variant };
  if (meaningOf(base.compiled) === meaningOf(patched.compiled)) return { ...identity, outcome: 'unaffected' };
  const explore = (side: Side) =>
    exploreScenario(side.scenario, side.compiled, side.options, side.options.now());
  return { ...identity, outcome: 'compared', base: await explore(base), patched: await explore(patched) };
}

/** The graphs and the initial state without the places in the sources, which a comment moves. */
function meaningOf({ graph, machine }: CompiledScenario): string {
  const text = JSON.stringify(graph, (key, value) => (key === 'span' || key === 'text' ? undefined : value));
  return `${text}\n${machine.initial.join()}`;
}
