/** Runs a recorded trace again on the model as it is now, with the trace's patches and further ones on top. */
import { buildTrace } from '../../counterexamples/build.js';
import { confirmTemporal } from '../../counterexamples/confirm-temporal.js';
import { confirmTrace } from '../../counterexamples/confirm.js';
import { type ReplayResult, replayTrace } from '../../counterexamples/replay.js';
import { endsInError, type Trace, type Violation } from '../../counterexamples/trace.js';
import type { CompiledScenario } from '../compiler/compile.js';
import { InputError } from '../diagnostics.js';
import { DirectExecution } from '../direct/execution.js';
import { assumptionsOf } from '../temporal/fairness.js';
import type { Patch } from '../workspace/patch.js';
import type { Workspace } from '../workspace/project.js';
import type { Scenario } from '../workspace/scenarios.js';
import { contentHash } from '../workspace/sources.js';
import { InternalError } from './internal-error.js';

/** The patches that a trace was recorded with besides the variants of its scenario, which loading applies anyway. */
export function ownPatches(trace: Trace, { variants }: Workspace): Patch[] {
  const names = new Set([...variants.values()].map(({ name }) => name));
  return trace.model.patches.filter(({ name }) => !names.has(name));
}

export interface ScenarioReplay {
  readonly result: ReplayResult;
  /** Whether the sources are those that the trace was recorded with. */
  readonly sameModel: boolean;
}

/** A violation that comes out again is confirmed by direct execution, as when it was found. */
export function replayScenario(trace: Trace, scenario: Scenario, compiled: CompiledScenario): ScenarioReplay {
  const { spec, name, file, sources } = scenario;
  const { machine, root, configuration } = compiled;
  const hash = contentHash(sources);
  const result = replayTrace(trace, machine);
  if (result.outcome === 'violated' && trace.temporal !== undefined)
    return {
      result: temporalResult(trace, scenario, compiled, result),
      sameModel: hash === trace.model.hash,
    };
  if (result.outcome === 'violated') {
    const again = buildTrace(
      machine,
      result.transitions,
      {
        scenario: { name, file, title: spec.title, claims: spec.claims },
        model: { hash, patches: trace.model.patches },
        configuration,
        ...(spec.scope && { scope: spec.scope }),
        ...(spec.scope && { scope: spec.scope }),
      },
      { property: trace.property, kind: endsInError(trace) ? 'error' : kindOf(trace.violation) },
    );
    const confirmation = confirmTrace(again, DirectExecution.start(scenario, root), spec.properties);
    if (!confirmation.confirmed) throw new InternalError(confirmation.report);
  }
  return { result, sameModel: hash === trace.model.hash };
}

/** The run is possible; whether it violates the formula is judged by direct execution. */
function temporalResult(
  trace: Trace,
  scenario: Scenario,
  { machine, root, configuration }: CompiledScenario,
  result: ReplayResult,
): ReplayResult {
  const { spec, name, file } = scenario;
  const property = spec.properties.find(({ id }) => id === trace.property.id);
  if (property?.temporal === undefined || trace.temporal === undefined)
    throw InputError.of(
      `the scenario does not check ${trace.property.id}, which the trace violates`,
      'Replay the trace on the scenario that it is of.',
    );
  const assumptions = assumptionsOf(machine, trace.temporal.fairness);
  const again = buildTrace(
    machine,
    result.transitions,
    {
      scenario: { name, file, title: spec.title, claims: spec.claims },
      model: trace.model,
      configuration,
      ...(spec.scope && { scope: spec.scope }),
    },
    { property: trace.property, kind: 'temporal', temporal: trace.temporal },
  );
  const confirmation = confirmTemporal(
    again,
    () => DirectExecution.start(scenario, root),
    property.temporal,
    assumptions,
  );
  if (confirmation.confirmed) return result;
  const sentence = `All ${trace.steps.length} steps are possible, but ${property.id} is not violated.`;
  return { ...result, outcome: 'no violation', sentence };
}

function kindOf({ kind }: Violation): 'invariant' | 'step' | 'deadlock' {
  if (kind === 'invariant' || kind === 'step' || kind === 'deadlock') return kind;
  throw new Error(`a trace that ends in an ${kind} ends in an error`);
}
