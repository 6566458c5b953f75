/** A machine as large as one likes, at little cost per step: counters that go up one at a time, each in a word of its own. */
import { type Machine, type PortableCode, searchCodeOf, type Transition } from '../../compiler/machine.js';

/**
 * As many states as the product of the sides. Further words repeat sums of the counters, so that a state is as wide as those of real
 * models, and its parts are as few.
 */
export function gridMachine(sides: readonly number[], words: number): Machine {
  const portable: PortableCode = { source: SOURCE, constants: { sides, words } };
  const code = searchCodeOf(portable);
  const initial = new Uint32Array(words);
  return {
    words,
    initial,
    processes: sides.map((_, index) => `counter${index}`),
    steps: sides.map((_, process) => ({ process, boundary: 0, frames: [] })),
    failures: [],
    invariants: ['top'],
    stepPredicates: [],
    witnesses: [],
    expansionLimit: sides.length * (words + 1),
    ...code,
    portable,
    transitions(state) {
      const out = new Uint32Array(sides.length * (words + 1));
      const end = code.expand(state, 0, out, 0);
      return Array.from({ length: end / (words + 1) }, (_, index): Transition => {
        const at = index * (words + 1);
        const process = out[at + words] ?? 0;
        return {
          process,
          step: process,
          choices: [],
          boundaries: 1,
          target: out.slice(at, at + words),
          failure: null,
          resting: false,
        };
      });
    },
    boundaries: () => [],
    unpack: (state) => ({ counters: [...state.slice(0, sides.length)] }),
  };
}

const SOURCE = `"use strict";
const { sides, words } = T, count = sides.length, half = count >> 1;
// Counters of the first half in the first words, the others behind the middle; what is left repeats their sums.
const middle = Math.round(words * 0.6);
const wordOf = sides.map((_, i) => i < half ? i : middle + i - half);
const mirrors = [[], []];
for (let w = 0; w < words; w++) if (!wordOf.includes(w)) mirrors[w < middle ? 0 : 1].push(w);
function expand(s, at, o, p) {
  for (let i = 0; i < count; i++) {
    const w = wordOf[i];
    if (s[at + w] + 1 >= sides[i]) continue;
    for (let k = 0; k < words; k++) o[p + k] = s[at + k];
    o[p + w]++;
    const mirror = mirrors[i < half ? 0 : 1];
    for (let k = 0; k < mirror.length; k++) o[p + mirror[k]] += 1 + k;
    o[p + words] = i;
    p += words + 1;
  }
  return p;
}
function violated(s, at) {
  for (let i = 0; i < count; i++) if (s[at + wordOf[i]] + 1 < sides[i]) return 0;
  return 1;
}
return { expand, violated, violatedStep: () => 0, witnessed: () => 0, unfinished: () => false };`;
