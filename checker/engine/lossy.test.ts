import { describe, expect, it } from 'vitest';
import { generateMachine } from '../compiler/codegen/javascript.js';
import { counters, peterson, philosophers, type Toy } from '../compiler/codegen/testing/toys.js';
import { omissionProbability } from './lossy.js';
import { search } from './search.js';

const machineOf = ({ graph, initial }: Toy) => generateMachine(graph, initial);
const megabyte = 2 ** 20;

describe.each(['bitstate', 'hash-compact'] as const)('%s', (store) => {
  it('finds everything if there is memory enough', () => {
    for (const toy of [peterson(false), philosophers(7), counters(2, 3, 3)]) {
      const machine = machineOf(toy);
      const exact = search(machine, { deadlock: true });
      const lossy = search(machine, { deadlock: true, store, memoryBytes: 64 * megabyte });
      for (const member of ['states', 'transitions', 'depth', 'end', 'findings'] as const) {
        expect(lossy[member], member).toEqual(exact[member]);
      }
      expect(exact.omission).toBeNull();
      expect(lossy.omission).toBeGreaterThan(0);
      expect(lossy.omission).toBeLessThan(0.01);
      lossy.release();
    }
  });

  it('says how likely it is that something was overlooked', () => {
    const machine = machineOf(philosophers(10));
    const exact = search(machine, { deadlock: true });
    const poor = search(machine, { deadlock: true, store, memoryBytes: megabyte / 2 });
    expect(poor.states).toBeLessThanOrEqual(exact.states);
    expect(poor.end).toBe('exhausted');
    if (store === 'bitstate') expect(poor.omission).toBeGreaterThan(0.5);
  });

  it('stops when the states to be expanded do not fit', () => {
    const machine = machineOf(counters(2, 4, 4));
    expect(search(machine, { deadlock: true, store, memoryBytes: megabyte / 4 }).end).toBe('memory');
  });
});

it('the probability agrees with drawing at random', () => {
  // A birthday problem by hand: 3 of 32 * 100 bits for each of 100 states.
  let lost = 0;
  const runs = 3000;
  let seed = 1;
  const random = (): number => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) | 0;
    return (seed >>> 0) / 2 ** 32;
  };
  for (let run = 0; run < runs; run++) {
    const set = new Set<number>();
    let overlooked = false;
    for (let state = 0; state < 100; state++) {
      const bits = [0, 1, 2].map(() => Math.floor(random() * 3200));
      if (bits.every((bit) => set.has(bit))) overlooked = true;
      for (const bit of bits) set.add(bit);
    }
    if (overlooked) lost++;
  }
  expect(omissionProbability('bitstate', 100, 100)).toBeCloseTo(lost / runs, 1);
  expect(omissionProbability('hash-compact', 1e6, 2e6)).toBeCloseTo((1e6 * 1.5) / 2 ** 32, 4);
});
