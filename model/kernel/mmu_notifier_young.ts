/**
 * The host asks whether pages are in use: kvm_mmu_notifier_{clear_flush_young,clear_young,test_young}() in
 * virt/kvm/kvm_main.c. The answers steer reclaim; what they owe a page that nobody touches is asked in scenarios/work-done.ts.
 *
 * Without A/D bits clearing takes rights away, and only clear_flush_young() up to 6.12 flushes. So from then on a
 * clear W or a hole in memory says nothing about what TLBs grant (P2, P3 and P1 must hold all the same).
 */
import type { Op } from 'mmucheck/language';
import { V6_13, V6_15 } from '../config.js';
import { promise_flushed } from '../hardware/ept.js';
import type { Gfn, GfnEnd, Kvm } from '../state.js';
import { write_lock, write_unlock } from './locks.js';
import { kvm_flush_remote_tlbs } from './requests.js';
import { kvm_tdp_mmu_age_gfn_range } from './tdp_mmu/age.js';

export function* kvm_mmu_notifier_clear_flush_young(kvm: Kvm, start: Gfn, end: GfnEnd): Op<boolean> {
  return yield* kvm_age_hva_range(kvm, start, end, kvm.config.kernel < V6_13, false);
}

export function* kvm_mmu_notifier_clear_young(kvm: Kvm, start: Gfn, end: GfnEnd): Op<boolean> {
  return yield* kvm_age_hva_range(kvm, start, end, false, false);
}

export function* kvm_mmu_notifier_test_young(kvm: Kvm, start: Gfn, end: GfnEnd): Op<boolean> {
  return yield* kvm_age_hva_range(kvm, start, end, false, true);
}

/** kvm_age_hva_range() and kvm_age_hva_range_no_flush(), with kvm_age_gfn() or kvm_test_age_gfn() for each slot. */
function* kvm_age_hva_range(
  kvm: Kvm,
  start: Gfn,
  end: GfnEnd,
  flush_on_ret: boolean,
  test_only: boolean,
): Op<boolean> {
  if (kvm.config.kernel < V6_15) yield* write_lock(kvm);
  else yield; // srcu_read_lock(&kvm->srcu), before either; nothing here waits for it
  const young = yield* kvm_tdp_mmu_age_gfn_range(kvm, start, end, test_only);
  if (flush_on_ret && young) yield* kvm_flush_remote_tlbs(kvm);
  if (kvm.config.kernel < V6_15) yield* write_unlock(kvm);
  if (flush_on_ret && young) promise_flushed(kvm);
  return young;
}
