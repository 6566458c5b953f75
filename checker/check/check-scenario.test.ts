/** From the text of a scenario to its verdicts, with and without reductions. */
import { describe, expect, it } from 'vitest';
import { NO_REDUCTIONS } from '../reduction/index.js';
import { workspaceOf } from '../workspace/project.js';
import { loadScenarios } from '../workspace/scenarios.js';
import { type CheckOptions, checkScenario } from './check-scenario.js';
import type { ScenarioReport } from './report.js';

const HEAD = `import { assert, choose, current, process, property, type Op, type Range, type Vector, scenarios } from 'mmucheck/language';
interface State { owner: Range<-1, 1>; done: Vector<boolean, 2>; count: Range<0, 9>; noise: Range<0, 3> }
const common = { title: 't', claims: [], config: {}, witnesses: [] };
`;

async function check(text: string, options: Partial<CheckOptions> = {}): Promise<ScenarioReport> {
  const file = 'model/scenarios/X.ts';
  const [scenario] = loadScenarios(workspaceOf({ [file]: HEAD + text }), file);
  if (scenario === undefined) throw new Error('there is no scenario');
  return checkScenario(scenario, {
    limits: { memoryBytes: 2 ** 26 },
    properties: null,
    patches: [],
    signal: new AbortController().signal,
    onProgress: () => {},
    now: () => performance.now(),
    ...options,
  });
}

describe('an error that direct execution cannot see', () => {
  it('of the domain of a local is reported as an error of the model', async () => {
    const report = await check(`
      export function* overflow(s: State): Op {
        let small: Range<0, 1> = 0;
        for (;;) { yield; small = small + 1; s.done[0] = small === 1; }
      }
      export function nothing(s: State): boolean { return true; }
      export default scenarios({ default: { ...common, processes: [process('p', overflow)],
        properties: [property({ id: 'P1', title: 'nothing', invariant: nothing })] } });
    `);
    expect(report.results).toMatchObject([
      { id: 'P1', verdict: 'error', trace: { violation: { kind: 'model error', error: 'domain' } } },
    ]);
    expect(report.results[0]?.trace?.steps).toHaveLength(2);
  });

  it('of the depth of a recursion, too', async () => {
    const report = await check(`
      export function* descend(s: State, depth: Range<0, 1000>): Op {
        if (depth === 0) return;
        yield* descend(s, depth - 1);
      }
      export function* start(s: State): Op { yield; const depth: Range<0, 1000> = choose(0, 900); yield* descend(s, depth); }
      export function nothing(s: State): boolean { return true; }
      export default scenarios({ default: { ...common, processes: [process('p', start)],
        properties: [property({ id: 'P1', title: 'nothing', invariant: nothing })] } });
    `);
    expect(report.results).toMatchObject([
      { id: 'P1', verdict: 'error', trace: { violation: { kind: 'model error', error: 'recursion' } } },
    ]);
  });
});

describe('reductions', () => {
  const TWO = `
    export function* own(s: State): Op {
      yield () => s.owner < 0;
      s.owner = current();
      yield;
      s.noise = choose(0, 1, 2, 3);
      yield;
      s.count = s.count + 1;
      s.owner = -1;
      yield;
      s.done[current()] = true;
    }
    export function both(s: State): boolean { return !(s.done[0] && s.done[1]); }
    export default scenarios({ default: { ...common, setup(s: State) { s.owner = -1; },
      processes: [process('a', own), process('b', own)],
      properties: [property({ id: 'P1', title: 'not both', invariant: both }), property({ id: 'T7', title: 'no deadlock', deadlock: true })] } });
  `;

  it('are named, save states, and change neither verdicts nor traces', async () => {
    const [full, reduced] = [await check(TWO, { reductions: NO_REDUCTIONS }), await check(TWO)];
    expect(full.reductions).toEqual([]);
    expect(reduced.reductions).toEqual(expect.arrayContaining(['slicing', 'symmetry']));
    expect(reduced.states * 2).toBeLessThan(full.states);
    expect(reduced.results).toEqual(full.results);
    expect(reduced.results[0]?.trace?.steps).toHaveLength(8);
  });
});
