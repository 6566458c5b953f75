/**
 * P20: once the ioctl that puts a memslot over a gfn has returned, no access to the gfn is taken for MMIO, by an entry or by
 * what a vCPU remembers of an older access. Asserted where an access is handed to userspace (kernel/mmio.ts): KVM answers
 * every exit inside SRCU, so even one that came before the ioctl has been answered when that returns.
 *
 * Tolerated: MMIO while the ioctl runs. (The other way round, memory where no slot is, is P1.)
 */
import { property } from 'mmucheck/language';

export const P20 = property({ id: 'P20', title: 'no MMIO where a memslot is' });
