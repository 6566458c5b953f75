import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RecordType, Type } from '../checker/compiler/ir/program.js';
import { DirectExecution } from '../checker/direct/execution.js';
import { workspaceOf } from '../checker/workspace/project.js';
import { loadScenarios, type Scenario } from '../checker/workspace/scenarios.js';
import { labelOf } from './build.js';
import { confirmTrace } from './confirm.js';
import { FORMAT, type Trace, type TraceStep, VERSION, type Violation } from './trace.js';
import { differences, type RecordTree } from './tree.js';

const MODEL = `import { assert, choose, process, property, rest, scenarios } from 'mmucheck/language';
interface State { n: number; read: number[]; done: number; lock: boolean }
export function* increment(s: State, me: number) {
  yield; s.read[me] = s.n;
  yield; s.n = s.read[me] + choose(1, 2);
  yield; s.done++;
}
export function* locker(s: State) {
  yield () => !s.lock; s.lock = true;
  yield () => !s.lock;
}
export function* careful(s: State) {
  yield; s.n++;
  yield; assert(s.n < 2, 'P4', 'n is too large');
}
export function* idle(s: State) { yield rest(() => s.n === 0); }
export const none_lost = (s: State) => s.done < 2 || s.n >= 2;
export const grows = (before: State, after: State) => before.n <= after.n;
const properties = [
  property({ id: 'P1', title: 'no update is lost', invariant: none_lost }),
  property({ id: 'P2', title: 'n grows', step: grows }),
  property({ id: 'P3', title: 'no deadlock', deadlock: true }),
  property({ id: 'P4', title: 'n stays small' }),
];
const common = { title: 't', claims: [], config: {}, witnesses: [], properties };
export default scenarios({
  race: { ...common, processes: [process('CPU0', increment, 0), process('CPU1', increment, 1)] },
  stuck: { ...common, processes: [process('CPU0', locker), process('CPU1', locker), process('CPU2', idle)] },
  assertion: { ...common, processes: [process('CPU0', careful), process('CPU1', careful)] },
});
`;

const int: Type = { kind: 'int', name: null, lo: 0, hi: 9 };
const ROOT: RecordType = {
  kind: 'record',
  name: 'State',
  mutable: true,
  fields: [
    { name: 'n', type: int },
    { name: 'read', type: { kind: 'vector', length: 2, element: int } },
    { name: 'done', type: int },
    { name: 'lock', type: { kind: 'bool' } },
  ],
};

const scenarios = loadScenarios(workspaceOf({ 'model/scenarios/X.ts': MODEL }), 'model/scenarios/X.ts');

function scenarioOf(name: string): Scenario {
  const found = scenarios.find((each) => each.name === `X/${name}`);
  if (found === undefined) throw new Error(`no scenario ${name}`);
  return found;
}

type Schedule = readonly (readonly [process: number, ...choices: number[]])[];

/** A trace as the compiled model would have it, made by the direct execution. */
function record(name: string, schedule: Schedule, property: string, violation: Partial<Violation>): Trace {
  const execution = DirectExecution.start(scenarioOf(name), ROOT);
  const processes = scenarioOf(name).spec.processes.map((each) => each.name);
  const initial = execution.state as RecordTree;
  const steps = schedule.map(([process, ...choices]): TraceStep => {
    const before = execution.state as RecordTree;
    const after = execution.step(process, choices).state as RecordTree;
    const stack = [{ function: 'f', file: 'model/x.ts', line: 7, column: 3, text: 'yield' }];
    const changes = differences(before, after);
    return {
      process: processes[process] ?? '',
      label: labelOf(stack),
      stack,
      choices,
      boundaries: 1,
      locks: {},
      changes,
    };
  });
  return {
    format: FORMAT,
    version: VERSION,
    scenario: { name: `X/${name}`, file: 'model/scenarios/X.ts', title: 't', claims: [] },
    model: { hash: '0', patches: [] },
    configuration: {},
    property: { id: property, title: '' },
    violation: { kind: 'invariant', message: '', error: null, stack: null, ...violation },
    processes,
    locks: [],
    initial,
    steps,
    standing: processes.map(() => null),
  };
}

function confirm(trace: Trace) {
  const scenario = scenarioOf(trace.scenario.name.slice(2));
  return confirmTrace(trace, DirectExecution.start(scenario, ROOT), scenario.spec.properties);
}

const LOST: Schedule = [[0], [1], [0, 0], [1, 0], [0], [1]];
const lost = record('race', LOST, 'P1', {});

describe('a true counterexample is confirmed', () => {
  test('to an invariant', () => expect(confirm(lost)).toEqual({ confirmed: true }));

  test('to a property of steps', () => {
    const trace = record('race', [[1], [0], [0, 1], [1, 0]], 'P2', { kind: 'step' });
    expect(confirm(trace)).toEqual({ confirmed: true });
  });

  test('that ends in a failing assertion', () => {
    const trace = record('assertion', [[0], [1], [0]], 'P4', {
      kind: 'assertion',
      message: 'n is too large',
    });
    expect(confirm(trace)).toEqual({ confirmed: true });
  });

  test.each(['domain', 'recursion', 'arithmetic'] as const)(
    'that ends in an error which direct execution cannot see: %s',
    (error) => {
      const trace = record('race', [[0], [1], [0, 1]], 'error', { kind: 'model error', error });
      expect(confirm(trace)).toEqual({ confirmed: true });
    },
  );

  test('that ends in a deadlock', () => {
    expect(confirm(record('stuck', [[0]], 'P3', { kind: 'deadlock' }))).toEqual({ confirmed: true });
  });
});

