/**
 * P14: each primitive runs under its lock, in its mode; no FROZEN value is given to an exclusive setter; no snapshot
 * of an iterator is used after it yielded; nobody waits for memory with mmu_lock, or gives up the processor inside RCU.
 * Assertions in the model, where lockdep, might_sleep() and WARN_ON stand in the kernel.
 */
import { property } from 'mmucheck/language';

export const P14 = property({ id: 'P14', title: 'lock discipline' });
