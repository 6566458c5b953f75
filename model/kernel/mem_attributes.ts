/**
 * KVM_SET_MEMORY_ATTRIBUTES, which makes gfns private or shared: virt/kvm/kvm_main.c, and what x86 does about huge
 * pages in arch/x86/kvm/mmu/mmu.c. The range is unmapped and blocked, then the attributes change one by one, then
 * faults may come again.
 *
 * A normal VM has one kind of root, so the filter by which later kernels zap only private or only shared mappings
 * changes nothing, and the range is zapped whole as in 6.8. With `boundarySplit` huge pages across an end of the range
 * are split before the zap, as proposed for VMs that lose what is zapped beside the range.
 */
import { assert, choose, type Op } from 'mmucheck/language';
import { promise_flushed } from '../hardware/ept.js';
import { ENOMEM, type Errno, type Gfn, type GfnEnd, type Kvm, type Level, PG_LEVEL_2M } from '../state.js';
import { lockdep_assert_held_slots_lock, lockdep_assert_held_write } from './lockdep.js';
import { mutex_lock, mutex_unlock, write_lock, write_unlock } from './locks.js';
import { set_precise_zap } from './guest_memfd.js';
import { hugepage_change_mixed, hugepage_test_mixed } from './lpage_info.js';
import {
  assert_invalidations_balanced,
  kvm_mmu_invalidate_begin,
  kvm_mmu_invalidate_end,
  kvm_mmu_invalidate_range_add,
} from './mmu_notifier.js';
import { kvm_flush_remote_tlbs } from './requests.js';
import { gfn_round_for_level, KVM_PAGES_PER_HPAGE } from './spte.js';
import { kvm_split_cross_boundary_leafs } from './tdp_mmu/boundary.js';
import { kvm_tdp_mmu_unmap_gfn_range } from './tdp_mmu/zap.js';

/** For [start, end), which must not be empty. Fails before anything has changed, or not at all. */
export function* kvm_vm_set_mem_attributes(
  kvm: Kvm,
  start: Gfn,
  end: GfnEnd,
  is_private: boolean,
): Op<Errno> {
  yield* mutex_lock(kvm.slots_lock);
  // Attributes change under slots_lock only, so looking at them here is no step; nor is reserving room for them.
  let r: Errno = 0;
  if (!kvm_range_has_memory_attributes(kvm, start, end, is_private)) {
    if (xa_reserve_fails(kvm)) r = ENOMEM;
    else r = yield* change_attributes(kvm, start, end, is_private);
  }
  yield* mutex_unlock(kvm.slots_lock);
  assert_invalidations_balanced(kvm);
  if (r === 0) assert_attributes_are_set(kvm, start, end, is_private);
  return r;
}

/** Userspace relies on it from here on. */
function assert_attributes_are_set(kvm: Kvm, start: Gfn, end: GfnEnd, is_private: boolean): void {
  for (let gfn = start; gfn < end; gfn++)
    assert(
      kvm.private_memory.attributes[gfn] === is_private,
      'P17set',
      'a gfn has not the attribute that was set',
    );
}

function* change_attributes(kvm: Kvm, start: Gfn, end: GfnEnd, is_private: boolean): Op<Errno> {
  const r: Errno = yield* kvm_pre_set_memory_attributes(kvm, start, end);
  if (r !== 0) {
    yield* give_up(kvm);
    return r;
  }
  for (let gfn = start; gfn < end; gfn++) yield* xa_store(kvm, gfn, is_private);
  yield* kvm_post_set_memory_attributes(kvm, start, end, is_private);
  return 0;
}

/** What was split stays split; nothing else has changed. */
function* give_up(kvm: Kvm): Op {
  yield* write_lock(kvm);
  yield* kvm_mmu_invalidate_end(kvm);
  yield* write_unlock(kvm);
}

function xa_reserve_fails(kvm: Kvm): boolean {
  return kvm.config.allocationFails && choose(false, true);
}

/** Cannot fail: there is room. */
function* xa_store(kvm: Kvm, gfn: Gfn, is_private: boolean): Op {
  yield;
  kvm.private_memory.attributes[gfn] = is_private;
}

function kvm_range_has_memory_attributes(kvm: Kvm, start: Gfn, end: GfnEnd, is_private: boolean): boolean {
  for (let gfn = 0; gfn < kvm.config.gfns; gfn++)
    if (gfn >= start && gfn < end && kvm.private_memory.attributes[gfn] !== is_private) return false;
  return true;
}

