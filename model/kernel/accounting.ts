/**
 * Page statistics and the count of page tables, as the TDP MMU keeps them: arch/x86/kvm/mmu/tdp_mmu.c. Nothing decides
 * by them, so they exist only where a scenario asks for them (`accounting`).
 *
 * Each follows the change of the entry that it is about, in a step of its own, and mmu_lock is held over both: so with
 * mmu_lock free no update is on its way (P13). Meanwhile a count may be off in both directions, as another process may
 * be faster with what takes the change back.
 */
import type { Op, Range } from 'mmucheck/language';
import { entry_level, is_linked_below } from '../hardware/tables.js';
import type { Kvm, Level } from '../state.js';

/** atomic64_add() to kvm->stat.pages[]: leafs of the level. */
export function* kvm_update_page_stats(kvm: Kvm, level: Level, count: Range<-1, 'fanout'>): Op {
  yield;
  const pages = kvm.accounting.pages[level - 1] + count;
  // Bounds that only a count which is already wrong can reach.
  if (pages >= kvm.config.leastStat && pages <= kvm.config.greatestStat)
    kvm.accounting.pages[level - 1] = pages;
}

export function* tdp_account_mmu_page(kvm: Kvm): Op {
  yield;
  const pages = kvm.accounting.tdp_mmu_pages[0] + 1;
  if (pages <= kvm.config.greatestStat) kvm.accounting.tdp_mmu_pages[0] = pages;
}

export function* tdp_unaccount_mmu_page(kvm: Kvm): Op {
  yield;
  kvm.accounting.tdp_mmu_pages[0] = kvm.accounting.tdp_mmu_pages[0] - 1;
}

/** Leafs of the level in everything that a walk from a root on the list comes to. */
export function present_leafs(kvm: Kvm, level: Level): number {
  let leafs = 0;
  for (let table = 0; table < kvm.config.tables; table++)
    if (entry_level(kvm, table) === level && is_listed_below(kvm, table))
      for (let i = 0; i < kvm.config.entries; i++)
        if (kvm.pt[table].spte[i].kind === 'LEAF') leafs = leafs + 1;
  return leafs;
}

/** Tables below the roots on the list. */
export function linked_tables(kvm: Kvm): number {
  let count = 0;
  for (let table = kvm.config.roots; table < kvm.config.tables; table++)
    if (is_listed_below(kvm, table)) count = count + 1;
  return count;
}

/** Whether a root that has not been freed, valid or not, leads to the table. */
function is_listed_below(kvm: Kvm, table: number): boolean {
  for (let root = 0; root < kvm.config.roots; root++)
    if (kvm.pt[root].state === 'linked' && is_linked_below(kvm, root, table)) return true;
  return false;
}
