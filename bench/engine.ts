/**
 * States per second of the search on small hand-made machines. Run it with
 *   npx rolldown bench/engine.ts --platform node --format esm -o /tmp/bench.mjs && node /tmp/bench.mjs
 */
import { generateMachine } from '../checker/compiler/codegen/javascript.js';
import { counters, philosophers, type Toy } from '../checker/compiler/codegen/testing/toys.js';
import { search } from '../checker/engine/search.js';

const toys: Readonly<Record<string, () => Toy>> = {
  'philosophers 12': () => philosophers(12),
  'counters 2 x 5 x 6, 2 words': () => counters(2, 5, 5),
  'counters 3 x 3 x 4, 1 word': () => counters(3, 3, 3),
  'counters 4 x 2 x 4': () => counters(4, 2, 3),
};

const [chosen] = process.argv.slice(2);
for (const [name, make] of Object.entries(toys)) {
  if (chosen !== undefined && !name.includes(chosen)) continue;
  const { graph, initial } = make();
  const machine = generateMachine(graph, initial);
  const result = search(machine, {
    deadlock: true,
    maxStates: 10_000_000,
    memoryBytes: 2 ** 31,
  });
  const rate = (result.states / result.seconds / 1e6).toFixed(2);
  const perState = (result.transitions / result.states).toFixed(1);
  console.log(
    `${name}: ${machine.words} words, ${result.states} states, ${result.transitions} transitions (${perState} per state), depth ${result.depth}, ${result.end}: ${result.seconds.toFixed(2)} s, ${rate} M states/s, ${(result.memoryBytes / 2 ** 20).toFixed(0)} MiB`,
  );
}
