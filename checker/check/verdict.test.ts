import { describe, expect, it } from 'vitest';
import type { PropertySpec } from '../language/index.js';
import { type Facts, type Finding, judge } from './verdict.js';

const P1: PropertySpec = { id: 'P1', title: 'first' };
const P2: PropertySpec = { id: 'P2', title: 'second' };
const NOTHING: Facts<Finding> = { limit: null, findings: [], missedWitnesses: [], missedPlaces: [] };
const violation: Finding = { kind: 'invariant', property: 'P1' };
const modelError: Finding = { kind: 'error', property: null };
const place = { function: 'f', file: 'f.ts', line: 1, text: 'g()', excuse: 'f > g' };

function verdicts(facts: Partial<Facts<Finding>>): string[] {
  return judge({ properties: [P1, P2] }, { ...NOTHING, ...facts }).map(({ verdict }) => verdict);
}

describe('a property', () => {
  it('holds if everything was explored and exercised', () => {
    expect(verdicts({})).toEqual(['holds', 'holds']);
  });

  it('that is violated is violated whatever else happened', () => {
    const findings = [modelError, violation];
    expect(verdicts({ findings, limit: 'memory', missedWitnesses: ['w'] })).toEqual(['violated', 'error']);
  });

  it('does not hold while something was not exercised', () => {
    expect(verdicts({ missedWitnesses: ['w'] })).toEqual(['vacuous', 'vacuous']);
    expect(verdicts({ missedPlaces: [place], findings: [violation] })).toEqual(['violated', 'vacuous']);
  });

  it('is incomplete after a limit, even if something was not exercised yet', () => {
    for (const limit of ['states', 'depth', 'memory', 'interrupted'] as const) {
      expect(verdicts({ limit, missedWitnesses: ['w'] })).toEqual(['incomplete', 'incomplete']);
    }
  });

  it('is undone by an assertion of a property that the scenario does not check', () => {
    expect(verdicts({ findings: [{ kind: 'error', property: 'P3' }] })).toEqual(['error', 'error']);
    expect(verdicts({ findings: [{ kind: 'error', property: 'P2' }] })).toEqual(['holds', 'violated']);
  });

  it('is expected to hold unless the scenario says otherwise', () => {
    const judged = judge({ properties: [P1, P2], expect: { P2: 'violated' } }, NOTHING);
    expect(judged.map(({ expected }) => expected)).toEqual(['holds', 'violated']);
  });
});
