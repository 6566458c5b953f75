import { describe, expect, it } from 'vitest';
import { assumptionsOf, describeAssumptions } from './fairness.js';

const span = { file: 'm.ts', line: 1, column: 1 };
const step = (process: number, ...functions: readonly string[]) => ({
  process,
  boundary: 0,
  frames: functions.map((name) => ({ function: name, span, text: '' })),
});
const machine = {
  processes: ['cpu0', 'vcpu0', 'vcpu1'],
  steps: [step(0, 'zap', 'write_lock'), step(0, 'zap'), step(1, 'fault', 'read_lock'), step(2, 'fault')],
};

describe('assumptionsOf', () => {
  it('gives every process weak fairness', () => {
    const { requirements, isOwed } = assumptionsOf(machine, {});
    expect(requirements.map(({ name, kind }) => `${kind} ${name}`)).toEqual([
      'weak cpu0',
      'weak vcpu0',
      'weak vcpu1',
    ]);
    expect(isOwed).toEqual([true, true, true]);
  });

  it('gives none to whom nothing is owed', () => {
    const { requirements, isOwed } = assumptionsOf(machine, { unfair: ['vcpu*'] });
    expect(requirements.map(({ name }) => name)).toEqual(['cpu0']);
    expect(isOwed).toEqual([true, false, false]);
  });

  it('finds the steps of a function, in the processes that have any', () => {
    const { requirements } = assumptionsOf(machine, { strong: ['*:write_lock', '*:read_lock'] });
    const strong = requirements.filter(({ kind }) => kind === 'strong');
    expect(strong.map(({ name, steps }) => [name, [...steps]])).toEqual([
      ['cpu0:write_lock', [0]],
      ['vcpu0:read_lock', [2]],
    ]);
  });

  it('takes strong fairness of a whole process for its weak one', () => {
    const assumptions = assumptionsOf(machine, { strong: ['cpu0'] });
    expect(describeAssumptions(machine, assumptions)).toBe(
      'weak fairness of vcpu0, vcpu1; strong fairness of cpu0',
    );
  });

  it.each([
    [{ unfair: ['cpu1'] }, 'there is no process cpu1'],
    [{ strong: ['cpu0:fault'] }, 'cpu0 has no step in fault'],
  ])('refuses %j', (fairness, message) => {
    expect(() => assumptionsOf(machine, fairness)).toThrow(message);
  });

  it('lets a pattern match nobody', () => {
    expect(assumptionsOf(machine, { strong: ['ipi*', '*:mutex_lock'] }).requirements).toHaveLength(3);
  });
});
