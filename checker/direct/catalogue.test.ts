/** The differential test over every scenario of the project, with its variants. */
import { inspect } from 'node:util';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compileWith } from '../compiler/compile.js';
import { FrontEnd } from '../compiler/frontend/frontend.js';
import { openWorkspace, scenarioFiles } from '../workspace/project.js';
import { loadScenarios } from '../workspace/scenarios.js';
import { compareExecutions, type Decision } from './differential.js';

const workspace = openWorkspace(new URL('../..', import.meta.url).pathname);
const scenarios = scenarioFiles(workspace).flatMap((file) => loadScenarios(workspace, file));
const frontEnd = new FrontEnd();

const schedules: fc.Arbitrary<Decision[]> = fc.array(
  fc.record({ transition: fc.nat(999), everything: fc.nat(9).map((one) => one === 0), split: fc.boolean() }),
  { minLength: 50, maxLength: 50 },
);

it.each(scenarios.map((scenario) => ({ scenario, name: scenario.name })))('$name', ({ scenario }) => {
  const { machine, root } = compileWith(frontEnd, scenario);
  fc.assert(
    fc.property(schedules, (schedule) => {
      const difference = compareExecutions(scenario, root, machine, schedule);
      expect(difference, inspect(difference, { depth: 4 })).toBeNull();
    }),
    { numRuns: 1 },
  );
});
