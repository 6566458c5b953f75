/** The differential test over scenarios of the project, with their variants. */
import { inspect } from 'node:util';
import fc from 'fast-check';
import { expect } from 'vitest';
import { compileScenario } from '../../compiler/compile.js';
import { openWorkspace, scenarioFiles } from '../../workspace/project.js';
import { loadScenarios, type Scenario } from '../../workspace/scenarios.js';
import { compareExecutions, type Decision } from '../differential.js';

const workspace = openWorkspace(new URL('../../..', import.meta.url).pathname);

/** By file. */
export const CATALOGUE: readonly (readonly Scenario[])[] = scenarioFiles(workspace).map((file) =>
  loadScenarios(workspace, file),
);

const schedules: fc.Arbitrary<Decision[]> = fc.array(
  fc.record({ transition: fc.nat(999), everything: fc.nat(9).map((one) => one === 0), split: fc.boolean() }),
  { minLength: 50, maxLength: 50 },
);

/** Runs the compiled and the direct form of a scenario beside each other along a random schedule. */
export async function expectEqualExecutions(scenario: Scenario): Promise<void> {
  const { machine, root } = await compileScenario(scenario);
  fc.assert(
    fc.property(schedules, (schedule) => {
      const difference = compareExecutions(scenario, root, machine, schedule);
      expect(difference, inspect(difference, { depth: 4 })).toBeNull();
    }),
    { numRuns: 1, seed: seedOf(scenario.name) },
  );
}

/** A schedule of its own for each scenario, although all tests begin with one seed. */
function seedOf(name: string): number {
  const { seed = 0 } = fc.readConfigureGlobal();
  return [...name].reduce((hash, letter) => (Math.imul(hash, 31) + (letter.codePointAt(0) ?? 0)) | 0, seed);
}
