/** The life of a page table up to its unlinking: arch/x86/kvm/mmu/tdp_mmu.c. */

import { assert, type Op, type Range } from 'mmucheck/language';
import type { Errno, Kvm, PageTableId } from '../../state.js';
import { tdp_account_mmu_page } from '../accounting.js';
import { tdp_mmu_free_sp_rcu_callback } from '../locks.js';
import { make_nonleaf_spte, page_index } from '../spte.js';
import type { TdpIter } from '../tdp_iter.js';
import { tdp_mmu_iter_set_spte, tdp_mmu_set_spte_atomic } from './set_spte.js';

/** A page table that is not there. */
export const NO_TABLE = -1;

export type MaybeTable = Range<-1, 'lastTable'>;

/** Takes a page from the pool. The memory caches were topped up before: it does not fail. */
export function tdp_mmu_alloc_sp(kvm: Kvm): PageTableId {
  let found: MaybeTable = NO_TABLE;
  for (let table = kvm.config.roots; table < kvm.config.tables; table++)
    if (found === NO_TABLE && kvm.pt[table].state === 'free') found = table;
  assert(found !== NO_TABLE, '', 'no page table is left: the configuration needs more `tables`');
  kvm.pt[found].state = 'private';
  return found;
}

/** For the entry that the iterator stands on: one level below it, and the range that it covers. */
export function tdp_mmu_init_child_sp(kvm: Kvm, child: PageTableId, iter: TdpIter): void {
  kvm.pt[child].level = iter.level - 1;
  kvm.pt[child].parent = page_index(kvm, iter.gfn, iter.level);
  if (kvm.config.nxRecovery) kvm.nx.ptep[child] = iter.sptep;
}

/** Frees a page that was never visible. */
export function tdp_mmu_free_sp(kvm: Kvm, table: PageTableId): void {
  tdp_mmu_free_sp_rcu_callback(kvm, table);
}

/** Publishes a table in place of the entry that the iterator stands on. */
export function* tdp_mmu_link_sp(kvm: Kvm, iter: TdpIter, sp: PageTableId, shared: boolean): Op<Errno> {
  const spte = make_nonleaf_spte(kvm, sp);
  if (shared) {
    const ret = yield* tdp_mmu_set_spte_atomic(kvm, iter, spte);
    if (ret !== 0) return ret;
  } else {
    yield* tdp_mmu_iter_set_spte(kvm, iter, spte);
  }
  if (kvm.config.accounting) yield* tdp_account_mmu_page(kvm);
  return 0;
}
