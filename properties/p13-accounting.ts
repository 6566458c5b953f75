/**
 * P13: page statistics say how many leafs of each level are present, and tdp_mmu_pages how many tables are linked,
 * whenever no update is in flight. Updates follow the change of the entry under the same hold of mmu_lock, so that is
 * whenever mmu_lock is free.
 *
 * What hangs below a root that has been freed is not there any more: leafs and tables that a zap has left behind show
 * as counts that stay too high.
 */
import { property } from 'mmucheck/language';
import { linked_tables, present_leafs } from '../model/kernel/accounting.js';
import { rwlock_is_free } from '../model/kernel/locks.js';
import type { Kvm } from '../model/state.js';

export function pages_are_accounted_for(kvm: Kvm): boolean {
  if (!rwlock_is_free(kvm.mmu_lock, kvm.config.processes)) return true;
  for (let level = 1; level <= kvm.config.statLevels; level++)
    if (kvm.accounting.pages[level - 1] !== present_leafs(kvm, level)) return false;
  return kvm.config.statCounts === 0 || kvm.accounting.tdp_mmu_pages[0] === linked_tables(kvm);
}

export const P13 = property({ id: 'P13', title: 'accounting', invariant: pages_are_accounted_for });
