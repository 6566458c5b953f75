/**
 * P18: on a processor with the iTLB multi-hit erratum, no vCPU holds two executable translations of different size
 * for one gfn. A conservative form: the erratum needs a change of size together with more.
 */
import { property } from 'mmucheck/language';
import { fetch_translations_differ_in_size } from '../model/hardware/translation.js';
import type { Kvm } from '../model/state.js';

export function one_executable_size(kvm: Kvm): boolean {
  for (let v = 0; v < kvm.config.vcpus; v++)
    for (let gfn = 0; gfn < kvm.config.gfns; gfn++)
      if (fetch_translations_differ_in_size(kvm, v, gfn)) return false;
  return true;
}

export const P18 = property({ id: 'P18', title: 'no iTLB multi-hit', invariant: one_executable_size });
