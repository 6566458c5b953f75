/**
 * Creating, deleting and moving memslots: KVM_SET_USER_MEMORY_REGION, kvm_set_memslot() in virt/kvm/kvm_main.c.
 * (dirty_log.ts has the change of flags.)
 *
 * slots_arch_lock is not modelled: it is taken together with slots_lock here, and what else it protects, metadata that
 * the first shadow page asks for, belongs to the shadow MMU. The overlap of slots is userspace's mistake.
 */
import { assert, choose, type Op, type Range } from 'mmucheck/language';
import { promise_flushed } from '../hardware/ept.js';
import type { Gfn, GfnEnd, Kvm } from '../state.js';
import { lockdep_assert_held_slots_lock } from './lockdep.js';
import { mutex_lock, mutex_unlock, synchronize_srcu, write_lock, write_unlock } from './locks.js';
import type { MaybeSlot, MemslotSetId, SlotId } from './memslots.js';
import { kvm_flush_remote_tlbs } from './requests.js';
import { kvm_tdp_mmu_unmap_gfn_range } from './tdp_mmu/zap.js';
import { kvm_mmu_zap_all_fast } from './zap_all.js';

/** KVM_MR_CREATE. `page` is the page of the host that comes to stand behind `base_gfn`. */
export function* create_memslot(kvm: Kvm, id: SlotId, base_gfn: Gfn, npages: GfnEnd, page: Gfn): Op {
  yield* mutex_lock(kvm.slots_lock);
  const slot: MaybeSlot = kvm_alloc_memslot(kvm, base_gfn, npages, page, false);
  expect_backing(kvm, base_gfn, npages, page);
  yield* kvm_create_memslot(kvm, id, slot);
  backing_has_come(kvm);
  yield* mutex_unlock(kvm.slots_lock);
}

/** KVM_MR_DELETE. */
export function* delete_memslot(kvm: Kvm, id: SlotId): Op {
  yield* mutex_lock(kvm.slots_lock);
  const old: MaybeSlot = active_slot(kvm, id);
  expect_no_backing(kvm, old);
  const invalid_slot = yield* kvm_invalidate_memslot(kvm, id, old);
  yield* kvm_delete_memslot(kvm, id, old, invalid_slot);
  yield* kvm_free_memslot(kvm, invalid_slot);
  yield* kvm_free_memslot(kvm, old);
  backing_has_come(kvm);
  yield* mutex_unlock(kvm.slots_lock);
  promise_flushed(kvm);
}

/** KVM_MR_MOVE: to another gfn, with the same memory behind it. Fails if there is no room for the new metadata. */
export function* move_memslot(kvm: Kvm, id: SlotId, base_gfn: Gfn): Op {
  yield* mutex_lock(kvm.slots_lock);
  const old: MaybeSlot = active_slot(kvm, id);
  expect_no_backing(kvm, old);
  const invalid_slot = yield* kvm_invalidate_memslot(kvm, id, old);
  if (kvm_prepare_memory_region_fails(kvm)) {
    backing_stays(kvm);
    yield* kvm_activate_memslot(kvm, id, old);
    yield* kvm_free_memslot(kvm, invalid_slot);
  } else {
    const npages: GfnEnd = kvm.memslots.slot[old].npages;
    const page: Gfn = kvm.memslots.slot[old].userspace_page;
    const slot: MaybeSlot = kvm_alloc_memslot(kvm, base_gfn, npages, page, false);
    expect_backing(kvm, base_gfn, npages, page);
    yield* kvm_move_memslot(kvm, id, old, slot);
    yield* kvm_free_memslot(kvm, invalid_slot);
    yield* kvm_free_memslot(kvm, old);
  }
  backing_has_come(kvm);
  yield* mutex_unlock(kvm.slots_lock);
  promise_flushed(kvm);
}

/** lpage_info and the rest of the new slot's metadata. */
function kvm_prepare_memory_region_fails(kvm: Kvm): boolean {
  return kvm.config.allocationFails && choose(false, true);
}

/**
 * From here on no fault maps anything of the slot, and then what is mapped goes. The copy that says so is put into the
 * inactive set, of which the old slot stays a part until it is known what comes after it.
 */
