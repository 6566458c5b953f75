/** The verdicts of temporal formulas beside SPIN's, which has a translation of its own and a search of its own. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Ltl } from '../../temporal/ltl.js';
import { spin } from './spin.js';
import { anyProduct, type Product } from './testing/products.js';
import { compareVerdicts, sayableFormulas, Tally } from './testing/verdicts.js';

const installed = (await spin.version()) !== null;
const atom: Ltl = { op: 'atom', atom: 0 };
const always = (operand: Ltl): Ltl => ({
  op: 'release',
  left: { op: 'constant', value: false },
  right: operand,
});
const eventually = (operand: Ltl): Ltl => ({
  op: 'until',
  left: { op: 'constant', value: true },
  right: operand,
});

/** Two processes that take one step each; the first alone decides of the atom. */
const ending: Product = {
  processes: [0, 1].map(() => ({
    places: 2,
    steps: [{ from: 0, to: 1, while: null }],
    rests: [false, false],
    isUnfair: false,
  })),
  atoms: [0, 1].map((process) => ({ process, places: [true, false, false] })),
};
/** The same, but the second goes round for ever. */
const circling: Product = {
  ...ending,
  processes: ending.processes.map((each, index) =>
    index === 0 ? each : { ...each, steps: [...each.steps, { from: 1, to: 0, while: null }] },
  ),
};

describe.skipIf(!installed)('SPIN (skipped where it is not installed)', () => {
  it.each([
    ['fairly', true],
    ['as it likes', false],
  ])('says the same of random formulas on random products, scheduled %s', async (_, fair) => {
    const tally = new Tally();
    await fc.assert(
      fc.asyncProperty(anyProduct(fair), sayableFormulas(8), async (product, formulas) => {
        tally.add(await compareVerdicts(product, formulas, fair));
        expect(tally.differences).toEqual([]);
      }),
      { numRuns: 4, endOnFailure: true },
    );
    expect(tally.counts.undecided).toBeLessThan(24);
  });

  it('sees a difference if fairness is forgotten, or the first step', async () => {
    const ends = [eventually(always({ op: 'not', operand: atom }))];
    expect(await compareVerdicts(circling, ends, true)).toMatchObject([{ ours: true, theirs: true }]);
    expect(await compareVerdicts(circling, ends, false)).toMatchObject([{ ours: false, theirs: false }]);
    const without = (text: string): string => text.replace('d_step { at0 == 0 -> at0 = 1 }', 'false');
    expect(await compareVerdicts(circling, ends, true, without)).toMatchObject([
      { ours: true, theirs: false },
    ]);
  });

  it('needs an init that stays where nobody moves: under fairness SPIN does not see runs that end', async () => {
    const goesOn = [eventually(always(atom))];
    expect(await compareVerdicts(ending, goesOn, true)).toMatchObject([{ ours: false, theirs: false }]);
    const ends = (text: string): string => text.replace(':: timeout', ':: false');
    expect(await compareVerdicts(ending, goesOn, true, ends)).toMatchObject([{ ours: false, theirs: true }]);
  });
});
