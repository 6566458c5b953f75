/**
 * P24: an entry of a dirty ring goes from dirtied to handed back to reset, and on (the state machine in the API's documentation).
 * KVM_RESET_DIRTY_RINGS resets nothing else (asserted in kernel/dirty_ring_reset.ts), and everything that its caller has handed back before: who
 * calls it copies the pages of these entries when it returns, and one that is left behind is of a page that was not protected again. (A
 * signal may end the ioctl early from 6.16 on, and userspace sees it by the count that is returned; nobody sends signals here.)
 */
import { property } from 'mmucheck/language';
import type { Gfn, Kvm } from '../model/state.js';

export function what_is_handed_back_is_reset(kvm: Kvm): boolean {
  for (let v = 0; v < kvm.config.ringVcpus; v++)
    for (let i = 0; i < kvm.config.dirtyRing; i++)
      if (kvm.dirty.ring[v].flags[i] === 'RESET' && !is_collected(kvm, kvm.dirty.ring[v].offset[i]))
        return false;
  return true;
}

/** Some thread has it in hand. */
function is_collected(kvm: Kvm, gfn: Gfn): boolean {
  for (let thread = 0; thread < kvm.config.ringThreads; thread++)
    if ((kvm.dirty.collected[thread] & (1 << gfn)) !== 0) return true;
  return false;
}

export const P24 = property({
  id: 'P24',
  title: 'handed back entries are reset',
  invariant: what_is_handed_back_is_reset,
});
