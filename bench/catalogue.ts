/** Figures about our program alone: what the reductions save over the whole catalogue, and how soon it answers. */
import { runProcess } from './process.js';
import { geometricMean, samplesOf } from './samples.js';
import { MMUCHECK } from './tools/exported.js';
import { resultsOf } from './tools/mmucheck.js';

const SMALL = 'M1/eager-split';

/** Seconds of the whole process for a small scenario that was compiled before. */
export async function coldStart(runs: number): Promise<number> {
  const start = () => runProcess(process.execPath, [MMUCHECK, 'check', SMALL]);
  await start();
  const seconds: number[] = [];
  for (let run = 0; run < runs; run++) seconds.push((await start()).wallSeconds);
  return samplesOf(seconds).median;
}

export interface Saving {
  readonly scenario: string;
  readonly full: number;
  readonly reduced: number;
}

/** Stored states of every scenario of the catalogue, without and with the reductions. */
export async function savings(patterns: readonly string[]): Promise<readonly Saving[]> {
  const statesWith = async (...options: string[]): Promise<ReadonlyMap<string, number>> => {
    const run = await runProcess(process.execPath, [MMUCHECK, 'check', ...patterns, '--json', ...options]);
    return new Map(resultsOf(run).map(({ scenario, states }) => [scenario, states]));
  };
  const full = await statesWith('--no-reduction');
  const reduced = await statesWith();
  return [...full].map(([scenario, states]) => ({
    scenario,
    full: states,
    reduced: reduced.get(scenario) ?? states,
  }));
}

export function meanSaving(all: readonly Saving[]): number | null {
  return all.length === 0 ? null : geometricMean(all.map(({ full, reduced }) => reduced / full));
}
