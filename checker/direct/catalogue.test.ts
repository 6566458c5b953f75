/** The differential test over one scenario of each file; the others are in the exhaustive tests. */
import { it } from 'vitest';
import { CATALOGUE, expectEqualExecutions } from './testing/catalogue.js';

const sample = CATALOGUE.flatMap((scenarios) => scenarios.slice(0, 1));

it.each(sample.map((scenario) => ({ scenario, name: scenario.name })))('$name', async ({ scenario }) => {
  await expectEqualExecutions(scenario);
});
