/**
 * T3: a range that was split is flushed in the end, also if the split fails half way: no vCPU goes on for ever with a huge translation of
 * pages that are small by now. For splits of ranges only; one inside a fault promises no flush (P7).
 */
import { leadsTo, not, property } from 'mmucheck/language';
import { may_hold_above, walk_level } from '../model/hardware/translation.js';
import type { Kvm } from '../model/state.js';
import { KERNEL_FAIRNESS } from './fairness.js';

export function a_vcpu_may_use_a_stale_huge_translation(kvm: Kvm): boolean {
  for (let v = 0; v < kvm.config.vcpus; v++)
    for (let gfn = 0; gfn < kvm.config.gfns; gfn++)
      if (kvm.vcpus[v].in_guest && may_hold_above(kvm, v, gfn, walk_level(kvm, gfn))) return true;
  return false;
}

export const T3 = property({
  id: 'T3',
  title: 'a split range is flushed in the end',
  temporal: leadsTo(a_vcpu_may_use_a_stale_huge_translation, not(a_vcpu_may_use_a_stale_huge_translation)),
  fairness: KERNEL_FAIRNESS,
});
