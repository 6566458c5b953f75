/**
 * The two forms of the TLB side by side: each situation once with explicit entries and once with the set of what may
 * be cached. Verdicts must agree, and so must everything reachable but the TLBs themselves (hardware/tlb.test.ts).
 */
import { type ProcessSpec, process, type ScenarioSpec, scenarios } from 'mmucheck/language';
import { SAFETY } from '../../properties/index.js';
import type { Choices, Config } from '../config.js';
import { migrate_pages } from '../host.js';
import { kvm_mmu_slot_try_split_huge_pages, kvm_vm_ioctl_get_dirty_log } from '../kernel/dirty_log.js';
import { logging, machine, mapped_giga, mapped_huge, mapped_small } from '../machine.js';
import { type Kvm, PG_LEVEL_4K } from '../state.js';
import { split_then_migrate } from './threads.js';
import { EVERY_FAULT_IS_FAST, FAULTS_FIND_THEIR_TABLES, unreached } from './unreached.js';

const FORMS = { explicit: { tlb: 'explicit' }, 'may-cache': { tlb: 'may-cache' } } as const;

function both_forms(
  situation: string,
  title: string,
  choices: Partial<Choices>,
  threads: readonly ProcessSpec[],
  mapping: (kvm: Kvm, config: Config) => void,
  more: Partial<ScenarioSpec> = {},
): [string, ScenarioSpec][] {
  return Object.entries(FORMS).map(([name, form]) => [
    `${situation}-${name}`,
    {
      ...machine({ aliases: 'none', reschedule: false, ...choices, ...form }, threads, mapping),
      title: `${title} (${name} TLB)`,
      claims: [],
      properties: SAFETY,
      witnesses: [],
      ...more,
    },
  ]);
}

const migrate = process('cpu0', migrate_pages, 0, 2);

/** Faults find the 4K-level table in place, and zaps leave it there. */
const ONE_TABLE = [...FAULTS_FIND_THEIR_TABLES, 'tdp_mmu_set_spte > handle_changed_spte'] as const;

const zapped = {
  unreached: unreached(
    ...ONE_TABLE,
    'kvm_tdp_mmu_page_fault > fast_page_fault',
    'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
    'tdp_iter_next > tdp_iter_restart',
    'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
    'tdp_mmu_map_handle_target_level > make_spte',
    'tdp_mmu_set_spte_atomic > handle_changed_spte',
  ),
};

export default scenarios(
  Object.fromEntries([
    ...both_forms(
      'zap',
      'A notifier moves a mapped page',
      { invalidations: 1 },
      [migrate],
      mapped_small(),
      zapped,
    ),
    ...both_forms(
      'zap-alias',
      'A notifier moves a mapped page that is also cached for a linear alias',
      { invalidations: 1, aliases: 'one', flush: 'atomic' },
      [migrate],
      mapped_small(),
      zapped,
    ),
    ...both_forms(
      'zap-without-flush',
      'A notifier that does not flush',
      { invalidations: 1 },
      [process('cpu0', split_then_migrate)],
      mapped_huge(),
      {
        variant: ['zap-without-flush'],
        expect: { P1: 'violated', P8: 'violated' },
        unreached: unreached(
          ...ONE_TABLE,
          'handle_removed_pt > kvm_tdp_mmu_write_spte_atomic',
          'ipi_handler',
          'kvm_make_all_cpus_request > smp_call_function_many',
          'kvm_tdp_mmu_map > tdp_iter_next',
          'kvm_tdp_mmu_page_fault > fast_page_fault',
          'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
          'tdp_mmu_map_handle_target_level > make_spte',
          'vcpu_enter_guest > local_irq_enable',
          'vcpu_enter_guest > set_mode_outside_guest',
        ),
      },
    ),
    ...both_forms(
      'split-dirty',
      'A split while hardware sets D',
      { trackDirty: true, guestReads: true, flush: 'atomic' },
      [process('cpu0', kvm_mmu_slot_try_split_huge_pages, PG_LEVEL_4K)],
      mapped_huge({ dirty: false }),
      {
        unreached: unreached(
          'tdp_iter_next > try_step_down',
          'tdp_iter_next > try_step_side',
          'tdp_iter_next > try_step_up',
          'tdp_mmu_set_spte_atomic > handle_changed_spte',
          'vcpu_enter_guest > kvm_mmu_page_fault',
        ),
      },
    ),
    ...both_forms(
      'split-three-levels',
      'A split from 1G to 4K while hardware sets D',
      {
        levels: 3,
        hugePages: 2,
        tables: 5,
        trackDirty: true,
        guestReads: true,
        guestGfns: 2,
        flush: 'atomic',
      },
      [process('cpu0', kvm_mmu_slot_try_split_huge_pages, PG_LEVEL_4K)],
      mapped_giga({ dirty: false }),
      {
        unreached: unreached(
          'tdp_mmu_set_spte_atomic > handle_changed_spte',
          'vcpu_enter_guest > kvm_mmu_page_fault',
        ),
      },
    ),
    ...both_forms(
      'harvest',
      'KVM_GET_DIRTY_LOG against a fast page fault',
      {},
      [process('cpu0', kvm_vm_ioctl_get_dirty_log)],
      logging(mapped_small({ writable: false })),
      {
        unreached: unreached(
          ...EVERY_FAULT_IS_FAST,
          'tdp_iter_next > tdp_iter_restart',
          'tdp_iter_next > try_step_up',
          'tdp_mmu_clear_spte_bits > tdp_mmu_clear_spte_bits_atomic',
        ),
      },
    ),
  ]),
);
