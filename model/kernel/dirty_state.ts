/** What dirty logging keeps beside the bitmap. Nothing of it exists unless the configuration asks for it. */
import type { Range, Vector } from 'mmucheck/language';
import type { DirtyRing } from './dirty_ring.js';

export interface DirtyLogging {
  /** Of one slot. */
  nr_memslots_dirty_logging: Range<0, 'pmlSwitch'>;
  /** KVM_REQ_UPDATE_CPU_DIRTY_LOGGING and KVM_REQ_DIRTY_RING_SOFT_FULL, by vCPU. */
  request_update_cpu_dirty_logging: Vector<boolean, 'pmlVcpus'>;
  request_dirty_ring_soft_full: Vector<boolean, 'ringVcpus'>;
  /** vcpu->dirty_ring. */
  ring: Vector<DirtyRing, 'ringVcpus'>;
  /** What each thread of userspace has read out of the rings since its last KVM_RESET_DIRTY_RINGS: a bit per gfn. */
  collected: Vector<Range<0, 'gfnMask'>, 'ringThreads'>;
  /** Userspace's copy of the bitmap, from KVM_GET_DIRTY_LOG to KVM_CLEAR_DIRTY_LOG. */
  user_bitmap: Vector<Range<0, 'wordMask'>, 'userWords'>;
}
