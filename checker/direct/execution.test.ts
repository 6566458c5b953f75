import { applyPatches } from 'immer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RecordType, Type } from '../compiler/ir/program.js';
import { InputError } from '../diagnostics.js';
import { workspaceOf } from '../workspace/project.js';
import { loadScenarios, type Scenario } from '../workspace/scenarios.js';
import { DirectExecution, ScheduleError } from './execution.js';
import { initialState } from './schema.js';

const record = (name: string, mutable: boolean, fields: Readonly<Record<string, Type>>): RecordType => ({
  kind: 'record',
  name,
  mutable,
  fields: Object.entries(fields).map(([name, type]) => ({ name, type })),
});
const int = (lo: number, hi: number): Type => ({ kind: 'int', name: null, lo, hi });
const bool: Type = { kind: 'bool' };
const mode: Type = { kind: 'enum', name: 'Mode', values: ['OFF', 'ON'] };

const ENTRY = record('Entry', false, { pfn: int(0, 3), writable: bool });
const ROOT = record('State', true, {
  count: int(0, 5),
  low: int(2, 4),
  mode,
  tables: {
    kind: 'vector',
    length: { config: 'tables', plus: 0 },
    element: record('Table', true, {
      entries: { kind: 'vector', length: { config: 'tables', plus: 1 }, element: ENTRY },
      free: bool,
    }),
  },
});

const START = `import { assert, assume, choose, chooseBelow, current, process, property, rest, scenarios } from 'mmucheck/language';
interface Entry { readonly pfn: number; readonly writable: boolean }
interface Table { entries: Entry[]; free: boolean }
interface State { readonly config: { readonly tables: number }; count: number; low: number; mode: string; tables: Table[] }
`;

/** A scenario whose processes run the generators `a` and `b` of the given text. */
function scenario(text: string, setup = ''): Scenario {
  const names = ['a', 'b'].filter((name) => text.includes(`function* ${name}(`));
  const file = `${START}${text}
export default scenarios({ default: {
  title: 't', claims: [], config: { tables: 2 }, witnesses: [], properties: [property({ id: 'P1', title: 'p' })],
  processes: [${names.map((name) => `process('${name}', ${name})`).join(', ')}],
  setup(root: State) { ${setup} },
} });`;
  const [loaded] = loadScenarios(workspaceOf({ 'model/scenarios/X.ts': file }), 'model/scenarios/X.ts');
  if (loaded === undefined) throw new Error('no scenario');
  return loaded;
}

function start(text: string, setup = ''): DirectExecution {
  return DirectExecution.start(scenario(text, setup), ROOT);
}

describe('the initial state', () => {
  it('is all zero values, changed by setup', () => {
    const { state } = start(
      'export function* a(s: State) { yield; }',
      'root.tables[root.config.tables - 1].free = true;',
    );
    const entry = { pfn: 0, writable: false };
    expect(state).toEqual({
      count: 0,
      low: 2,
      mode: 'OFF',
      tables: [false, true].map((free) => ({ entries: [entry, entry, entry], free })),
    });
    expect(Object.isFrozen(state)).toBe(true);
  });

  it.each([
    ['root.count = 9;', 'count is 9, outside 0..5'],
    ["root.mode = 'HALF';", 'mode is "HALF", not one of OFF, ON'],
    ['root.tables.push(root.tables[0]);', 'tables has 3 elements, not 2 elements'],
    ['delete (root as Partial<State>).low;', 'low is undefined, outside 2..4'],
    ['Object.assign(root.tables[1].entries[2], { x: 1 });', 'tables[1].entries[2].x is no field of Entry'],
    ['root.tables[0].entries[0] = { pfn: 0.5, writable: true };', 'tables[0].entries[0].pfn is 0.5'],
    ['root.tables[7].free = true;', 'setup of scenario X failed'],
  ])('is checked: %s', (setup, message) => {
    const wrong = scenario('export function* a(s: State) { yield; }', setup);
    expect(() => initialState(wrong, ROOT)).toThrow(message);
    expect(() => initialState(wrong, ROOT)).toThrow(InputError);
  });
});

