/** Every referee that is installed, beside our engine, on random models. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { comparable } from './murphi/testing/comparable.js';
import type { ExportableModel, Referee } from './referee.js';
import { anyProduct } from './promela/testing/products.js';
import { compareVerdicts, sayableFormulas, Tally } from './promela/testing/verdicts.js';
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

describe.skipIf(!installed.some(({ name }) => name === 'SPIN'))(
  'SPIN (skipped where it is not installed)',
  () => {
    it.each([
      ['fairly', true],
      ['as it likes', false],
    ])('says the same of temporal formulas on random products, scheduled %s', async (_, fair) => {
      const tally = new Tally();
      const property = fc.asyncProperty(anyProduct(fair), sayableFormulas(10), async (product, formulas) => {
        tally.add(await compareVerdicts(product, formulas, fair));
        expect(tally.differences).toEqual([]);
      });
      await fc.assert(property, { numRuns: 60, endOnFailure: true });
      expect(tally.counts.holds).toBeGreaterThan(100);
      expect(tally.counts.violated).toBeGreaterThan(100);
    });
  },
);
