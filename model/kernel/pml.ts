/**
 * KVM's side of page-modification logging: arch/x86/kvm/vmx/vmx.c, and when it is switched on and off:
 * arch/x86/kvm/x86.c. It is on while some memslot logs, vCPU by vCPU, as each serves a request before its next entry.
 */
import type { Op, Range } from 'mmucheck/language';
import type { Kvm, VcpuId } from '../state.js';
import { kvm_vcpu_mark_page_dirty } from './memslot.js';
import { kvm_make_all_cpus_request, kvm_vcpu_kick } from './requests.js';

/**
 * Part of kvm_commit_memory_region(): atomic_set() of the count of slots that log, of which there is one here. Before
 * the request: who serves it reads this.
 */
export function* count_logging_slots(kvm: Kvm, nr: number): Op {
  yield;
  kvm.dirty.nr_memslots_dirty_logging = nr;
}

/** When the first slot begins or the last one ends to log. Waits until no vCPU runs with the old setting. */
export function* kvm_mmu_update_cpu_dirty_logging(kvm: Kvm, enable: boolean): Op {
  yield;
  const nr_slots = kvm.dirty.nr_memslots_dirty_logging;
  if ((enable && nr_slots === 1) || nr_slots === 0) yield* request_update_of_all(kvm);
}

function* request_update_of_all(kvm: Kvm): Op {
  if (kvm.config.flush === 'protocol') yield* kvm_make_all_cpus_request(kvm, 'UPDATE_CPU_DIRTY_LOGGING');
  else {
    // What the protocol guarantees when it returns, as one step.
    yield;
    for (let v = 0; v < kvm.config.vcpus; v++) set_pml(kvm, v);
  }
}

export function* kvm_check_request_update_cpu_dirty_logging(kvm: Kvm, vcpu: VcpuId): Op<boolean> {
  yield;
  const requested = kvm.dirty.request_update_cpu_dirty_logging[vcpu];
  kvm.dirty.request_update_cpu_dirty_logging[vcpu] = false;
  return requested;
}

/** While the vCPU runs L2, only the VMCS of L1 is changed, at the next nested exit. */
export function* vmx_update_cpu_dirty_logging(kvm: Kvm, vcpu: VcpuId): Op {
  yield;
  set_pml(kvm, vcpu);
}

function set_pml(kvm: Kvm, vcpu: VcpuId): void {
  if (!kvm.config.wrprotOnly) kvm.vcpus[vcpu].pml.enabled = kvm.dirty.nr_memslots_dirty_logging;
}

/**
 * The first thing that the exit handler does, unless the vCPU ran L2: long after the vCPU has left the guest for
 * others, who may have read the dirty log meanwhile. The newest entry first, as up to 6.13; nothing depends on it.
 */
export function* vmx_flush_pml_buffer(kvm: Kvm, vcpu: VcpuId): Op {
  let left: Range<0, 'pml'> = kvm.vcpus[vcpu].pml.length;
  if (left === 0) return;
  while (left > 0) {
    left = left - 1;
    yield* kvm_vcpu_mark_page_dirty(kvm, kvm.vcpus[vcpu].pml.gfn[left]);
  }
  yield* reset_pml_index(kvm, vcpu);
}

/** vmcs_write16(GUEST_PML_INDEX). */
function* reset_pml_index(kvm: Kvm, vcpu: VcpuId): Op {
  yield;
  kvm.vcpus[vcpu].pml.length = 0;
  forget_entries(kvm, vcpu);
}

/** They stay in the page and mean nothing; forgotten, equal states are equal. */
function forget_entries(kvm: Kvm, vcpu: VcpuId): void {
  for (let i = 0; i < kvm.config.pml; i++) kvm.vcpus[vcpu].pml.gfn[i] = 0;
}

/**
 * Before a dirty log is read: has the vCPUs exit, so that they empty their buffers. Does not wait for that: what is
 * in a buffer by then is reported another time. (Without the kick protocol exits come by themselves, or not.)
 */
export function* kvm_arch_sync_dirty_log(kvm: Kvm): Op {
  if (kvm.config.pml > 0 && kvm.config.flush === 'protocol')
    for (let v = 0; v < kvm.config.vcpus; v++) yield* kvm_vcpu_kick(kvm, v);
}
