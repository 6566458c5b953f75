/** Every verdict of the catalogue is the expected one and the one that the ledger has, and no variant needs fuzz to apply. */
import { expect, it } from 'vitest';
import { checkScenario } from '../../checker/check/check-scenario.js';
import { openWorkspace, scenarioFiles } from '../../checker/workspace/project.js';
import { loadScenarios } from '../../checker/workspace/scenarios.js';
import { recordedVerdicts } from '../../checker/workspace/verdicts.js';

const workspace = openWorkspace(new URL('../..', import.meta.url).pathname);
const recorded = recordedVerdicts(workspace);
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
  const violated = report.results.flatMap(({ id, verdict, trace }) =>
    verdict === 'violated' ? [[id, trace?.steps.length]] : [],
  );
  if (scenario.spec.claims.length > 0)
    expect(recorded.get(scenario.name), 'the ledger says (if not: npm run claims -- SCENARIO)').toMatchObject(
      {
        states: report.states,
        violated: Object.fromEntries(violated),
      },
    );
  expect(scenario.fuzz.filter(({ fuzz }) => fuzz > 0)).toEqual([]);
});
