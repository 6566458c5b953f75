/** O27: the VM is destroyed. Nothing is flushed, nobody is left who could use what is freed, and everything is freed and counted. */
import { process, scenarios } from 'mmucheck/language';
import { P13, P25, SAFETY } from '../../properties/index.js';
import { the_vm_goes } from '../../properties/t15-the-vm-goes.js';
import { operations_end } from '../../properties/t4-operations-end.js';
import { V6_6 } from '../config.js';
import { migrate_pages } from '../host.js';
import { kvm_destroy_vm } from '../kernel/destroy.js';
import { machine, mapped_small } from '../machine.js';
import { reads_under_rcu } from './threads.js';
import { a_root_is_invalid, a_table_waits_for_its_grace_period, every_table_is_freed } from './witnesses.js';
import { unreached } from './unreached.js';

const choices = {
  vcpus: 0,
  hugePages: 2,
  tables: 4,
  roots: 2,
  accounting: true,
  invalidations: 1,
  destructions: 1,
  kernel: V6_6,
  flush: 'atomic',
} as const;
const destroyed = {
  ...machine(
    choices,
    [process('cpu0', kvm_destroy_vm), process('cpu1', migrate_pages, 0, 2)],
    mapped_small(),
  ),
  properties: [...SAFETY, P13, P25, operations_end(['cpu0', 'cpu1'])],
  witnesses: [every_table_is_freed],
  unreached: unreached(
    '__tdp_mmu_zap_root > tdp_mmu_set_spte_atomic',
    'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
  ),
};

export default scenarios({
  'against-notifier': {
    ...destroyed,
    properties: [...destroyed.properties, the_vm_goes('cpu0')],
    title: 'The last reference to the VM goes while the host moves its pages: notifiers are waited for',
    claims: ['O27', 'fix:a889ea54b3da'],
  },
  'beside-rcu-reader': {
    ...machine(
      { ...choices, invalidations: 0 },
      [process('cpu0', kvm_destroy_vm), process('cpu1', reads_under_rcu)],
      mapped_small(),
    ),
    title:
      'Somebody who has nothing to do with the VM is inside RCU while it is destroyed: its tables wait for him, and the VM for them',
    claims: ['O27', 'T15'],
    properties: [...SAFETY, P13, P25, operations_end(['cpu0']), the_vm_goes('cpu0')],
    witnesses: [every_table_is_freed, a_table_waits_for_its_grace_period],
    unreached: unreached(
      '__tdp_mmu_zap_root > tdp_mmu_set_spte_atomic',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_iter_next > try_step_down',
      'tdp_iter_next > try_step_up',
    ),
  },
  'without-waiting': {
    ...destroyed,
    title: 'A notifier that is not waited for keeps a root, and its walk outlives the VM',
    claims: ['O27'],
    variant: ['destroy-beside-notifiers'],
    expect: { P4: 'violated' },
  },
  'root-left-behind': {
    ...destroyed,
    unreached: unreached(
      '__tdp_mmu_zap_root > tdp_mmu_set_spte_atomic',
      'kvm_tdp_mmu_put_root',
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
    ),
    title: 'A notifier puts the last reference to a root, and nobody frees it',
    claims: ['fix:a889ea54b3da'],
    variant: ['yield-leaks-root'],
    witnesses: [a_root_is_invalid],
    expect: { P4: 'violated' },
  },
});
