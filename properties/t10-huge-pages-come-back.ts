/**
 * T10: huge pages come back. Once nothing forbids them any more, and what was mapped small has been zapped, what a vCPU
 * accesses is mapped as large as the host maps it. For scenarios at whose end that is so. (A page that nobody zaps stays small:
 * a fault is what maps it anew.)
 */
import { always, eventually, not, property } from 'mmucheck/language';
import { giga_index, huge_index } from '../model/hardware/tlb.js';
import { walk, walk_level } from '../model/hardware/translation.js';
import { type Gfn, type Kvm, type Level, PG_LEVEL_1G, PG_LEVEL_2M, PG_LEVEL_4K } from '../model/state.js';
import { KERNEL_FAIRNESS } from './fairness.js';

export function a_page_is_mapped_smaller_than_by_the_host(kvm: Kvm): boolean {
  for (let gfn = 0; gfn < kvm.config.gfns; gfn++)
    if (walk(kvm, gfn).kind === 'LEAF' && walk_level(kvm, gfn) < host_level(kvm, gfn)) return true;
  return false;
}

function host_level(kvm: Kvm, gfn: Gfn): Level {
  if (kvm.config.levels === 3 && kvm.host.giga[giga_index(kvm, gfn)]) return PG_LEVEL_1G;
  return kvm.host.huge[huge_index(kvm, gfn)] ? PG_LEVEL_2M : PG_LEVEL_4K;
}

export const T10 = property({
  id: 'T10',
  title: 'huge pages come back',
  temporal: eventually(always(not(a_page_is_mapped_smaller_than_by_the_host))),
  fairness: KERNEL_FAIRNESS,
});
