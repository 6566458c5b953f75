/** The life of a page table up to its unlinking: arch/x86/kvm/mmu/tdp_mmu.c. */

import { assert, type Op, type Range } from 'mmucheck/language';
import { type Errno, type Kvm, type PageTableId, PG_LEVEL_2M } from '../../state.js';
import { tdp_mmu_free_sp_rcu_callback } from '../locks.js';
import { make_nonleaf_spte, SPTE_INDEX } from '../spte.js';
import type { TdpIter } from '../tdp_iter.js';
import { tdp_mmu_iter_set_spte, tdp_mmu_set_spte_atomic } from './set_spte.js';

/** A page table that is not there. */
export const NO_TABLE = -1;

export type MaybeTable = Range<-1, 'lastTable'>;

/** Takes a page from the pool. The memory caches were topped up before: it does not fail. */
export function tdp_mmu_alloc_sp(kvm: Kvm): PageTableId {
  let found: MaybeTable = NO_TABLE;
  for (let table = 1; table < kvm.config.tables; table++)
    if (found === NO_TABLE && kvm.pt[table].state === 'free') found = table;
  assert(found !== NO_TABLE, '', 'no page table is left: the configuration needs more `tables`');
  kvm.pt[found].state = 'private';
  return found;
}

export function tdp_mmu_init_child_sp(kvm: Kvm, child: PageTableId, iter: TdpIter): void {
  kvm.pt[child].parent = SPTE_INDEX(kvm, iter.gfn, PG_LEVEL_2M);
}

/** Frees a page that was never visible. */
export function tdp_mmu_free_sp(kvm: Kvm, table: PageTableId): void {
  tdp_mmu_free_sp_rcu_callback(kvm, table);
}

/** Publishes a table in place of the entry that the iterator stands on. */
export function* tdp_mmu_link_sp(kvm: Kvm, iter: TdpIter, sp: PageTableId, shared: boolean): Op<Errno> {
  const spte = make_nonleaf_spte(sp);
  if (shared) {
    const ret = yield* tdp_mmu_set_spte_atomic(kvm, iter, spte);
    if (ret !== 0) return ret;
  } else {
    yield* tdp_mmu_iter_set_spte(kvm, iter, spte);
  }
  return 0;
}
