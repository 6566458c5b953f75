/** The differential test over every scenario of the project. */
import { it } from 'vitest';
import { CATALOGUE, expectEqualExecutions } from './testing/catalogue.js';

it.each(CATALOGUE.flat().map((scenario) => ({ scenario, name: scenario.name })))(
  '$name',
  async ({ scenario }) => {
    await expectEqualExecutions(scenario);
  },
);
