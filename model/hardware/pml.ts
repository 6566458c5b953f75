/**
 * Page-modification logging (SDM vol. 3, 29.3.6). While it is on, setting D in a leaf and writing the address to the
 * vCPU's buffer are one step of the hardware. With the buffer full, an access that has to set A or D causes a VM exit
 * before it does anything; accesses that need neither go on.
 *
 * The buffer is filled from entry 511 down in hardware and from entry 0 up here; how full it is is all that counts.
 */
import { assume, type Range, type Vector } from 'mmucheck/language';
import type { Gfn, Kvm, Spte } from '../state.js';

/** What a VMCS says of it, and the page that it points to. */
export interface Pml {
  /** SECONDARY_EXEC_ENABLE_PML: 0 or 1. */
  enabled: Range<0, 'pmlSwitch'>;
  length: Range<0, 'pml'>;
  gfn: Vector<Gfn, 'pml'>;
}

/** Whether an update of A or D exits instead (A8). */
export function pml_is_full(kvm: Kvm, vcpu: number): boolean {
  return kvm.vcpus[vcpu].pml.enabled === 1 && kvm.vcpus[vcpu].pml.length === kvm.config.pml;
}

/**
 * Part of the locked update that turns `old` into `spte`, a leaf whose A or D changes, for an access to `gfn`: logs
 * the 4K page, whatever the size of the leaf. Not possible while the buffer is full.
 */
export function pml_log(kvm: Kvm, vcpu: number, gfn: Gfn, old: Spte, spte: Spte): void {
  if (kvm.config.pml === 0 || kvm.vcpus[vcpu].pml.enabled === 0) return;
  assume(!pml_is_full(kvm, vcpu));
  if (old.dirty || !spte.dirty) return;
  for (let i = 0; i < kvm.config.pml; i++)
    if (i === kvm.vcpus[vcpu].pml.length) kvm.vcpus[vcpu].pml.gfn[i] = gfn;
  kvm.vcpus[vcpu].pml.length = kvm.vcpus[vcpu].pml.length + 1;
}

/** Whether some vCPU's buffer still has the gfn. */
export function pml_holds(kvm: Kvm, gfn: Gfn): boolean {
  for (let v = 0; v < kvm.config.pmlVcpus; v++)
    for (let i = 0; i < kvm.config.pml; i++)
      if (i < kvm.vcpus[v].pml.length && kvm.vcpus[v].pml.gfn[i] === gfn) return true;
  return false;
}
