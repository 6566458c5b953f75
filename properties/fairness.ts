/** What the kernel and the processor owe to those who wait. */
import type { Fairness } from 'mmucheck/language';

/**
 * Locks are queued (qrwlock, mutex with handoff): who waits gets its turn, however often others come by. In the model any waiter may get
 * a lock that is free, so this has to be said.
 */
export const QUEUED_LOCKS: Fairness = { strong: ['*:write_lock', '*:read_lock', '*:mutex_lock'] };
