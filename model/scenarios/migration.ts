/**
 * vCPUs that are not pinned: what is cached belongs to the processor, and stays there when the vCPU is moved away. The
 * flush that KVM requests when it loads a vCPU on another processor than last time is what makes that harmless.
 */
import { process, scenarios } from 'mmucheck/language';
import { SAFETY } from '../../properties/index.js';
import { migrate_pages } from '../host.js';
import { machine, mapped_small } from '../machine.js';
import { FAULTS_FIND_THEIR_TABLES, NO_TABLE_IS_UNLINKED, unreached } from './unreached.js';
import { a_vcpu_is_kicked, the_host_has_moved_a_page } from './witnesses.js';

const common = {
  claims: [],
  properties: SAFETY,
  unreached: unreached(
    ...NO_TABLE_IS_UNLINKED,
    ...FAULTS_FIND_THEIR_TABLES,
    'kvm_tdp_mmu_page_fault > fast_page_fault',
    'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
    'tdp_iter_next > tdp_iter_restart',
    'tdp_iter_next > try_step_up',
    'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
    'tdp_mmu_map_handle_target_level > make_spte',
  ),
} as const;
const moving = machine(
  { tables: 2, invalidations: 1, reschedule: false, spontaneousExits: true, pcpus: 2 },
  [process('cpu0', migrate_pages, 0, 1)],
  mapped_small(),
);

export default scenarios({
  moved: {
    ...common,
    ...moving,
    title: 'A notifier moves a page while its vCPU is moved between two processors',
    witnesses: [a_vcpu_is_kicked, the_host_has_moved_a_page],
  },
  'moved-without-flush': {
    ...common,
    ...moving,
    title: 'The same when no flush is requested for a vCPU that was moved',
    variant: ['moved-without-flush'],
    expect: { P1: 'violated', P8: 'violated' },
    witnesses: [a_vcpu_is_kicked, the_host_has_moved_a_page],
  },
  shared: {
    ...common,
    ...machine(
      { vcpus: 2, tables: 2, invalidations: 1, reschedule: false, spontaneousExits: true, pcpus: 1 },
      [process('cpu0', migrate_pages, 0, 1)],
      mapped_small(),
    ),
    title: 'A notifier moves a page of two vCPUs that take turns on one processor',
    witnesses: [a_vcpu_is_kicked, the_host_has_moved_a_page],
  },
});
