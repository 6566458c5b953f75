/**
 * The search on machines made by hand: states per second, bytes per state, with each way to store states and with 1 and 2
 * threads. The best of several runs, because other work makes a run slower and never faster. From the root:
 *   npm run build && npx rolldown bench/engine.ts --platform node --format esm --dir /tmp/bench && node /tmp/bench/engine.js [NAME]
 */
import { Worker } from 'node:worker_threads';
import { generateMachine } from '../checker/compiler/codegen/javascript.js';
import { counters, philosophers } from '../checker/compiler/codegen/testing/toys.js';
import type { Machine } from '../checker/compiler/machine.js';
import type { Helpers, SearchOptions } from '../checker/engine/options.js';
import { searchAsync } from '../checker/engine/search.js';
import { gridMachine } from '../checker/engine/testing/grid.js';

const toy = (make: () => ReturnType<typeof counters>) => (): Machine => {
  const { graph, initial } = make();
  return generateMachine(graph, initial);
};
const machines: Readonly<Record<string, () => Machine>> = {
  'philosophers-14': toy(() => philosophers(14)),
  'counters-2x5': toy(() => counters(2, 5, 5)),
  'counters-4x18': toy(() => counters(4, 18, 15)),
  'grid-40x40x40x40': () => gridMachine([40, 40, 40, 40], 10),
  // Only by name: 207 million states.
  'grid-120x120x120x120': () => gridMachine([120, 120, 120, 120], 10),
};
const THREAD = new URL('dist/checker/cli/search-thread.js', `file://${process.cwd()}/`);
const variants: readonly { readonly store: SearchOptions['store']; readonly threads: number }[] = [
  { store: 'flat', threads: 1 },
  { store: 'tree', threads: 1 },
  { store: 'tree', threads: 2 },
];
const RUNS = 3;
const MOST_STATES = 4_000_000;

const [chosen] = process.argv.slice(2);
for (const [name, make] of Object.entries(machines)) {
  const isLarge = name.endsWith('120x120');
  if (chosen === undefined ? isLarge : name !== chosen) continue;
  const machine = make();
  for (const { store, threads } of isLarge ? variants.slice(2) : variants) {
    let best: { states: number; transitions: number; depth: number; seconds: number; bytes: number } | null =
      null;
    for (let run = 0; run < (isLarge ? 1 : RUNS); run++) {
      const result = await searchAsync(machine, {
        deadlock: true,
        memoryBytes: isLarge ? 12 * 2 ** 30 : 2 ** 32,
        ...(isLarge ? {} : { maxStates: MOST_STATES }),
        ...(store && { store }),
        helpers: helpers(threads - 1),
      });
      const { states, transitions, depth, seconds, memoryBytes } = result;
      result.release();
      if (best === null || seconds < best.seconds) {
        best = { states, transitions, depth, seconds, bytes: memoryBytes / states };
      }
    }
    if (best === null) continue;
    const million = (count: number): string => (count / best.seconds / 1e6).toFixed(2);
    console.log(
      [
        name.padEnd(20),
        `${machine.words} words`.padStart(9),
        `${store} ${threads}`.padStart(7),
        `${best.states} states, ${best.transitions} transitions, depth ${best.depth}`.padEnd(54),
        `${best.seconds.toFixed(2)} s`.padStart(8),
        `${million(best.states)} M states/s`.padStart(15),
        `${million(best.transitions)} M transitions/s`.padStart(20),
        `${best.bytes.toFixed(1)} bytes/state`.padStart(17),
      ].join(' '),
    );
  }
}
process.exit();

function helpers(count: number): Helpers {
  return {
    count,
    start(order, onFailure) {
      const worker = new Worker(THREAD, { workerData: order });
      worker.on('error', onFailure);
      return { stop: () => worker.terminate() };
    },
  };
}
