/** A compiled scenario as exporters take it. */
import type { CompiledScenario } from '../compiler/compile.js';
import { initialState } from '../direct/schema.js';
import type { Scenario } from '../workspace/scenarios.js';
import type { ExportableModel } from './referee.js';
import { temporalOf } from './temporal.js';

/** @param compiled for the purpose `export`, if temporal properties are to be in it */
export function exportable(
  scenario: Scenario,
  { graph, root }: Pick<CompiledScenario, 'graph' | 'root'>,
): ExportableModel {
  const { name, spec } = scenario;
  const deadlock = spec.properties.find((property) => property.deadlock);
  const temporal = temporalOf(scenario, graph);
  return {
    graph,
    initial: initialState(scenario, root),
    name,
    title: spec.title,
    deadlock: deadlock === undefined ? null : { property: deadlock.id },
    ...(temporal.claims.length > 0 && { temporal }),
  };
}
