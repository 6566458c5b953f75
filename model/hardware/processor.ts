/**
 * Which logical processor a vCPU runs on (A14). By default each vCPU is pinned to a processor of its own. With `pcpus`
 * vCPUs share fewer processors and move between them: what is cached belongs to the processor, so a vCPU may use what
 * another one left there, and finds on its return what it left itself. KVM requests a flush of a vCPU that is loaded
 * on another processor than last time; two that alternate on one are not flushed.
 *
 * A thread can be preempted wherever interrupts are on, so of two vCPUs on one processor only one is between their
 * disabling and enabling, and with it in the guest. Entries of linear aliases belong to one vCPU and are not shared:
 * `pcpus` goes with the guest-physical lane alone, whose entries serve every address.
 */
import { assume, chooseBelow, type Op, rest } from 'mmucheck/language';
import type { Kvm, VcpuId } from '../state.js';

export function cpu_of(kvm: Kvm, vcpu: number): number {
  if (kvm.config.pcpus === 0) return vcpu;
  return kvm.vcpus[vcpu].cpu;
}

/** Whether the vCPU's processor is not taken by another vCPU, with interrupts off. */
export function has_processor(kvm: Kvm, vcpu: number): boolean {
  if (kvm.config.pcpus === 0) return true;
  for (let v = 0; v < kvm.config.vcpus; v++)
    if (v !== vcpu && !kvm.vcpus[v].irqs_enabled && cpu_of(kvm, v) === cpu_of(kvm, vcpu)) return false;
  return true;
}

/** The scheduler moves the vCPU's thread. vmx_vcpu_load_vmcs(): the VMCS was on another processor. */
export function* migration(kvm: Kvm, vcpu: VcpuId): Op {
  while (true) {
    yield rest(() => true);
    assume(kvm.vcpus[vcpu].irqs_enabled);
    const cpu = chooseBelow(kvm.config.pcpus);
    assume(cpu !== cpu_of(kvm, vcpu));
    kvm.vcpus[vcpu].cpu = cpu;
    kvm.vcpus[vcpu].request_tlb_flush = true;
  }
}
