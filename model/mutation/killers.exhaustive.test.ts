/** The scenarios that kill most mutants still do: `npm run mutants` is the whole, and takes longer. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { Trial } from '../../checker/mutation/trial.js';
import { vocabularyOf } from '../../checker/mutation/vocabulary.js';
import { openWorkspace, scenarioFiles } from '../../checker/workspace/project.js';
import { loadScenarios } from '../../checker/workspace/scenarios.js';

/** Each takes some seconds. */
const SCENARIOS = 10;
const OPTIONS = { maxStates: 500_000, memoryBytes: 2 ** 30, signal: { aborted: false } };

const workspace = openWorkspace(fileURLToPath(new URL('../..', import.meta.url)));
const text = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8');
const vocabulary = vocabularyOf(JSON.parse(text('vocabulary.json')), 'vocabulary.json');
const killers = JSON.parse(text('killers.json')) as Readonly<Record<string, { readonly scenario: string }>>;
const byScenario = new Map<string, string[]>();
for (const [key, { scenario }] of Object.entries(killers))
  byScenario.set(scenario, [...(byScenario.get(scenario) ?? []), key]);
const most = [...byScenario].sort(([, left], [, right]) => right.length - left.length).slice(0, SCENARIOS);
const all = scenarioFiles(workspace).flatMap((file) => loadScenarios(workspace, file));

it.each(most)('%s kills its mutants', async (name, kills) => {
  const scenario = all.find((each) => each.name === name);
  if (scenario === undefined) throw new Error(`there is no ${name}`);
  const trial = (await Trial.of(scenario, vocabulary)).only((key) => killers[key]?.scenario === name);
  expect(trial.original(OPTIONS).outcome).toEqual({ outcome: 'survived' });
  const missed = trial.mutants.filter((mutant) => trial.run(mutant, OPTIONS).outcome !== 'killed');
  expect(missed.map(({ key }) => key)).toEqual([]);
  // Some are gone when their function was edited; not all of them.
  expect(trial.mutants.length).toBeGreaterThan(kills.length / 2);
});
