/** Callers that the kernel does not have, for claims about what would be allowed if it had them. */
import { type Op, property } from 'mmucheck/language';
import { may_hold_huge } from '../hardware/translation.js';
import { kvm_mmu_slot_try_split_huge_pages } from '../kernel/dirty_log.js';
import { write_lock, write_unlock } from '../kernel/locks.js';
import { kvm_flush_remote_tlbs } from '../kernel/requests.js';
import { kvm_tdp_mmu_try_split_huge_pages } from '../kernel/tdp_mmu/split.js';
import { type Kvm, PG_LEVEL_4K } from '../state.js';

/** A feature that needs pages to be 4K without any further change of permissions. */
export function* split_and_rely_on_small_pages(kvm: Kvm): Op {
  yield* kvm_mmu_slot_try_split_huge_pages(kvm, PG_LEVEL_4K);
  yield* kvm_flush_remote_tlbs(kvm);
  kvm.ghost.relies_on_small_pages = true;
}

/** The write-lock form of the split, which dirty-log clearing uses, on a slot that does not log. */
export function* split_exclusively(kvm: Kvm): Op {
  yield* write_lock(kvm);
  yield* kvm_tdp_mmu_try_split_huge_pages(kvm, 0, kvm.config.gfns, PG_LEVEL_4K, false);
  yield* write_unlock(kvm);
}

export function no_huge_translation_is_left(kvm: Kvm): boolean {
  if (!kvm.ghost.relies_on_small_pages) return true;
  for (let v = 0; v < kvm.config.vcpus; v++)
    for (let gfn = 0; gfn < kvm.config.gfns; gfn++)
      if (kvm.vcpus[v].in_guest && may_hold_huge(kvm, v, gfn)) return false;
  return true;
}

/** What S000-1 and S000-18 are about. */
export const SMALL_PAGES = property({
  id: 'S000-18',
  title: 'no huge translation is used once a caller relies on 4K pages',
  invariant: no_huge_translation_is_left,
});
