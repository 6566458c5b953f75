/** KVM_PRE_FAULT_MEMORY (from 6.11): arch/x86/kvm/mmu/mmu.c. A slow fault that no guest has taken. */
import { assert, type Op } from 'mmucheck/language';
import type { Gfn, Kvm, VcpuId } from '../state.js';
import type { Fault, RetPf } from './fault.js';
import { kvm_mmu_do_page_fault } from './mmu.js';
import { kvm_mmu_reload } from './mmu_root.js';

/** Maps what a read of `gfn` needs. Runs on the vCPU's thread while the vCPU is outside the guest. */
export function* kvm_arch_vcpu_pre_fault_memory(kvm: Kvm, vcpu: VcpuId, fault: Fault, gfn: Gfn): Op {
  if (kvm.config.roots > 1) yield* kvm_mmu_reload(kvm, vcpu);
  fault.gfn = gfn;
  fault.write = false;
  fault.exec = false;
  fault.present = false;
  fault.prefetch = 1;
  yield* kvm_tdp_map_page(kvm, vcpu, fault);
  fault.prefetch = 0;
}

/**
 * Tries until the gfn is mapped or there is an error, inside SRCU and with the root that was there at first. (A pending
 * signal ends it too. Nobody promises one, so it is the same as none.)
 */
function* kvm_tdp_map_page(kvm: Kvm, vcpu: VcpuId, fault: Fault): Op<RetPf> {
  let r: RetPf = 'RETRY';
  while (r === 'RETRY') r = yield* kvm_mmu_do_page_fault(kvm, vcpu, fault);
  warn_if_not_fixed(r);
  return r;
}

/** The WARN_ONCE() about what is neither an error nor a mapping. */
function warn_if_not_fixed(r: RetPf): void {
  assert(r !== 'RETRY', 'P14', 'a prefault ends without an error, and has mapped nothing');
}
