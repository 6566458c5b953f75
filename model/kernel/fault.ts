/** struct kvm_page_fault and the RET_PF_* codes: arch/x86/kvm/mmu/mmu_internal.h. */
import type { Range } from 'mmucheck/language';
import type { Gfn, Level, Pfn, Seq } from '../state.js';
import type { MaybeSlot } from './memslots.js';

/** Lives on the faulting vCPU's stack. */
export interface Fault {
  gfn: Gfn;
  write: boolean;
  exec: boolean;
  /** 1: not the guest's fault but a prefault, or one that is resolved again after the page has come in. */
  prefetch: Range<0, 'prefetches'>;
  /** PFERR_PRESENT: the translation that faulted was present. */
  present: boolean;
  /** The flags of fault->slot as they were when the slot was looked up (SRCU keeps that copy alive). */
  slot_dirty_logging: boolean;
  /** fault->slot, where slots come and go (memslots.ts). */
  slot: MaybeSlot;
  /** PFERR_RSVD: an EPT misconfiguration. */
  rsvd: Range<0, 'mmioCaches'>;
  /** PFERR_PRIVATE_ACCESS: what the gfn's attribute said when the fault began. */
  is_private: boolean;
  /** The largest page that the folio of a private gfn fills. */
  max_level: Level;
  mmu_seq: Seq;
  pfn: Pfn;
  map_writable: boolean;
  huge_page_disallowed: boolean;
  req_level: Level;
  goal_level: Level;
}

/** A fault of which nothing is known yet. */
export const NO_FAULT: Fault = {
  gfn: 0,
  write: false,
  exec: false,
  prefetch: 0,
  present: false,
  slot_dirty_logging: false,
  slot: -1,
  rsvd: 0,
  is_private: false,
  max_level: 1,
  mmu_seq: 0,
  pfn: 0,
  map_writable: false,
  huge_page_disallowed: false,
  req_level: 1,
  goal_level: 1,
};

/** RET_PF_*, and the errors that send the vCPU thread back to userspace. */
export type RetPf =
  | 'CONTINUE'
  | 'RETRY'
  | 'EMULATE'
  | 'INVALID'
  | 'FIXED'
  | 'SPURIOUS'
  | 'ENOMEM'
  | 'EFAULT'
  | 'EAGAIN';
