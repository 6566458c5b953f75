/**
 * The whole machine on level C: a notifier zaps, flushes and moves a page, with store buffers under every access to
 * modes, requests, entries and acknowledgements. What holds without store buffers holds with them; the barriers that
 * make it so are taken out one by one.
 */
import { process, type ScenarioSpec, scenarios } from 'mmucheck/language';
import { P1, P21, P6, P8, T7 } from '../../properties/index.js';
import { migrate_pages } from '../host.js';
import { machine, mapped_small } from '../machine.js';
import {
  EVERY_FAULT_IS_FAST,
  FAULTS_FIND_THEIR_TABLES,
  NO_TABLE_IS_UNLINKED,
  unreached,
} from './unreached.js';
import { enable_then_disable } from './threads.js';
import {
  a_fast_fault_is_about_to_mark_its_page,
  a_vcpu_is_kicked,
  the_dirty_bitmap_is_freed,
  the_host_has_moved_a_page,
} from './witnesses.js';

const NEVER = [
  ...NO_TABLE_IS_UNLINKED,
  ...FAULTS_FIND_THEIR_TABLES,
  'kvm_tdp_mmu_page_fault > fast_page_fault',
  'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
  'tdp_iter_next > tdp_iter_restart',
  'tdp_iter_next > try_step_up',
  'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
  'tdp_mmu_map_handle_target_level > make_spte',
] as const;

const notifier = {
  ...machine(
    { tables: 2, invalidations: 1, reschedule: false, storeBuffers: 2 },
    [process('cpu0', migrate_pages, 0, 1)],
    mapped_small(),
  ),
  claims: ['L2'],
  properties: [P1, P6, P8, T7],
  unreached: unreached(...NEVER),
} as const;

const without_buffers = machine(
  { tables: 2, invalidations: 1, reschedule: false },
  [process('cpu0', migrate_pages, 0, 1)],
  mapped_small(),
);

function weakened(name: string, title: string, violated: ScenarioSpec['expect']): [string, ScenarioSpec][] {
  const witnesses = [the_host_has_moved_a_page];
  return [
    [name, { ...notifier, title, variant: [name], witnesses, expect: violated ?? {} }],
    [
      `${name}-sc`,
      {
        ...notifier,
        ...without_buffers,
        title: `${title}, without store buffers`,
        variant: [name],
        witnesses,
      },
    ],
  ];
}

const two_grace_periods = {
  ...machine(
    { tables: 2, srcu: true, bitmapLifetime: true, flush: 'atomic', reschedule: false, storeBuffers: 1 },
    [process('cpu0', enable_then_disable)],
    mapped_small({ writable: false }),
  ),
  properties: [P6, P21, T7],
  witnesses: [the_dirty_bitmap_is_freed, a_fast_fault_is_about_to_mark_its_page],
};

export default scenarios({
  'srcu-twice': {
    ...two_grace_periods,
    title:
      'A reader has sampled the index of SRCU before a grace period, and counts when the next one has begun',
    claims: ['L2'],
    unreached: unreached(
      ...EVERY_FAULT_IS_FAST,
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
      'tdp_mmu_split_huge_pages_root > tdp_iter_next',
      'tdp_mmu_split_huge_pages_root > tdp_mmu_alloc_sp_for_split',
      'tdp_mmu_split_huge_pages_root > tdp_mmu_split_huge_page',
    ),
  },
  notifier: {
    ...notifier,
    title: 'A notifier moves a mapped page while a vCPU enters, with store buffers',
    witnesses: [a_vcpu_is_kicked, the_host_has_moved_a_page],
  },
  ...Object.fromEntries([
    ...weakened('entry-without-barrier', 'No barrier between mode and requests at VM entry', {
      P1: 'violated',
      P8: 'violated',
    }),
    ...weakened('kick-reads-mode', 'A kick that reads the mode without a LOCK prefix', {}),
    ...weakened('kick-without-lock', 'A kick without any LOCK prefix', { P1: 'violated', P8: 'violated' }),
  ]),
});
