import { describe, expect, test } from 'vitest';
import { buildTrace, type Finding } from './build.js';
import { parseTrace } from './parse.js';
import { replayTrace } from './replay.js';
import { serializeTrace } from './serialize.js';
import { run, type Toy, type ToyStep, toyMachine } from './testing/toy-machine.js';
import type { Trace } from './trace.js';

const property = { id: 'P1', title: 'no update is lost' };
const source = {
  scenario: { name: 'toy', file: 'toy.ts', title: 'A toy', claims: [] },
  model: { hash: '0', patches: [] },
  configuration: {},
};

/** Two processes read a counter and write it back, with a lock that may be left out. */
const read = (name: string): ToyStep => ({
  calls: ['increment(kvm)', 'READ_ONCE(kvm.n)'],
  run: (state) => void (state[name] = state['n'] ?? 0),
});
const write = (name: string): ToyStep => ({
  calls: ['increment(kvm)', 'WRITE_ONCE(kvm.n)'],
  run: (state) => void (state['n'] = (state[name] ?? 0) + 1),
});
const done: ToyStep = {
  calls: ['increment(kvm)', 'done(kvm)'],
  run: (state) => void (state['done'] = (state['done'] ?? 0) + 1),
};
const lock: ToyStep = {
  calls: ['increment(kvm)', 'spin_lock(kvm.lock)'],
  when: (state) => state['lock'] === 0,
  run: (state) => void (state['lock'] = 1),
};
const unlock: ToyStep = {
  calls: ['increment(kvm)', 'spin_unlock(kvm.lock)'],
  run: (state) => void (state['lock'] = 0),
};
const trace_me: ToyStep = { calls: ['increment(kvm)', 'trace_me(kvm)'] };

const initial = { n: 0, a: 0, b: 0, done: 0, lock: 0 };
const invariant: Toy['invariant'] = (state) => state['done'] !== 2 || state['n'] === 2;
const racy = (
  a: readonly ToyStep[] = [read('a'), write('a'), done],
  b: readonly ToyStep[] = [read('b'), write('b'), done],
): Toy => ({
  initial,
  processes: { CPU0: a, CPU1: b },
  invariant,
});

const schedule = [['CPU0'], ['CPU1'], ['CPU0'], ['CPU1'], ['CPU0'], ['CPU1']] as const;
const lost = record(racy(), schedule, 'invariant');

describe('building', () => {
  test('records who did what, where, and what it changed', () => {
    expect(lost.processes).toEqual(['CPU0', 'CPU1']);
    expect(
      lost.steps.map((step) => [step.process, step.label, ...step.changes.map((each) => each.path)]),
    ).toEqual([
      ['CPU0', 'READ_ONCE(kvm.n)'],
      ['CPU1', 'READ_ONCE(kvm.n)'],
      ['CPU0', 'WRITE_ONCE(kvm.n)', 'n'],
      ['CPU1', 'WRITE_ONCE(kvm.n)'],
      ['CPU0', 'done(kvm)', 'done'],
      ['CPU1', 'done(kvm)', 'done'],
    ]);
    expect(lost.steps[0]?.stack.map((frame) => frame.function)).toEqual(['increment', 'READ_ONCE']);
    expect(lost.standing).toEqual([null, null]);
    expect(parseTrace(serializeTrace(lost), 'a')).toEqual(lost);
  });

  test('names the locks that are held', () => {
    const toy = racy([lock, read('a'), unlock], []);
    const trace = record(toy, [['CPU0'], ['CPU0'], ['CPU0']], 'invariant');
    expect(trace.locks).toEqual(['lock']);
    expect(trace.steps.map((step) => step.locks)).toEqual([{ lock: '1' }, { lock: '1' }, {}]);
  });

  test('an error is the last step, which has no successor', () => {
    const toy: Toy = { initial, processes: { CPU0: [read('a'), { calls: ['f()'], run: () => 'never' }] } };
    const trace = record(toy, [['CPU0'], ['CPU0']], 'error');
    expect(trace.violation).toMatchObject({
      kind: 'assertion',
      message: 'never',
      stack: [{ function: 'f' }],
    });
    expect(trace.steps).toHaveLength(2);
    expect(trace.standing[0]).not.toBeNull();
    expect(parseTrace(serializeTrace(trace), 'a')).toEqual(trace);
  });

  test('processes of one name get numbers', () => {
    const machine = { ...toyMachine(racy()), processes: ['CPU', 'CPU'] };
    const trace = buildTrace(machine, [], source, { property, kind: 'invariant' });
    expect(trace.processes).toEqual(['CPU', 'CPU#2']);
  });
});

