import { expect, it } from 'vitest';
import type { Verdict } from '../language/index.js';
import { summary } from './catalogue.js';

it.each<[string, string]>([
  ['P1 holds, P2 holds', 'holds'],
  ['P1 violated', 'P1 violated'],
  ['P1 violated, P2 violated', 'P1 P2 violated'],
  ['P1 holds, P2 violated, P3 holds', 'P2 violated'],
  ['P1 vacuous, P2 violated, P3 vacuous', 'P2 violated, others vacuous'],
  ['P1 incomplete, P2 incomplete', 'incomplete'],
  ['P1 error', 'error'],
  ['P1 holds, P2 vacuous, P3 vacuous', 'P2 P3 vacuous'],
])('%s is summed up as %s', (verdicts, text) => {
  const pairs = verdicts.split(', ').map((each) => each.split(' ') as [string, Verdict]);
  expect(summary(pairs)).toBe(text);
});
