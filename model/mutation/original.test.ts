/** The program that is all mutants is the model where none is chosen, also where sets of translations take many bits. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { Trial } from '../../checker/mutation/trial.js';
import { vocabularyOf } from '../../checker/mutation/vocabulary.js';
import { openWorkspace } from '../../checker/workspace/project.js';
import { loadScenarios } from '../../checker/workspace/scenarios.js';

const OPTIONS = { maxStates: 50_000, memoryBytes: 2 ** 28, signal: { aborted: false } };

const workspace = openWorkspace(fileURLToPath(new URL('../..', import.meta.url)));
const vocabulary = vocabularyOf(
  JSON.parse(readFileSync(new URL('vocabulary.json', import.meta.url), 'utf8')),
  'vocabulary.json',
);

it('memslots/notifier-over-two-slots holds with no mutant', async () => {
  const [scenario] = loadScenarios(workspace, 'model/scenarios/memslots.ts').filter(
    ({ key }) => key === 'notifier-over-two-slots',
  );
  if (scenario === undefined) throw new Error('there is no such scenario');
  const trial = (await Trial.of(scenario, vocabulary)).only(() => false);
  expect(trial.original(OPTIONS).outcome).toEqual({ outcome: 'survived' });
});