describe('replay', () => {
  test('on the same model the violation is there again', () => {
    const result = replayTrace(lost, toyMachine(racy()));
    expect(result).toMatchObject({ outcome: 'violated', step: 6, notes: [] });
    expect(result.sentence).toBe('P1 (no update is lost) is violated again, at step 6 of 6.');
    expect(record(racy(), schedule, 'invariant').steps).toEqual(
      buildTrace(toyMachine(racy()), result.transitions, source, { property, kind: 'invariant' }).steps,
    );
  });

  test('with a lock it stops where the second process has to wait', () => {
    const locked = racy(
      [lock, read('a'), write('a'), unlock, done],
      [lock, read('b'), write('b'), unlock, done],
    );
    const result = replayTrace(lost, toyMachine(locked));
    expect(result).toMatchObject({ outcome: 'impossible', step: 2, reason: 'disabled' });
    expect(result.notes).toEqual(['Before step 1, CPU0 first runs spin_lock(kvm.lock).']);
    expect(result.sentence).toBe(
      'The trace stops being possible at step 2 of 6: CPU1 stands at spin_lock(kvm.lock) in increment (toy.ts:14), ' +
        'which is not enabled, and cannot run READ_ONCE(kvm.n).',
    );
  });

  test('where it has to wait a little later, it says both', () => {
    const locked = racy([read('a'), lock, write('a'), done], [read('b'), trace_me, lock, write('b'), done]);
    const result = replayTrace(lost, toyMachine(locked));
    expect(result).toMatchObject({ outcome: 'impossible', step: 4, reason: 'disabled' });
    expect(result.sentence).toBe(
      'The trace stops being possible at step 4 of 6: CPU1 stands at trace_me(kvm) in increment (toy.ts:14) instead of ' +
        'WRITE_ONCE(kvm.n), and 1 step later waits at spin_lock(kvm.lock) in increment (toy.ts:14).',
    );
  });

  test('a step that was added does not matter if it can be taken', () => {
    const result = replayTrace(lost, toyMachine(racy([read('a'), trace_me, write('a'), done])));
    expect(result).toMatchObject({ outcome: 'violated', step: 6 });
    expect(result.notes).toEqual(['Before step 3, CPU0 first runs trace_me(kvm).']);
    expect(result.transitions).toHaveLength(7);
  });

  test('a step that was removed is skipped', () => {
    const traced = racy([read('a'), trace_me, write('a'), done]);
    const trace = record(traced, [['CPU0'], ['CPU0'], ...schedule.slice(1)], 'invariant');
    const result = replayTrace(trace, toyMachine(racy()));
    expect(result).toMatchObject({ outcome: 'violated', step: 7 });
    expect(result.notes).toEqual(['Step 2, CPU0: trace_me(kvm), does not happen.']);
  });

  test('a process that has finished stops it', () => {
    const result = replayTrace(lost, toyMachine(racy([read('a')])));
    expect(result).toMatchObject({ outcome: 'impossible', step: 3, reason: 'finished' });
    expect(result.sentence).toContain('CPU0 has finished and cannot run WRITE_ONCE(kvm.n)');
  });

  test('so does a process that takes another way, to its end or for long', () => {
    const short = replayTrace(lost, toyMachine(racy([read('a'), trace_me])));
    expect(short).toMatchObject({ outcome: 'impossible', step: 3, reason: 'elsewhere', notes: [] });
    expect(short.sentence).toContain(
      'CPU0 stands at trace_me(kvm) in increment (toy.ts:14) and does not come to WRITE_ONCE(kvm.n)',
    );
    const other = Array.from({ length: 40 }, (): ToyStep => trace_me);
    const result = replayTrace(lost, toyMachine(racy([read('a'), ...other])));
    expect(result).toMatchObject({ outcome: 'impossible', step: 3, reason: 'elsewhere' });
  });

  test('so does a process that is not there', () => {
    const result = replayTrace(lost, toyMachine({ initial, processes: { CPU0: [read('a')] }, invariant }));
    expect(result).toMatchObject({ outcome: 'impossible', step: 2, reason: 'no process' });
  });

  test('so does a choice that is not there', () => {
    const choosing = (choices: number): ToyStep => ({ ...read('a'), choices });
    const trace = record(
      racy([choosing(4), write('a'), done]),
      [['CPU0', 3], ...schedule.slice(1)],
      'invariant',
    );
    expect(replayTrace(trace, toyMachine(racy([choosing(4), write('a'), done])))).toMatchObject({
      outcome: 'violated',
    });
    const result = replayTrace(trace, toyMachine(racy([choosing(2), write('a'), done])));
    expect(result).toMatchObject({ outcome: 'impossible', step: 1, reason: 'choice' });
    expect(result.sentence).toContain('does not offer the choices 3 but 0 or 1');
    // No choice at all any more: the step is taken as it is.
    expect(replayTrace(trace, toyMachine(racy()))).toMatchObject({ outcome: 'violated', step: 6 });
  });

  test('so does another error', () => {
    const failing: ToyStep = { ...write('a'), run: () => 'somebody else has written' };
    const result = replayTrace(lost, toyMachine(racy([read('a'), failing, done])));
    expect(result).toMatchObject({ outcome: 'impossible', step: 3, reason: 'error' });
    expect(result.sentence).toContain('somebody else has written');
  });

  test('steps that do not happen may be why there is no violation', () => {
    const atomic: ToyStep = { ...read('a'), run: (state) => void (state['n'] = 1) };
    const result = replayTrace(lost, toyMachine(racy([atomic, done])));
    expect(result).toMatchObject({ outcome: 'no violation' });
    expect(result.sentence).toBe('P1 is not violated: 1 of the 6 steps do not happen.');
  });

  test('it may run to its end without the violation', () => {
    const result = replayTrace(lost, toyMachine({ ...racy(), invariant: () => true }));
    expect(result).toMatchObject({ outcome: 'no violation' });
    expect(result.sentence).toBe('All 6 steps are possible, but P1 is not violated.');
  });

  test('a violated step property is found at its step, an error as the same error, a deadlock at its end', () => {
    const step: Toy['step'] = (before, after) => (before['n'] ?? 0) <= (after['n'] ?? 0);
    const down: Toy = {
      initial: { ...initial, n: 2 },
      processes: { CPU0: [read('a'), { ...write('a'), run: (s) => void (s['n'] = 0) }] },
      step,
    };
    const two = [['CPU0'], ['CPU0']] as const;
    expect(replayTrace(record(down, two, 'step'), toyMachine(down))).toMatchObject({
      outcome: 'violated',
      step: 2,
    });
    const failing: Toy = {
      initial,
      processes: { CPU0: [read('a'), { calls: ['f()'], run: () => 'never' }] },
    };
    expect(replayTrace(record(failing, two, 'error'), toyMachine(failing))).toMatchObject({
      outcome: 'violated',
      step: 2,
    });
    const stuck: Toy = { initial, processes: { CPU0: [lock, lock] } };
    const deadlock = record(stuck, [['CPU0']], 'deadlock');
    expect(deadlock.violation.message).toBe('after step 1, CPU0 can never go on');
    expect(replayTrace(deadlock, toyMachine(stuck))).toMatchObject({ outcome: 'violated', step: 1 });
    expect(replayTrace(deadlock, toyMachine({ initial, processes: { CPU0: [lock] } }))).toMatchObject({
      outcome: 'no violation',
    });
  });

  test('a scenario that does not check the property is refused', () => {
    expect(() => replayTrace(lost, toyMachine({ initial, processes: racy().processes }))).toThrow(
      'does not check P1',
    );
  });
});

function record(toy: Toy, schedule: readonly (readonly [string, number?])[], kind: Finding['kind']): Trace {
  const machine = toyMachine(toy);
  return buildTrace(machine, run(machine, schedule), source, { property, kind });
}
