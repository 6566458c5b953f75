/** Lockless walks of the shadow page tables: arch/x86/kvm/mmu/mmu.c. They have no RCU; the mode makes freers wait. */
import type { Op } from 'mmucheck/language';
import { is_drained } from '../hardware/store_buffer.js';
import type { Kvm, VcpuId } from '../state.js';
import { local_irq_disable } from './locks.js';

export function* walk_shadow_page_lockless_begin(kvm: Kvm, vcpu: VcpuId): Op {
  yield* local_irq_disable(kvm.vcpus[vcpu]);
  yield* smp_store_mb_reading(kvm, vcpu);
}

/** smp_store_mb(): an exchange, so that no entry is read before a remote flush can see the mode. */
function* smp_store_mb_reading(kvm: Kvm, vcpu: VcpuId): Op {
  yield () => is_drained(kvm);
  kvm.vcpus[vcpu].mode = 'READING_SHADOW_PAGE_TABLES';
}