/** With kvm_handle_gfn_range() around it: one hold of mmu_lock, and the flush before it is dropped. */
function* kvm_pre_set_memory_attributes(kvm: Kvm, start: Gfn, end: GfnEnd): Op<Errno> {
  yield* write_lock(kvm);
  yield* kvm_mmu_invalidate_begin(kvm, start, end);
  yield* add_head_and_tail(kvm, start, end);
  const r: Errno = yield* split_at_edges(kvm, start, end);
  if (r === 0) {
    set_precise_zap(kvm, start, end);
    const flush = yield* kvm_tdp_mmu_unmap_gfn_range(kvm, start, end, true, false);
    if (flush) yield* kvm_flush_remote_tlbs(kvm);
    set_precise_zap(kvm, 0, 0);
  }
  yield* write_unlock(kvm);
  promise_flushed(kvm);
  return r;
}

/** It may drop mmu_lock to allocate. */
function* split_at_edges(kvm: Kvm, start: Gfn, end: GfnEnd): Op<Errno> {
  if (kvm.config.boundarySplit === 'none') return 0;
  return yield* kvm_split_cross_boundary_leafs(kvm, start, end, false);
}

/**
 * Huge pages across an edge of the range, if lpage_info allows them still, are blocked with it: a fault on a gfn
 * outside could map one over gfns whose attributes are changing (from 9129633d568e on, 2025).
 */
function* add_head_and_tail(kvm: Kvm, start: Gfn, end: GfnEnd): Op {
  for (let level = PG_LEVEL_2M; level <= kvm.config.levels; level++) {
    const pages = KVM_PAGES_PER_HPAGE(kvm, level);
    const head = gfn_round_for_level(kvm, start, level);
    const tail = gfn_round_for_level(kvm, end - 1, level);
    if ((head !== start || head + pages > end) && !hugepage_test_mixed(kvm, head, level))
      yield* kvm_mmu_invalidate_range_add(kvm, head, head + pages);
    if (tail !== head && tail + pages > end && !hugepage_test_mixed(kvm, tail, level))
      yield* kvm_mmu_invalidate_range_add(kvm, tail, tail + pages);
  }
}

/**
 * Lets faults come again, and computes anew which ranges may be huge, in one hold of mmu_lock. A level consumes what
 * the level below has found.
 */
function* kvm_post_set_memory_attributes(kvm: Kvm, start: Gfn, end: GfnEnd, is_private: boolean): Op {
  yield* write_lock(kvm);
  yield* kvm_mmu_invalidate_end(kvm);
  kvm_arch_post_set_memory_attributes(kvm, start, end, is_private);
  yield* write_unlock(kvm);
}

/**
 * Under mmu_lock, as everything that reads it. Pages that the range covers have one attribute; those across its edges
 * are looked at.
 */
function kvm_arch_post_set_memory_attributes(kvm: Kvm, start: Gfn, end: GfnEnd, is_private: boolean): void {
  lockdep_assert_held_write(kvm);
  lockdep_assert_held_slots_lock(kvm);
  for (let level = PG_LEVEL_2M; level <= kvm.config.levels; level++) {
    const pages = KVM_PAGES_PER_HPAGE(kvm, level);
    for (let gfn = 0; gfn < kvm.config.gfns; gfn = gfn + pages)
      if (gfn < end && gfn + pages > start) {
        const covered = gfn >= start && gfn + pages <= end;
        const mixed = !covered && !hugepage_has_attrs(kvm, gfn, level, is_private);
        hugepage_change_mixed(kvm, gfn, level, mixed);
      }
  }
}

function hugepage_has_attrs(kvm: Kvm, gfn: Gfn, level: Level, is_private: boolean): boolean {
  const end = gfn + KVM_PAGES_PER_HPAGE(kvm, level);
  if (level === PG_LEVEL_2M) return kvm_range_has_memory_attributes(kvm, gfn, end, is_private);
  const step = KVM_PAGES_PER_HPAGE(kvm, PG_LEVEL_2M);
  for (let below = 0; below < kvm.config.gfns; below = below + step)
    if (
      below >= gfn &&
      below < end &&
      (hugepage_test_mixed(kvm, below, PG_LEVEL_2M) || kvm.private_memory.attributes[below] !== is_private)
    )
      return false;
  return true;
}
