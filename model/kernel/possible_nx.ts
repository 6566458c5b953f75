/**
 * The list of tables that could be huge pages if those were executable: possible_nx_huge_pages, arch/x86/kvm/mmu/mmu.c.
 *
 * It is changed, together with the flag of the table, under tdp_mmu_pages_lock or with mmu_lock held for write. Each of
 * these sections is one step: whatever else touches the list is such a section, and a reader of the flag that takes no
 * lock sees one of its two values either way. The kernel's test of the flag before it takes the lock in
 * tdp_mmu_unlink_sp() saves the lock only: nobody sets the flag of a table that others can see.
 */
import type { Op } from 'mmucheck/language';
import type { Kvm, PageTableId } from '../state.js';

/** For a table that a fault has just linked. Somebody may have unlinked it already, and has cleared its flag then. */
export function* track_possible_nx_huge_page(kvm: Kvm, sp: PageTableId): Op {
  yield;
  if (kvm.pt[sp].nx_huge_page_disallowed) kvm.nx.listed[sp] = true;
}

export function unaccount_nx_huge_page(kvm: Kvm, sp: PageTableId): void {
  kvm.pt[sp].nx_huge_page_disallowed = false;
  if (kvm.config.nxRecovery) kvm.nx.listed[sp] = false;
}
