/**
 * P6: the old value that bookkeeping goes on with is the value that was in memory at the instant of replacement: no
 * W from a fast page fault and no D from hardware is lost. It is an assertion where plain stores are made
 * (__kvm_tdp_mmu_write_spte); atomic exchanges return the replaced value and cannot break it.
 *
 * Tolerated: lost A bits.
 */
import { property } from 'mmucheck/language';

export const P6 = property({ id: 'P6', title: 'no lost A/D/W information' });
