/** The differential test over one scenario of every other file; the rest is in the exhaustive tests. */
import { it } from 'vitest';
import { CATALOGUE, expectEqualExecutions } from './testing/catalogue.js';

const sample = CATALOGUE.filter((_, index) => index % 2 === 0).flatMap((scenarios) => scenarios.slice(0, 1));

it.each(sample.map((scenario) => ({ scenario, name: scenario.name })))('$name', async ({ scenario }) => {
  await expectEqualExecutions(scenario);
});
