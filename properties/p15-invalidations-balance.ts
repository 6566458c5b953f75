/**
 * P15: every invalidation that is begun is ended, once, by the operation that began it, whichever way that returns.
 * Asserted where an operation ends one and where it returns (kernel/mmu_notifier.ts); the invariant says that the
 * kernel's count is the number of open ones. Checked where the configuration counts them by process.
 */
import { property } from 'mmucheck/language';
import type { Kvm } from '../model/state.js';

export function the_count_is_right(kvm: Kvm): boolean {
  if (kvm.config.countedProcesses === 0) return true;
  let open = 0;
  for (let p = 0; p < kvm.config.countedProcesses; p++) open = open + kvm.ghost.open_invalidations[p];
  return kvm.mmu_invalidate_in_progress === open;
}

export const P15 = property({
  id: 'P15',
  title: 'invalidations are balanced',
  invariant: the_count_is_right,
});
