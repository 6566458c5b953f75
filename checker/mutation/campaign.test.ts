import { expect, it } from 'vitest';
import { Campaign, type CampaignOptions } from './campaign.js';
import type { Attempt, Known } from './ledger.js';

const known = (key: string): Known => ({ key, operator: 'drop', file: 'model.ts', line: 1 });
const mutants = ['a', 'b', 'c'].map(known);
const attempt = (scenario: string, outcomes: Attempt['outcomes'], rest: Partial<Attempt> = {}): Attempt => ({
  scenario,
  identity: '1',
  maxStates: 100,
  states: 10,
  outcomes,
  unreached: [],
  ...rest,
});
const killers = {
  a: { scenario: 'one', property: 'P1' },
  b: { scenario: 'one', property: 'P1' },
  c: { scenario: 'two', property: 'T1' },
};

function campaign(options: Partial<CampaignOptions> = {}): Campaign {
  const made = new Campaign({
    killers: {},
    attempts: [],
    filter: '',
    everywhere: false,
    confirms: false,
    ...options,
  });
  for (const scenario of ['one', 'two', 'three']) made.read(scenario, mutants, '1');
  return made;
}

const jobs = ['three', 'two', 'one'].map((scenario) => ({ scenario }));
const namesOf = (made: Campaign): string[] => made.inOrder(jobs).map(({ scenario }) => scenario);

it('runs those first that have killed most, then the small ones', () => {
  expect(namesOf(campaign({ killers }))).toEqual(['one', 'two', 'three']);
  const attempts = [attempt('three', {}, { states: 5 }), attempt('two', {}, { states: 2 })];
  expect(namesOf(campaign({ attempts }))).toEqual(['one', 'two', 'three']);
  expect(namesOf(campaign({ killers, confirms: true }))).toEqual(['one', 'two']);
});

it('tries what was not killed, and leaves to another scenario what that has killed before', () => {
  const made = campaign({ killers });
  expect(made.selectionFor('one')).toEqual({ skip: ['c'], only: null, known: [] });
  made.take(attempt('one', { a: 'P1 at 3', b: 'survived' }));
  expect(made.killed).toBe(1);
  // The other scenario has not killed it this time, so the next one tries it.
  expect(made.selectionFor('three').skip).toEqual(['a']);
  expect(made.selectionFor('two').skip).toEqual(['a', 'b']);
});

it('tries everything everywhere on demand', () => {
  const made = campaign({ killers, everywhere: true });
  made.take(attempt('one', { a: 'P1 at 3' }));
  expect(made.selectionFor('two').skip).toEqual([]);
});

it('confirms only what a scenario has killed before', () => {
  expect(campaign({ killers, confirms: true }).selectionFor('one').only).toEqual(['a', 'b']);
});

it('does not count what was found with another program', () => {
  const old = attempt('one', { a: 'P1 at 3' }, { identity: '0' });
  const made = campaign({ attempts: [old, attempt('two', { b: 'P1 at 4' })] });
  expect(made.killed).toBe(1);
  expect(made.valid.map(({ scenario }) => scenario)).toEqual(['two']);
  expect(made.selectionFor('one')).toMatchObject({ skip: ['b'], known: [old] });
});

it('gives what comes without an identity that of its scenario', () => {
  expect(campaign().take(attempt('one', {}, { identity: '' })).identity).toBe('1');
});

it('knows only the mutants that are asked for', () => {
  const made = campaign({ filter: 'b' });
  made.take(attempt('one', { a: 'P1 at 3', b: 'P1 at 3' }));
  expect(made.keys).toEqual(['b']);
  expect(made.killed).toBe(1);
});
