/**
 * Deleting a memslot: KVM_SET_USER_MEMORY_REGION with size 0 (virt/kvm/kvm_main.c). The VM's one slot goes through the
 * states that faults can find: valid, invalid (a copy with KVM_MEMSLOT_INVALID is in the active set), none. Moving a
 * slot is the same up to the zap, and then a new slot.
 *
 * The two sets of slots and slots_arch_lock are not modelled: the sets are only changed under slots_lock, and a reader
 * sees the active one, which is replaced in one step.
 */
import type { Op } from 'mmucheck/language';
import { promise_flushed } from '../hardware/ept.js';
import type { Kvm } from '../state.js';
import {
  lockdep_assert_held_slots_lock,
  mutex_lock,
  mutex_unlock,
  synchronize_srcu,
  write_lock,
  write_unlock,
} from './locks.js';
import { kvm_flush_remote_tlbs } from './requests.js';
import { SLOT_INVALID, SLOT_NONE } from './slot_state.js';
import { kvm_tdp_mmu_unmap_gfn_range } from './tdp_mmu/zap.js';
import { kvm_mmu_zap_all_fast } from './zap_all.js';

/** The ioctl, and userspace that gives the memory to somebody else when it has returned. */
export function* delete_memslot_and_reuse_memory(kvm: Kvm): Op {
  yield* kvm_delete_memory_region(kvm);
  yield* munmap(kvm);
}

export function* kvm_delete_memory_region(kvm: Kvm): Op {
  yield* mutex_lock(kvm.slots_lock);
  yield* kvm_invalidate_memslot(kvm);
  yield* swap_active_memslots(kvm, SLOT_NONE);
  yield* mutex_unlock(kvm.slots_lock);
  promise_flushed(kvm);
}

/** From here on no fault maps anything of the slot, and then what is mapped goes. */
function* kvm_invalidate_memslot(kvm: Kvm): Op {
  yield* swap_active_memslots(kvm, SLOT_INVALID);
  yield* kvm_arch_flush_shadow_memslot(kvm);
}

/** kvm_swap_active_memslots(): waits until no invalidation is open, and then until no fault uses the old set. */
function* swap_active_memslots(kvm: Kvm, state: 1 | 2): Op {
  yield () => kvm.mn_active_invalidate_count === 0;
  kvm.slot_state[0] = state;
  yield* synchronize_srcu(kvm);
}

/** Everything, or since 6.12 only the slot's leafs if userspace disables KVM_X86_QUIRK_SLOT_ZAP_ALL. */
function* kvm_arch_flush_shadow_memslot(kvm: Kvm): Op {
  lockdep_assert_held_slots_lock(kvm);
  if (kvm.config.roots > 1) yield* kvm_mmu_zap_all_fast(kvm);
  else yield* kvm_mmu_zap_memslot(kvm);
}

function* kvm_mmu_zap_memslot(kvm: Kvm): Op {
  yield* write_lock(kvm);
  const flush = yield* kvm_tdp_mmu_unmap_gfn_range(kvm, 0, kvm.config.gfns, true, false);
  if (flush) yield* kvm_flush_remote_tlbs(kvm);
  yield* write_unlock(kvm);
}

/** No slot covers the memory any more, so that the notifiers have nothing to do in KVM. */
function* munmap(kvm: Kvm): Op {
  yield;
  for (let gfn = 0; gfn < kvm.config.gfns; gfn++) kvm.host.pfn[gfn] = gfn + kvm.config.gfns;
}