describe('a step', () => {
  it('runs from one yield to the next, and leaves the versions before it alone', () => {
    const execution = start(`export function* a(s: State) {
      const half = 1;
      yield;
      s.count = half; s.tables[1].entries[2] = { ...s.tables[1].entries[2], pfn: 3 };
      yield;
      s.count += s.tables[1].entries[2].pfn;
    }`);
    const first = execution.state;
    const one = execution.step(0, []);
    expect(one).toMatchObject({ outcome: 'boundary', choices: [], failure: null });
    expect(execution.step(0, [])).toMatchObject({ outcome: 'end', state: { count: 4 } });
    expect(execution.finished(0)).toBe(true);
    expect(() => execution.step(0, [])).toThrow(ScheduleError);
    expect(first['count']).toBe(0);
    expect(applyPatches(first, [...one.patches])).toEqual(one.state);
    expect(one.patches.map(({ path }) => path.join('.'))).toEqual(['tables.1.entries.2', 'count']);
  });

  it('may run through several boundaries, with all their choices', () => {
    const text = `export function* a(s: State) {
      yield; s.count += choose(1, 2);
      yield; s.count += chooseBelow(3);
      yield; s.count += choose(1);
      yield;
    }`;
    const merged = start(text);
    expect(merged.step(0, [1, 2], 3)).toMatchObject({
      outcome: 'boundary',
      state: { count: 5 },
      choices: [1, 2],
    });
    expect(() => start(text).step(0, [1], 3)).toThrow('more than 1 choices');
    expect(() => start(text).step(0, [1, 2, 0], 3)).toThrow('2 of 3 choices');
    expect(() => start(text).step(0, [2], 1)).toThrow('choice 2 of 2');
  });

  it('keeps places that were passed as parameters, and values as snapshots', () => {
    const execution = start(`function* toggle(table: Table, index: number) {
      const old = table.entries[index];
      yield; table.free = !table.free; table.entries[index] = { ...old, writable: true };
      yield; table.free = !table.free; table.entries[index] = { ...old, pfn: 2 };
    }
    export function* a(s: State) { yield; yield* toggle(s.tables[s.count], 1); }
    export function* b(s: State) { yield; s.count = 1; }`);
    execution.step(0, []);
    execution.step(1, []);
    execution.step(0, []);
    expect(execution.state).toMatchObject({
      tables: [{ free: true, entries: [{}, { writable: true, pfn: 0 }, {}] }, {}],
    });
    execution.step(0, []);
    expect(execution.state).toMatchObject({
      tables: [{ free: false, entries: [{}, { writable: false, pfn: 2 }, {}] }, {}],
    });
  });

  it('is not enabled where its guard or an assumption fails, and the process stays usable', () => {
    const execution = start(`export function* a(s: State) {
      let mine = 0;
      yield; mine = choose(1, 2); s.count = mine;
      yield () => s.mode === 'ON';
      mine += chooseBelow(3); s.count = mine; assume(mine !== 3);
      yield; s.count += mine;
    }
    export function* b(s: State) { yield; s.mode = 'ON'; }`);
    execution.step(0, [1]);
    const before = execution.state;
    expect(execution.step(0, [0])).toMatchObject({
      outcome: 'disabled',
      state: before,
      patches: [],
      choices: [],
    });
    execution.step(1, []);
    expect(execution.step(0, [1])).toMatchObject({ outcome: 'disabled', choices: [1] });
    expect(execution.alternatives(0).map(({ outcome, choices }) => [outcome, ...choices])).toEqual([
      ['boundary', 0],
      ['disabled', 1],
      ['boundary', 2],
    ]);
    execution.step(0, [0]);
    expect(execution.step(0, [])).toMatchObject({ outcome: 'end', state: { count: 4 } });
  });

  it.each([
    ['s.count = 6;', 'domain', null],
    ['s.count = 1 / 2;', 'domain', null],
    ["s.mode = 'HALF';", 'domain', null],
    ['s.tables[0].entries[0] = { pfn: 4, writable: true };', 'domain', null],
    ['s.tables[0].entries[0] = { writable: true } as Entry;', 'domain', null],
    ['s.tables[2].free = true;', 'index', null],
    ['s.tables[-1].free = true;', 'index', null],
    ['s.count = s.tables[0].entries[s.count - 1].pfn;', 'index', null],
    ["assert(s.count > 0, 'P5', 'never');", 'assertion', 'P5'],
    ["assert(s.count > 0, '', 'never');", 'assertion', null],
  ])('that fails has no successor: %s', (text, kind, property) => {
    const execution = start(
      `export function* a(s: State) { yield; s.low = 3; if (choose(true, false)) { ${text} } yield; }`,
    );
    expect(execution.step(0, [0])).toMatchObject({
      outcome: 'failure',
      failure: { kind, property },
      patches: [],
    });
    expect(execution.state['low']).toBe(2);
    expect(execution.step(0, [1])).toMatchObject({ outcome: 'boundary', state: { low: 3 } });
  });

  it('knows its process, also in guards', () => {
    const execution =
      start(`export function* a(s: State) { yield () => current() === 0; s.count += current() + 1; }
    export function* b(s: State) { yield () => current() === 1; s.count += current() + 1; }`);
    execution.step(0, []);
    execution.step(1, []);
    expect(execution.state['count']).toBe(3);
  });

  it('cannot use the state before the first yield, or replace a place', () => {
    expect(() => start('export function* a(s: State) { s.count = 1; yield; }')).toThrow(
      'no state may be used',
    );
    const execution = start('export function* a(s: State) { yield; s.tables[0] = s.tables[1]; }');
    expect(() => execution.step(0, [])).toThrow('tables[0] is a place');
  });
});

