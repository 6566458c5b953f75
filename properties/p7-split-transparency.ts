/**
 * P7: when a table replaces a huge leaf, its entries translate and allow what the leaf did.
 *
 * Under the read lock that is the replaced value. Under the write lock the children come from a snapshot, and bits
 * that were set in between (A, D, W) are missing from them: tolerated. X may be added at 4K. Huge and small
 * translations may be cached together for any time.
 *
 * `P7exact` is the claim without that tolerance: children equal the replaced entry, whatever the lock.
 */
import { property } from 'mmucheck/language';
import { entry_level } from '../model/hardware/tables.js';
import { KVM_PAGES_PER_HPAGE } from '../model/kernel/spte.js';
import { type Kvm, type Level, PG_LEVEL_4K, type Spte } from '../model/state.js';

export function a_split_keeps_the_translation(before: Kvm, after: Kvm): boolean {
  return splits_keep(before, after, before.mmu_lock.writer >= 0);
}

export function a_split_keeps_every_bit(before: Kvm, after: Kvm): boolean {
  return splits_keep(before, after, false);
}

function splits_keep(before: Kvm, after: Kvm, bits_may_be_missing: boolean): boolean {
  for (let table = 0; table < before.config.tables; table++)
    for (let entry = 0; entry < before.config.entries; entry++) {
      const huge = before.pt[table].spte[entry];
      const split = after.pt[table].spte[entry];
      if (huge.kind === 'LEAF' && split.kind === 'TABLE') {
        const level = entry_level(before, table) - 1;
        for (let i = 0; i < before.config.fanout; i++) {
          const pfn = huge.pfn + i * KVM_PAGES_PER_HPAGE(before, level);
          if (!is_part_of(huge, after.pt[split.child].spte[i], pfn, level, bits_may_be_missing)) return false;
        }
      }
    }
  return true;
}

function is_part_of(
  huge: Spte,
  small: Spte,
  pfn: number,
  level: Level,
  bits_may_be_missing: boolean,
): boolean {
  if (small.kind !== 'LEAF' || small.pfn !== pfn) return false;
  if (small.mmu_writable !== huge.mmu_writable || small.host_writable !== huge.host_writable) return false;
  if (small.executable !== huge.executable && !(level === PG_LEVEL_4K && small.executable)) return false;
  if (bits_may_be_missing)
    return (
      (!small.writable || huge.writable) && (!small.accessed || huge.accessed) && (!small.dirty || huge.dirty)
    );
  return small.writable === huge.writable && small.accessed === huge.accessed && small.dirty === huge.dirty;
}

export const P7 = property({
  id: 'P7',
  title: 'split transparency',
  step: a_split_keeps_the_translation,
});

export const P7exact = property({
  id: 'P7exact',
  title: 'split children equal the replaced entry',
  step: a_split_keeps_every_bit,
});
