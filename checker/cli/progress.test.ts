import { describe, expect, it } from 'vitest';
import type { Progress } from '../engine/index.js';
import { progressText, secondsLeft } from './progress.js';

const progress: Progress = {
  states: 2_000_000,
  transitions: 5_000_000,
  depth: 40,
  frontier: 120_000,
  layers: [40_000, 60_000, 80_000],
  expanded: 10_000,
  seconds: 4,
  memoryBytes: 2 ** 25,
  memoryLimit: 2 ** 30,
  statesPerSecond: 500_000,
  threads: 2,
};
const job = { kind: 'check', scenario: 'a', file: 'a.ts' } as const;

describe('the line of one search', () => {
  it('says how far it is', () => {
    expect(progressText(new Map([[job, progress]]), 0, 1)).toBe(
      '2.00M states  500k/s  depth 40  frontier 120k growing  32 MiB of 1.0 GiB  4 s  2 threads',
    );
  });

  it('gives an estimate only while layers shrink', () => {
    expect(secondsLeft(progress)).toBeNull();
    const shrinking = [64, 32, 16, 8, 4, 2].map((size) => size * 1000);
    expect(secondsLeft({ ...progress, layers: shrinking.slice(1), expanded: 0 })).toBeNull();
    // 2000 + 1000 + 500 ... states at half a million a second.
    expect(secondsLeft({ ...progress, layers: shrinking, expanded: 0 })).toBeCloseTo(4000 / 500_000, 6);
  });
});