describe('resting', () => {
  it('holds where the process yields rest and its condition holds', () => {
    const execution = start(`export function* a(s: State) { yield rest(() => s.count === 0); yield; }
    export function* b(s: State) { yield; s.count = 1; yield; }`);
    const all = () => [execution.resting(0), execution.resting(1), execution.unfinished];
    expect(all()).toEqual([true, false, true]);
    execution.step(1, []);
    expect(all()).toEqual([false, false, true]);
    execution.step(1, []);
    execution.step(0, []);
    expect([...all(), execution.finished(1)]).toEqual([false, false, true, true]);
    execution.step(0, []);
    expect(execution.unfinished).toBe(false);
  });
});

describe('predicates', () => {
  it('look at one state or two, and change neither', () => {
    const execution = start('export function* a(s: State) { yield; s.count = 3; yield; }');
    const before = execution.state;
    const { state: after } = execution.step(0, []);
    const count = (state: { count: number }) => state.count === 3;
    expect([execution.evaluate(count, before), execution.evaluate(count, after)]).toEqual([false, true]);
    const grows = (old: { count: number }, now: { count: number }) => old.count < now.count;
    expect(execution.evaluateStep(grows, before, after)).toBe(true);
    expect(execution.evaluateStep(grows, after, before)).toBe(false);
    const writes = (state: { count: number }) => {
      state.count = 1;
      return true;
    };
    expect(() => execution.evaluate(writes, before)).toThrow();
  });
});

describe('disabled and failing steps', () => {
  it('leave no trace, for any schedule', () => {
    const text = `export function* a(s: State) {
      let sum = 0;
      for (;;) {
        yield () => s.mode === 'OFF' || sum < 2;
        const by = chooseBelow(4);
        s.low = 2 + (s.low + by) % 3;
        assume(by < 3);
        sum = (sum + by) % 4;
        s.count = sum + by;
        assert(sum !== by, '', 'equal');
      }
    }
    export function* b(s: State) { for (;;) { yield; s.mode = choose('ON', 'OFF'); } }`;
    const schedule = fc.array(fc.tuple(fc.nat(1), fc.nat(3)), { maxLength: 40 });
    fc.assert(
      fc.property(schedule, (steps) => {
        const all = start(text);
        const taken = steps.filter(([process, choice]) => {
          const { outcome } = all.step(process, [process === 1 ? choice % 2 : choice]);
          return outcome === 'boundary';
        });
        const only = start(text);
        for (const [process, choice] of taken) only.step(process, [process === 1 ? choice % 2 : choice]);
        expect(only.state).toEqual(all.state);
        expect(only.alternatives(0)).toEqual(all.alternatives(0));
      }),
      { numRuns: 50 },
    );
  });
});
