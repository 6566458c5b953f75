/** The temporal properties of a scenario, asked of its mutants. */
import { Exploration } from '../engine/exploration.js';
import type { PropertySpec } from '../language/index.js';
import { Atoms } from '../temporal/atoms.js';
import type { Decision } from '../temporal/decide.js';
import { fairnessOf } from '../temporal/fairness.js';
import type { Kripke } from '../temporal/kripke.js';
import { Questions } from '../temporal/questions.js';
import { STAYS } from '../temporal/structure.js';
import type { Scenario } from '../workspace/scenarios.js';
import type { MutantMachine } from './machine.js';
import type { Outcome, TrialOptions } from './outcome.js';

/** Those that the scenario says hold. */
export function temporalPropertiesOf({ spec: { properties, expect } }: Scenario): readonly PropertySpec[] {
  return properties.filter(
    ({ id, temporal }) => temporal !== undefined && (expect?.[id] ?? 'holds') === 'holds',
  );
}

/** What a verdict on them depends on, besides the program. */
export function temporalIdentity(scenario: Scenario): readonly unknown[] {
  const atoms = new Atoms();
  return temporalPropertiesOf(scenario).map((property) => [
    property.temporal === undefined ? null : atoms.read(property.temporal),
    fairnessOf(scenario.spec, property, []),
  ]);
}

/** Whether every fair run of the mutant has them. The length of a counterexample is that of its way and its cycle together. */
export function temporalOutcome(
  scenario: Scenario,
  { of, packing }: MutantMachine,
  number: number,
  { maxStates, memoryBytes, signal }: TrialOptions,
): Outcome {
  const machine = of(number);
  const exploration = new Exploration(machine, { maxStates, memoryBytes, signal, deadlock: false });
  while (!exploration.advance());
  const { end, space, release } = exploration.result();
  try {
    if (end !== 'exhausted') return { outcome: 'open' };
    const questions = new Questions(scenario.spec, machine, packing);
    for (const property of temporalPropertiesOf(scenario)) {
      const { kripke, decision } = questions.ask(property, space);
      if (decision.verdict === 'violated')
        return { outcome: 'killed', kill: { property: property.id, depth: lengthOf(kripke, decision) } };
    }
    return { outcome: 'survived' };
  } finally {
    release();
  }
}

function lengthOf(kripke: Kripke, decision: Extract<Decision, { verdict: 'violated' }>): number {
  const edges =
    decision.kind === 'safety' ? decision.run : [...decision.lasso.prefix, ...decision.lasso.cycle];
  return edges.filter((edge) => kripke.edgeKinds[kripke.edgeKind[edge] ?? 0]?.step !== STAYS).length;
}