describe('a false one is refuted, with the step at which it is wrong', () => {
  const cases: [string, Trace, number, RegExp][] = [
    ['an invariant that holds', record('race', LOST.slice(0, 5), 'P1', {}), 5, /P1 holds in the last state/],
    [
      'a step that is as it should be',
      record('race', [[1], [0], [0, 1]], 'P2', { kind: 'step' }),
      3,
      /P2 holds for the last step/,
    ],
    [
      'a deadlock in which somebody can go on',
      record('race', [[0]], 'P3', { kind: 'deadlock' }),
      1,
      /CPU0 can go on/,
    ],
    ['a deadlock in which all rest', record('stuck', [], 'P3', { kind: 'deadlock' }), 0, /CPU0 can go on/],
    [
      'a property that the scenario lacks',
      { ...lost, property: { id: 'P9', title: '' } },
      6,
      /no invariant P9/,
    ],
    [
      'an assertion that holds',
      record('assertion', [[0], [0]], 'P4', { kind: 'assertion' }),
      2,
      /comes to 'end', not to an error/,
    ],
    [
      'an index out of range that is within',
      record('race', [[0], [1], [0, 1]], 'error', { kind: 'model error', error: 'index' }),
      3,
      /comes to 'boundary', not to an error/,
    ],
    [
      'an error that cannot be seen, in a step that cannot be taken',
      changed(record('race', [[0], [1], [0, 1]], 'error', { kind: 'model error', error: 'domain' }), 3, {
        choices: [1, 1],
      }),
      3,
      /comes to 'boundary', not to an error/,
    ],
    [
      'another assertion',
      record('assertion', [[0], [1], [0]], 'P4', { kind: 'assertion', message: 'else' }),
      3,
      /another error:\n {2}compiled assertion: else\n {2}direct {3}assertion P4: n is too large/,
    ],
    [
      'another property’s assertion',
      record('assertion', [[0], [1], [0]], 'P5', { kind: 'assertion', message: 'n is too large' }),
      3,
      /another error/,
    ],
    [
      'a step that fails',
      record('assertion', [[0], [1], [0]], 'P4', {}),
      3,
      /comes to 'failure' \(n is too large\)/,
    ],
    [
      'another initial state',
      { ...lost, initial: { ...lost.initial, done: 1 }, steps: [] },
      0,
      /initial states differ:\n {2}done: compiled 1, direct 0/,
    ],
    [
      'a state of another shape',
      { ...lost, initial: { n: 0 }, steps: [] },
      0,
      /done: compiled has none, direct 0/,
    ],
    ['a choice that is not there', changed(lost, 3, { choices: [2] }), 3, /cannot take it: choice 2 of 2/],
    ['too many boundaries', changed(lost, 6, { boundaries: 2 }), 6, /cannot take it: CPU1 has finished/],
    [
      'a step that is not enabled',
      record('stuck', [[0], [1]], 'P3', { kind: 'deadlock' }),
      2,
      /comes to 'disabled'/,
    ],
  ];
  test.each(cases)('%s', (_, trace, step, report) => {
    const result = confirm(trace);
    expect(result).toMatchObject({ confirmed: false, step });
    if (result.confirmed) return;
    expect(result.report).toMatch(report);
    expect(result.report).toContain(`the counterexample to ${trace.property.id} in ${trace.scenario.name}`);
  });

  test('any value that is wrong in any state', () => {
    fc.assert(
      fc.property(
        fc.nat(LOST.length - 1),
        fc.constantFrom('n', 'done', 'read[0]', 'read[1]'),
        fc.integer({ min: 1, max: 4 }),
        (at, path, by) => {
          const wrong = miscompiled(lost, at, path, by);
          expect(confirm(wrong)).toMatchObject({ confirmed: false, step: at + 1 });
        },
      ),
    );
  });
});

function changed(trace: Trace, step: number, change: Partial<TraceStep>): Trace {
  return {
    ...trace,
    steps: trace.steps.map((each, index) => (index === step - 1 ? { ...each, ...change } : each)),
  };
}

/** The trace with one more change in a step, carried on through the later ones. */
function miscompiled(trace: Trace, at: number, path: string, by: number): Trace {
  let off = 0;
  const steps = trace.steps.map((step, index): TraceStep => {
    const own = step.changes.find((each) => each.path === path);
    const others = step.changes.filter((each) => each.path !== path);
    if (index < at) return step;
    if (index > at) {
      if (own === undefined) return step;
      const change = { ...own, before: Number(own.before) + off };
      off = 0;
      return { ...step, changes: [...others, change] };
    }
    off = by;
    const before = own?.before ?? valueBefore(trace, at, path);
    const after = Number(own?.after ?? before) + by;
    return { ...step, changes: [...others, { path, before, after }] };
  });
  return { ...trace, steps };
}

function valueBefore(trace: Trace, at: number, path: string): number {
  const change = trace.steps.slice(0, at).findLast((step) => step.changes.some((each) => each.path === path));
  return Number(change?.changes.find((each) => each.path === path)?.after ?? 0);
}
