/** What the kernel and the processor owe to those who wait, beyond going on. */
import type { Fairness } from 'mmucheck/language';

/**
 * Locks are queued (qrwlock, mutex with handoff): who waits gets its turn, however often others come by. In the model any waiter may get
 * a lock that is free, so this has to be said. And a pending interrupt is taken as soon as interrupts are on, however soon they are
 * off again.
 */
export const KERNEL_FAIRNESS: Fairness = {
  strong: ['*:write_lock', '*:read_lock', '*:mutex_lock', 'ipi*'],
};
