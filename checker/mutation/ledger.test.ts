import { expect, it } from 'vitest';
import { type Attempt, ledgerOf } from './ledger.js';

const known = (key: string) => ({ key, operator: 'drop', file: 'model/a.ts', line: 1 });
const attempt = (scenario: string, outcomes: Attempt['outcomes']): Attempt => ({
  scenario,
  identity: 'x',
  maxStates: 10,
  states: 5,
  outcomes,
  unreached: [],
});

it('puts attempts together: the shortest trace counts, and one kill is enough', () => {
  const attempts = [
    attempt('one', { a: 'P1 at 12', b: 'survived' }),
    attempt('two', { a: 'P8 at 7', b: 'open' }),
    attempt('three', { a: 'survived' }),
  ];
  const ledger = ledgerOf(['a', 'b', 'c'].map(known), attempts, { b: 'equivalent because' });
  expect(ledger).toMatchObject({
    version: 1,
    killed: 1,
    survived: 1,
    unreached: 1,
    explained: 1,
    equivalent: 1,
    stale: [],
  });
  expect(ledger.mutants.map(({ status }) => status)).toEqual(['killed', 'survived', 'unreached']);
  expect(ledger.mutants[0]?.killer).toEqual({ scenario: 'two', property: 'P8', depth: 7 });
  expect(ledger.mutants[1]).toMatchObject({ survived: 1, open: 1, explanation: 'equivalent because' });
});

it('calls explanations stale of what is killed and of what there is not', () => {
  const attempts = [attempt('one', { a: 'P1 at 12' })];
  expect(ledgerOf([known('a')], attempts, { a: 'equivalent', gone: 'equivalent' }).stale).toEqual([
    'a',
    'gone',
  ]);
});
