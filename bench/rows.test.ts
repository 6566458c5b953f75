import { describe, expect, it } from 'vitest';
import { type Mode, type Row, ratiosOf, type Tool } from './rows.js';
import { geometricMean, samplesOf } from './samples.js';

function row(scenario: string, tool: Tool, mode: Mode, seconds: number, more: Partial<Row> = {}): Row {
  return {
    scenario,
    tool,
    mode,
    options: '',
    states: 1000,
    transitions: null,
    searchSeconds: samplesOf([seconds]),
    wallSeconds: samplesOf([seconds + 1]),
    compileSeconds: 5,
    peakBytes: null,
    bytesPerState: null,
    unfinished: null,
    ...more,
  };
}

const NO_OTHERS = { storedStatesReducedVsFull: null, coldStartSeconds: null };

describe('ratios', () => {
  it('compares with the faster of several ways', () => {
    const rows = [row('a', 'mmucheck', 'full', 1), row('a', 'spin', 'full', 8), row('a', 'spin', 'full', 4)];
    expect(ratiosOf(rows, NO_OTHERS).statesPerSecondVsSpin).toBeCloseTo(4);
  });

  it('is above one where we are faster', () => {
    const rows = [row('a', 'mmucheck', 'best', 1), row('a', 'spin', 'best', 9)];
    expect(ratiosOf(rows, NO_OTHERS)).toMatchObject({ timeToVerdictVsSpin: 5 });
    expect(ratiosOf(rows, NO_OTHERS).timeToVerdictVsSpinWithCompilation).toBeCloseTo(15 / 7);
  });

  it('takes only what both finished, in the mean of their ratios', () => {
    const rows = [
      row('a', 'mmucheck', 'full', 1),
      row('a', 'rumur', 'full', 2),
      row('b', 'mmucheck', 'full', 1),
      row('b', 'rumur', 'full', 8),
      row('c', 'mmucheck', 'full', 1),
      row('c', 'rumur', 'full', 900, { unfinished: 'time' }),
    ];
    expect(ratiosOf(rows, NO_OTHERS).statesPerSecondVsRumur).toBeCloseTo(4);
    expect(ratiosOf(rows, NO_OTHERS).statesPerSecondVsSpin).toBeNull();
  });

  it('tells the bytes per state of the largest scenario', () => {
    const rows = [
      row('a', 'mmucheck', 'compressed', 1, { bytesPerState: 30, states: 10 }),
      row('b', 'mmucheck', 'compressed', 1, { bytesPerState: 14, states: 20 }),
    ];
    expect(ratiosOf(rows, NO_OTHERS).bytesPerState).toBe(14);
  });
});

describe('samples', () => {
  it('have a median between the middle two', () => {
    expect(samplesOf([4, 1, 3, 2])).toEqual({ min: 1, median: 2.5, max: 4 });
    expect(samplesOf([5, 1, 3])).toEqual({ min: 1, median: 3, max: 5 });
  });

  it('have a geometric mean', () => {
    expect(geometricMean([2, 8])).toBeCloseTo(4);
  });
});