function* kvm_invalidate_memslot(kvm: Kvm, id: SlotId, old: MaybeSlot): Op<MaybeSlot> {
  const invalid_slot: MaybeSlot = kvm_alloc_memslot(
    kvm,
    kvm.memslots.slot[old].base_gfn,
    kvm.memslots.slot[old].npages,
    kvm.memslots.slot[old].userspace_page,
    true,
  );
  yield* kvm_replace_memslot(kvm, id, invalid_slot);
  yield* swap_active_memslots(kvm);
  yield* kvm_arch_flush_shadow_memslot(kvm, old);
  return invalid_slot;
}

function* kvm_create_memslot(kvm: Kvm, id: SlotId, slot: MaybeSlot): Op {
  yield* kvm_replace_memslot(kvm, id, slot);
  yield* kvm_activate_memslot(kvm, id, slot);
}

function* kvm_delete_memslot(kvm: Kvm, id: SlotId, old: MaybeSlot, invalid_slot: MaybeSlot): Op {
  assert(old !== invalid_slot, '', 'the invalid copy of a slot is the slot');
  yield* kvm_replace_memslot(kvm, id, -1);
  yield* kvm_activate_memslot(kvm, id, -1);
}

function* kvm_move_memslot(kvm: Kvm, id: SlotId, old: MaybeSlot, slot: MaybeSlot): Op {
  assert(old !== slot, '', 'a slot is moved onto itself');
  yield* kvm_replace_memslot(kvm, id, slot);
  yield* kvm_activate_memslot(kvm, id, slot);
}

/** Makes the inactive set the active one, and then the other one equal to it. */
function* kvm_activate_memslot(kvm: Kvm, id: SlotId, slot: MaybeSlot): Op {
  yield* swap_active_memslots(kvm);
  yield* kvm_replace_memslot(kvm, id, slot);
}

/** In the inactive set, which nobody may be reading. */
function* kvm_replace_memslot(kvm: Kvm, id: SlotId, slot: MaybeSlot): Op {
  yield;
  const set: MemslotSetId = inactive_set(kvm);
  assert(!is_searched(kvm, set), 'P21', 'a set of memslots is changed while a vCPU searches it');
  kvm.memslots.set[set].slot[id] = slot;
}

function is_searched(kvm: Kvm, set: number): boolean {
  for (let v = 0; v < kvm.config.slotVcpus; v++) {
    const searched: number = kvm.memslots.searched[v];
    if (searched === set) return true;
  }
  return false;
}

/**
 * kvm_swap_active_memslots(). The new set is not stored while an invalidation is open: it would find other slots at its
 * end than at its start. (The count is read, and the pointer stored, under mn_invalidate_lock.) The generation of the new
 * set is told from every other as long as some vCPU may use the old one, and nobody keeps it; then it is the next.
 */
function* swap_active_memslots(kvm: Kvm): Op {
  lockdep_assert_held_slots_lock(kvm);
  assert(
    !kvm.memslots.set[kvm.memslots.active].update_in_progress,
    'P21',
    'memslots are updated while an update is in progress',
  );
  yield () => kvm.mn_active_invalidate_count === 0;
  rcu_assign_memslots(kvm);
  yield* synchronize_srcu(kvm);
  yield* kvm_arch_memslots_updated(kvm);
  yield;
  kvm.memslots.set[kvm.memslots.active].generation = next_generation(kvm);
  kvm.memslots.set[kvm.memslots.active].update_in_progress = false;
}

/** The generation of the inactive set is nobody else's, so that it is stored with the pointer. */
function rcu_assign_memslots(kvm: Kvm): void {
  const set: MemslotSetId = inactive_set(kvm);
  const generation: Range<0, 'memslotGenerations'> = kvm.memslots.set[kvm.memslots.active].generation;
  kvm.memslots.set[set].generation = generation;
  kvm.memslots.set[set].update_in_progress = true;
  kvm.memslots.active = set;
}

function next_generation(kvm: Kvm): number {
  return kvm.memslots.set[kvm.memslots.active].generation + 1;
}

