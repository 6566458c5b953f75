/**
 * Random tests use the same cases in every run, so that a failure is the change's doing and not the day's: several tests also
 * count how often the interesting case came up. `SEED=random npm test` looks for new cases, `SEED=123 npm test` repeats some.
 */
import fc from 'fast-check';

const { SEED: chosen = '1' } = process.env;
const seed = chosen === 'random' ? Math.trunc(Math.random() * 0x7fffffff) : Number(chosen);
if (!Number.isInteger(seed)) throw new Error(`SEED is an integer or "random", not "${chosen}"`);
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed });
