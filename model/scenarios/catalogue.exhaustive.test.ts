/** Every verdict of the catalogue is the expected one, and no variant needs fuzz to apply. */
import { expect, it } from 'vitest';
import { checkScenario } from '../../checker/check/check-scenario.js';
import { openWorkspace, scenarioFiles } from '../../checker/workspace/project.js';
import { loadScenarios } from '../../checker/workspace/scenarios.js';

const workspace = openWorkspace(new URL('../..', import.meta.url).pathname);
const all = scenarioFiles(workspace).flatMap((file) => loadScenarios(workspace, file));

it.each(all.map((scenario) => ({ name: scenario.name, scenario })))('$name', async ({ scenario }) => {
  const report = await checkScenario(scenario, {
    limits: {},
    properties: null,
    patches: [],
    signal: new AbortController().signal,
    onProgress: () => {},
    now: () => performance.now(),
  });
  expect(report.idleExcuses).toEqual([]);
  expect(report.results.filter(({ verdict, expected }) => verdict !== expected)).toEqual([]);
  expect(report.results.length).toBeGreaterThan(0);
  expect(scenario.fuzz.filter(({ fuzz }) => fuzz > 0)).toEqual([]);
});
