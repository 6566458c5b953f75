/**
 * T15: a VM that is destroyed goes: in the end all its tables are given back, and once kvm_destroy_vm() has returned (and struct kvm is freed)
 * no notifier is in it or gets in.
 */
import {
  always,
  and,
  eventually,
  finished,
  implies,
  not,
  type PropertySpec,
  property,
} from 'mmucheck/language';
import type { Kvm } from '../model/state.js';
import { KERNEL_FAIRNESS } from './fairness.js';

export function every_table_is_freed(kvm: Kvm): boolean {
  for (let table = 0; table < kvm.config.tables; table++) if (kvm.pt[table].state !== 'free') return false;
  return true;
}

export function a_notifier_is_in_the_vm(kvm: Kvm): boolean {
  return kvm.mn_active_invalidate_count > 0;
}

/** @param thread the process that destroys the VM */
export function the_vm_goes(thread: string): PropertySpec {
  return property({
    id: 'T15',
    title: 'a destroyed VM is gone',
    temporal: and(
      eventually(every_table_is_freed),
      always(implies(finished(thread), not(a_notifier_is_in_the_vm))),
    ),
    fairness: KERNEL_FAIRNESS,
  });
}
