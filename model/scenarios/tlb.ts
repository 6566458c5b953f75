/**
 * The two forms of the TLB side by side: each situation once with explicit entries and once with the set of what may
 * be cached. Verdicts must agree, and so must everything reachable but the TLBs themselves (hardware/tlb.test.ts).
 */
import { type ProcessSpec, process, type ScenarioSpec, scenarios } from 'mmucheck/language';
import { SAFETY } from '../../properties/index.js';
import type { Choices, Config } from '../config.js';
import { migrate_pages } from '../host.js';
import { kvm_mmu_slot_try_split_huge_pages, kvm_vm_ioctl_get_dirty_log } from '../kernel/dirty_log.js';
import { logging, machine, mapped_huge, mapped_small } from '../machine.js';
import { type Kvm, PG_LEVEL_4K } from '../state.js';
import { split_then_migrate } from './threads.js';

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

export default scenarios(
  Object.fromEntries([
    ...both_forms('zap', 'A notifier moves a mapped page', { invalidations: 1 }, [migrate], mapped_small()),
    ...both_forms(
      'zap-alias',
      'The same, with a linear alias',
      { invalidations: 1, aliases: 'one', flush: 'atomic' },
      [migrate],
      mapped_small(),
    ),
    ...both_forms(
      'zap-without-flush',
      'A notifier that does not flush',
      { invalidations: 1 },
      [process('cpu0', split_then_migrate)],
      mapped_huge(),
      { variant: ['zap-without-flush'], expect: { P1: 'violated', P8: 'violated' } },
    ),
    ...both_forms(
      'split-dirty',
      'A split while hardware sets D',
      { trackDirty: true, guestReads: true, flush: 'atomic' },
      [process('cpu0', kvm_mmu_slot_try_split_huge_pages, PG_LEVEL_4K)],
      mapped_huge({ dirty: false }),
    ),
    ...both_forms(
      'harvest',
      'KVM_GET_DIRTY_LOG against a fast page fault',
      {},
      [process('cpu0', kvm_vm_ioctl_get_dirty_log)],
      logging(mapped_small({ writable: false })),
    ),
  ]),
);
