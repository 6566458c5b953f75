import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openWorkspace } from '../workspace/project.js';
import { loadScenarios } from '../workspace/scenarios.js';
import { differences } from './comparison.js';
import { type CrossCheck, crossCheck } from './cross-check.js';
import type { Referee, RefereeResult } from './referee.js';
import { agrees, documentOf, Table } from './report.js';

const toy = openWorkspace(fileURLToPath(new URL('../cli/fixtures/toy', import.meta.url)));
const scenario = loadScenarios(toy, 'scenarios/doors.ts').find(({ name }) => name === 'doors/unlatched');

const right: RefereeResult = {
  states: 0,
  transitions: 0,
  properties: [],
  seconds: 0,
  limit: null,
};

function refereeWho(count: Referee['count']): Referee {
  return {
    name: 'Nobody',
    exporter: { target: 'promela', extension: '.x', text: ({ name }) => name },
    version: async () => '1',
    count,
  };
}

async function checkWith(count: Referee['count'], maxStates = 1000): Promise<CrossCheck> {
  if (scenario === undefined) throw new Error('no scenario');
  return crossCheck(scenario, {
    referees: [{ referee: refereeWho(count), maxStates }],
    memoryBytes: 2 ** 24,
    timeoutSeconds: 1,
    inFolder: (use) => use('/nowhere'),
    now: () => 0,
  });
}

/** What our engine says of the scenario. */
async function own(): Promise<RefereeResult> {
  return (await checkWith(async () => right)).own ?? right;
}

afterEach(() => void vi.unstubAllGlobals());

function tableOf(check: CrossCheck): string {
  const referee = refereeWho(async () => right);
  return new Table([{ name: check.scenario }], [{ referee, maxStates: 5 }]).row(check);
}

describe('a cross-check', () => {
  it('is content with the same answer', async () => {
    const result = await own();
    expect(result.properties.some(({ verdict }) => verdict === 'violated')).toBe(true);
    const check = await checkWith(async ({ text }) => {
      expect(text).toBe('doors/unlatched');
      return result;
    });
    expect(agrees(check)).toBe(true);
    expect(tableOf(check)).toContain('equal');
  });

  it('gives back what its own search has reserved, so that other programs can be started', async () => {
    let bytes = 0;
    class Counted extends SharedArrayBuffer {
      constructor(length: number) {
        super(length);
        bytes += length;
      }
    }
    vi.stubGlobal('SharedArrayBuffer', Counted);
    const reserved: number[] = [];
    // The first takes what searches before this test have given back, the second what is new.
    for (let run = 0; run < 3; run++) {
      bytes = 0;
      await own();
      reserved.push(bytes);
    }
    expect(reserved[2]).toBeLessThan(Math.max(...reserved) / 100);
  });

  it('takes what a referee does not count for granted', async () => {
    const result = await own();
    const properties = result.properties.map((each) => ({ ...each, length: null }));
    expect(agrees(await checkWith(async () => ({ ...result, transitions: null, properties })))).toBe(true);
  });

  it.each<[string, (result: RefereeResult) => RefereeResult, RegExp]>([
    ['states', (each) => ({ ...each, states: each.states + 1 }), /states: \d+ here, \d+ there/],
    ['transitions', (each) => ({ ...each, transitions: 1 }), /transitions: \d+ here, 1 there/],
    [
      'a verdict',
      (each) => ({
        ...each,
        properties: each.properties.map((one) => ({ ...one, verdict: 'holds' as const, length: null })),
      }),
      /T1: violated here, holds there/,
    ],
    [
      'a length',
      (each) => ({
        ...each,
        properties: each.properties.map((one) => ({ ...one, length: one.length && one.length + 1 })),
      }),
      /the shortest violation of T1: \d+ here, \d+ there/,
    ],
    ['a limit', (each) => ({ ...each, limit: 'time' as const }), /the limit of time was hit/],
  ])('finds other %s', async (_, spoil, message) => {
    const result = spoil(await own());
    const check = await checkWith(async () => result);
    expect(agrees(check)).toBe(false);
    expect(tableOf(check)).toMatch(message);
  });

  it('says what kept a referee from an answer', async () => {
    const check = await checkWith(async () => {
      throw new Error('gcc is tired');
    });
    expect(agrees(check)).toBe(false);
    expect(tableOf(check)).toContain('Nobody: gcc is tired');
  });

  it('does not ask about larger scenarios', async () => {
    const check = await checkWith(async () => right, 3);
    expect(check).toMatchObject({ own: null, others: [] });
    expect(tableOf(check)).toContain('too many');
  });
});

describe('the document of a cross-check', () => {
  it('says whether all agree', async () => {
    const referee = refereeWho(async () => right);
    const checks = [await checkWith(async () => right)];
    const document = documentOf(checks, { Nobody: '1' }, [{ referee, maxStates: 7 }]);
    expect(document).toMatchObject({ version: 1, agreed: false, maxStates: { Nobody: 7 } });
  });
});

describe('differences', () => {
  it('there are none between equals', async () => {
    const result = await own();
    expect(differences(result, result)).toEqual([]);
  });
});
