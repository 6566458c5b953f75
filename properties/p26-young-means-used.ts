/**
 * P26: the host is told that a page is young if it was used since it was last cleared, and that it is old if not. Asserted by threads that
 * ask (scenarios/work-done.ts), where the guest leaves the pages alone.
 *
 * Tolerated: a use that comes meanwhile, either way; and A bits that are lost when an entry is replaced.
 */
import { property } from 'mmucheck/language';

export const P26 = property({ id: 'P26', title: 'young means used' });
