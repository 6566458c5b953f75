/**
 * T13: when an operation has returned, what it is for is done, whatever others did to the same entries meanwhile. This is what makes
 * an exchange that fails worth another try; no safety property misses the work. For scenarios in which nobody takes it back afterwards.
 */
import {
  always,
  finished,
  implies,
  leadsTo,
  type PropertySpec,
  property,
  type StatePredicate,
} from 'mmucheck/language';
import { KERNEL_FAIRNESS } from './fairness.js';

/**
 * @param thread the name of the process that runs the operation
 * @param title what is done then
 */
export function operation_does(thread: string, title: string, done: StatePredicate): PropertySpec {
  return property({ id: 'T13', title, temporal: always(implies(finished(thread), done)) });
}

/** The same where the operation leaves it to others to do the rest, as who invalidates roots does. */
export function operation_leads_to(thread: string, title: string, done: StatePredicate): PropertySpec {
  return property({
    id: 'T13',
    title,
    temporal: leadsTo(finished(thread), always(done)),
    fairness: KERNEL_FAIRNESS,
  });
}
