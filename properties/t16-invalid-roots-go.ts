/**
 * T16: a root that was invalidated goes: its last reference is put, by whoever zaps it, walks it or has run on it, and its page is given back.
 * For scenarios in which roots are not invalidated over and over again.
 */
import { leadsTo, not, property } from 'mmucheck/language';
import { a_root_is_invalid } from '../model/scenarios/witnesses.js';
import { KERNEL_FAIRNESS } from './fairness.js';

export const T16 = property({
  id: 'T16',
  title: 'invalid roots go',
  temporal: leadsTo(a_root_is_invalid, not(a_root_is_invalid)),
  fairness: KERNEL_FAIRNESS,
});
