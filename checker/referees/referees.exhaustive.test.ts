/** Every referee that is installed, beside our engine, on random models. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { comparable } from './murphi/testing/comparable.js';
import type { ExportableModel, Referee } from './referee.js';
import { REFEREES } from './registry.js';
import { compareWith, randomModel } from './testing/compare.js';
import { randomProgramModel } from './testing/programs.js';

const comparableModel = randomModel.map((model) => ({ ...model, graph: comparable(model.graph) }));

const installed: Referee[] = [];
for (const referee of Object.values(REFEREES))
  if ((await referee.version()) !== null) installed.push(referee);

/** Returns the number of states that were compared. */
async function compareAll(referee: Referee, models: fc.Arbitrary<ExportableModel>, numRuns: number) {
  let states = 0;
  const property = fc.asyncProperty(models, async (model) => {
    const result = await compareWith(referee, model);
    fc.pre(result !== null);
    expect(result.differences).toEqual([]);
    states += result.own.states;
  });
  await fc.assert(property, { numRuns, endOnFailure: true });
  return states;
}

describe.skipIf(installed.length === 0).each(installed)('$name', (referee) => {
  it('counts random graphs as we do', async () => {
    expect(await compareAll(referee, comparableModel, 15)).toBeGreaterThan(100);
  });

  it('counts random programs as we do', async () => {
    expect(await compareAll(referee, randomProgramModel, 8)).toBeGreaterThan(50);
  });
});
