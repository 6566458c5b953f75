/** One scenario in four, if it is small enough: the same verdicts and the same steps with and without the reduction. */
import { expect, it } from 'vitest';
import { compileScenario } from '../../compiler/compile.js';
import { openWorkspace, scenarioFiles } from '../../workspace/project.js';
import { loadScenarios } from '../../workspace/scenarios.js';
import { partialOrder } from './index.js';
import { compareSearches } from './testing/compare.js';

const LIMIT = 1500;

const workspace = openWorkspace(new URL('../../..', import.meta.url).pathname);
const scenarios = scenarioFiles(workspace)
  .flatMap((file) => loadScenarios(workspace, file))
  .filter((_, index) => index % 4 === 0);

it.each(scenarios.map((scenario) => ({ scenario, name: scenario.name })))('$name', async ({ scenario }) => {
  const { graph, machine } = await compileScenario(scenario);
  const comparison = compareSearches(machine, partialOrder(graph, machine), LIMIT);
  expect(comparison?.differences ?? []).toEqual([]);
});
