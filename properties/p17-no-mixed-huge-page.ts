/**
 * P17: no huge leaf maps gfns with different attributes.
 *
 * The kernel would tolerate one inside an invalidation that is about to zap it. KVM_SET_MEMORY_ATTRIBUTES has no need
 * of that: it zaps first and changes attributes then, so nothing is tolerated here.
 *
 * `P17set`: when KVM_SET_MEMORY_ATTRIBUTES returns 0, the range has the attribute. Asserted there (kernel/mem_attributes.ts).
 */
import { property } from 'mmucheck/language';
import { walk_is_huge, walk_level, walk } from '../model/hardware/translation.js';
import { gfn_round_for_level } from '../model/kernel/spte.js';
import type { Kvm } from '../model/state.js';

export function huge_leafs_have_one_attribute(kvm: Kvm): boolean {
  for (let gfn = 0; gfn < kvm.config.attributeGfns; gfn++)
    if (walk_is_huge(kvm, gfn) && walk(kvm, gfn).kind === 'LEAF') {
      const first = gfn_round_for_level(kvm, gfn, walk_level(kvm, gfn));
      if (kvm.private_memory.attributes[gfn] !== kvm.private_memory.attributes[first]) return false;
    }
  return true;
}

export const P17 = property({
  id: 'P17',
  title: 'no huge page of mixed attributes',
  invariant: huge_leafs_have_one_attribute,
});

export const P17set = property({ id: 'P17set', title: 'attributes are what was set' });