/** kvm_mmu_invalidate_mmio_sptes(): before the first entry of the round can be taken for one of the last. */
function* kvm_arch_memslots_updated(kvm: Kvm): Op {
  if (kvm.config.mmioGenerations === 0) return;
  if (next_generation(kvm) % kvm.config.mmioGenerations !== 0) return;
  assert(kvm.config.roots > 1, '', 'MMIO generations that wrap around need more than one of `roots`');
  if (kvm.config.roots > 1) yield* kvm_mmu_zap_all_fast(kvm);
}

/** Everything, or since 6.12 only the slot's leafs if userspace disables KVM_X86_QUIRK_SLOT_ZAP_ALL. */
function* kvm_arch_flush_shadow_memslot(kvm: Kvm, slot: MaybeSlot): Op {
  lockdep_assert_held_slots_lock(kvm);
  if (kvm.config.roots > 1) yield* kvm_mmu_zap_all_fast(kvm);
  else yield* kvm_mmu_zap_memslot(kvm, slot);
}

function* kvm_mmu_zap_memslot(kvm: Kvm, slot: MaybeSlot): Op {
  const start: Gfn = kvm.memslots.slot[slot].base_gfn;
  const end: GfnEnd = start + kvm.memslots.slot[slot].npages;
  yield* write_lock(kvm);
  const flush = yield* kvm_tdp_mmu_unmap_gfn_range(kvm, start, end, true, false);
  if (flush) yield* kvm_flush_remote_tlbs(kvm);
  yield* write_unlock(kvm);
}

function inactive_set(kvm: Kvm): MemslotSetId {
  return 1 - kvm.memslots.active;
}

function active_slot(kvm: Kvm, id: SlotId): MaybeSlot {
  const slot: MaybeSlot = kvm.memslots.set[kvm.memslots.active].slot[id];
  assert(slot >= 0, '', 'a memslot is changed that is not there');
  return slot;
}

/** A slot that nobody has seen yet. */
function kvm_alloc_memslot(kvm: Kvm, base_gfn: Gfn, npages: GfnEnd, page: Gfn, invalid: boolean): MaybeSlot {
  let slot: MaybeSlot = -1;
  for (let i = 0; i < kvm.config.slotObjects; i++) if (!kvm.memslots.slot[i].allocated) slot = i;
  assert(slot >= 0, '', 'there are more memslots than the configuration has room for');
  kvm.memslots.slot[slot].allocated = true;
  kvm.memslots.slot[slot].base_gfn = base_gfn;
  kvm.memslots.slot[slot].npages = npages;
  kvm.memslots.slot[slot].userspace_page = page;
  kvm.memslots.slot[slot].invalid = invalid;
  return slot;
}

/** kfree(), with lpage_info and the dirty bitmap, for good. */
function* kvm_free_memslot(kvm: Kvm, slot: MaybeSlot): Op {
  yield;
  kvm.memslots.slot[slot].allocated = false;
  forget_memslot(kvm, slot);
}

/** What a freed slot says means nothing; forgotten, equal states are equal. */
function forget_memslot(kvm: Kvm, slot: number): void {
  kvm.memslots.slot[slot].base_gfn = 0;
  kvm.memslots.slot[slot].npages = 0;
  kvm.memslots.slot[slot].userspace_page = 0;
  kvm.memslots.slot[slot].invalid = false;
}

/** Ghosts of P1 and P20: what userspace has asked to stand behind the gfns when the ioctl returns. */
function expect_backing(kvm: Kvm, base_gfn: number, npages: number, page: number): void {
  for (let i = 0; i < kvm.config.gfns; i++) if (i < npages) kvm.ghost.coming[base_gfn + i] = page + i;
}

function expect_no_backing(kvm: Kvm, slot: number): void {
  for (let i = 0; i < kvm.config.gfns; i++)
    if (i < kvm.memslots.slot[slot].npages) kvm.ghost.coming[kvm.memslots.slot[slot].base_gfn + i] = -1;
}

function backing_stays(kvm: Kvm): void {
  for (let gfn = 0; gfn < kvm.config.slotGfns; gfn++) kvm.ghost.coming[gfn] = kvm.ghost.backing[gfn];
}

/** The ioctl is done: from here on userspace relies on it. */
function backing_has_come(kvm: Kvm): void {
  for (let gfn = 0; gfn < kvm.config.slotGfns; gfn++) kvm.ghost.backing[gfn] = kvm.ghost.coming[gfn];
}
