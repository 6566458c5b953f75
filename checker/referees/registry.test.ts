import { expect, it } from 'vitest';
import { EXPORT_TARGETS } from '../cli/choices.js';
import { DEFAULT_MAX_STATES, EXPORTERS, REFEREES } from './registry.js';

it('the command line offers every exporter', () => {
  expect(Object.keys(EXPORTERS).sort()).toEqual([...EXPORT_TARGETS].sort());
});

it('every referee has a size up to which it is asked', () => {
  expect(Object.keys(DEFAULT_MAX_STATES).sort()).toEqual(Object.keys(REFEREES).sort());
});
