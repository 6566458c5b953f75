/**
 * What all ways to take a page out of the dirty log end in: arch/x86/kvm/mmu/mmu.c. The pages are protected, or their
 * D bits cleared, so that the next write is recorded.
 */
import type { Op, Range } from 'mmucheck/language';
import { huge_index } from '../hardware/tlb.js';
import { type Gfn, type Kvm, PG_LEVEL_2M, PG_LEVEL_4K } from '../state.js';
import { __ffs, kvm_tdp_mmu_clear_dirty_pt_masked } from './tdp_mmu/dirty.js';
import { kvm_tdp_mmu_try_split_huge_pages } from './tdp_mmu/split.js';
import { kvm_tdp_mmu_write_protect_gfn } from './tdp_mmu/write_protect.js';

/** The pages in `mask`, from `gfn_offset` on. mmu_lock held for write; a split may drop it. */
export function* kvm_arch_mmu_enable_log_dirty_pt_masked(
  kvm: Kvm,
  gfn_offset: Gfn,
  mask: Range<0, 'wordMask'>,
): Op {
  if (kvm.config.initiallyAllSet) {
    // Nothing was split or protected when logging began: the first write to a huge page has to be made to fault here.
    const start: Gfn = gfn_offset + __ffs(kvm, mask);
    const end: Gfn = gfn_offset + __fls(kvm, mask);
    if (kvm.config.eagerPageSplit)
      yield* kvm_tdp_mmu_try_split_huge_pages(kvm, start, end + 1, PG_LEVEL_4K, false);
    yield* kvm_tdp_mmu_write_protect_gfn(kvm, start, PG_LEVEL_2M);
    if (huge_index(kvm, start) !== huge_index(kvm, end))
      yield* kvm_tdp_mmu_write_protect_gfn(kvm, end, PG_LEVEL_2M);
  }
  // kvm_mmu_clear_dirty_pt_masked() with PML, kvm_mmu_write_protect_pt_masked() without.
  yield* kvm_tdp_mmu_clear_dirty_pt_masked(kvm, gfn_offset, mask, kvm.config.pml === 0);
}

/** The highest bit set in a mask that is not 0. */
function __fls(kvm: Kvm, mask: number): number {
  for (let bit = kvm.config.wordBits - 1; bit > 0; bit--) if ((mask & (1 << bit)) !== 0) return bit;
  return 0;
}
