import { describe, expect, it } from 'vitest';
import type { Trace } from '../../counterexamples/trace.js';
import type { Verdict } from '../language/index.js';
import { type Change, changesOf } from './compare.js';
import type { ScenarioReport } from './report.js';

function report(verdict: Verdict, steps?: number): ScenarioReport {
  const trace = steps === undefined ? null : ({ steps: Array.from({ length: steps }) } as unknown as Trace);
  return {
    scenario: 's',
    title: '',
    claims: [],
    variant: null,
    configuration: {},
    results: [{ id: 'P1', title: 'first', verdict, expected: 'holds', trace }],
    states: 1,
    transitions: 1,
    depth: 1,
    seconds: 0,
    searchSeconds: 0,
    memoryBytes: 0,
    reductions: [],
    limit: null,
    missedWitnesses: [],
    missedPlaces: [],
    idleExcuses: [],
  };
}

describe('a change of verdict', () => {
  it.each<[Verdict, Verdict, Change]>([
    ['holds', 'holds', 'same'],
    ['holds', 'violated', 'regression'],
    ['holds', 'error', 'regression'],
    ['holds', 'vacuous', 'weaker'],
    ['violated', 'holds', 'improvement'],
    ['vacuous', 'holds', 'improvement'],
    ['error', 'violated', 'changed'],
    ['violated', 'error', 'regression'],
    ['violated', 'vacuous', 'changed'],
    ['holds', 'incomplete', 'undecided'],
    ['violated', 'incomplete', 'undecided'],
    ['incomplete', 'holds', 'undecided'],
    ['incomplete', 'violated', 'regression'],
  ])('from %s to %s is %s', (before, after, change) => {
    expect(changesOf(report(before), report(after)).map((each) => each.change)).toEqual([change]);
  });

  it('may be a change of length', () => {
    expect(changesOf(report('violated', 4), report('violated', 4))[0]?.change).toBe('same');
    expect(changesOf(report('violated', 4), report('violated', 5))[0]?.change).toBe('changed');
  });
});
