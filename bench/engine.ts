/**
 * States per second of the search on small machines made by hand, the best of several runs. From the root:
 *   npx rolldown bench/engine.ts --platform node --format esm --file /tmp/bench.mjs && node /tmp/bench.mjs [NAME]
 */
import { generateMachine } from '../checker/compiler/codegen/javascript.js';
import { counters, philosophers, type Toy } from '../checker/compiler/codegen/testing/toys.js';
import { search } from '../checker/engine/search.js';

const toys: Readonly<Record<string, () => Toy>> = {
  'philosophers-14': () => philosophers(14),
  'counters-2x5': () => counters(2, 5, 5),
  'counters-4x2': () => counters(4, 2, 3),
  'counters-4x18': () => counters(4, 18, 15),
};
const RUNS = 4;
const MOST_STATES = 4_000_000;

const [chosen] = process.argv.slice(2);
for (const [name, make] of Object.entries(toys)) {
  if (chosen !== undefined && name !== chosen) continue;
  const { graph, initial } = make();
  const machine = generateMachine(graph, initial);
  const options = { deadlock: true, maxStates: MOST_STATES, memoryBytes: 2 ** 31 };
  const results = Array.from({ length: RUNS }, () => {
    // Without the store: two gigabytes should not wait for the garbage collector.
    const { states, transitions, depth, seconds } = search(machine, options);
    return { states, transitions, depth, seconds };
  });
  const best = results.reduce((a, b) => (a.seconds < b.seconds ? a : b));
  const million = (count: number): string => (count / best.seconds / 1e6).toFixed(2);
  console.log(
    [
      name.padEnd(16),
      `${machine.words} words`.padStart(9),
      `${best.states} states, ${best.transitions} transitions, depth ${best.depth}`.padEnd(52),
      `${best.seconds.toFixed(2)} s`.padStart(7),
      `${million(best.states)} M states/s`.padStart(16),
      `${million(best.transitions)} M transitions/s`.padStart(21),
    ].join(' '),
  );
}
