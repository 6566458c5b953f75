/**
 * T14: the page of a table comes back: of one that was unlinked after its grace period, of one that was never linked from whoever has
 * allocated it. In the kernel's words: call_rcu(&sp->rcu_head, tdp_mmu_free_sp_rcu_callback), or tdp_mmu_free_sp() at once.
 */
import { leadsTo, not, property } from 'mmucheck/language';
import type { Kvm } from '../model/state.js';
import { KERNEL_FAIRNESS } from './fairness.js';

export function a_page_is_in_no_table(kvm: Kvm): boolean {
  for (let table = kvm.config.roots; table < kvm.config.tables; table++)
    if (kvm.pt[table].state === 'private' || kvm.pt[table].state === 'detached') return true;
  return false;
}

export const T14 = property({
  id: 'T14',
  title: 'pages of tables are given back',
  temporal: leadsTo(a_page_is_in_no_table, not(a_page_is_in_no_table)),
  fairness: KERNEL_FAIRNESS,
});
