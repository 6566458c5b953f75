/**
 * Long walks and somebody who waits for mmu_lock: each walk lets go of it before its next entry (T19). Everywhere else need_resched() may
 * say anything, so that giving the lock up is something that may happen; here it is something that must.
 */
import { type Op, type ProcessSpec, process, scenarios } from 'mmucheck/language';
import { SAFETY } from '../../properties/index.js';
import { operations_end } from '../../properties/t4-operations-end.js';
import { T19 } from '../../properties/t19-contended-lock-is-given-up.js';
import { type Choices, type Config, V6_13, V6_18, V6_6 } from '../config.js';
import { migrate_pages } from '../host.js';
import { rwlock_is_contended, write_lock, write_unlock } from '../kernel/locks.js';
import { kvm_recover_nx_huge_pages } from '../kernel/nx.js';
import { host_huge, machine, mapped_huge, mapped_small } from '../machine.js';
import { type Kvm, ROOT } from '../state.js';
import { recover_huge_pages } from './M10.js';
import { unreached } from './unreached.js';

/** Anybody: another notifier, an ioctl. */
export function* take_mmu_lock(kvm: Kvm): Op {
  yield* write_lock(kvm);
  yield* write_unlock(kvm);
}

export function somebody_waits_for_a_walk(kvm: Kvm): boolean {
  return rwlock_is_contended(kvm) && kvm.rcu_reader[0];
}

/** Both pages have been split, where the host maps huge. */
function split_by_two_fetches(kvm: Kvm, config: Config): void {
  mapped_small()(kvm, config);
  host_huge(kvm, config);
  for (let table = 1; table < kvm.nx.listed.length && table <= config.hugePages; table++) {
    kvm.pt[table].nx_huge_page_disallowed = true;
    kvm.nx.listed[table] = true;
    kvm.nx.ptep[table] = { table: ROOT, index: table - 1 };
  }
}

const walks = (
  walk: ProcessSpec,
  choices: Partial<Choices>,
  mapping: (kvm: Kvm, config: Config) => void,
) => ({
  ...machine(
    { hugePages: 2, contention: true, flush: 'atomic', guestWrites: false, ...choices },
    [walk, process('waiter', take_mmu_lock)],
    mapping,
  ),
  claims: ['T19'],
  properties: [...SAFETY, T19, operations_end([walk.name, 'waiter'])],
  witnesses: [somebody_waits_for_a_walk],
});
const nx = { nxHugePages: true, nxRecovery: true, trackExec: true };

export default scenarios({
  zap: {
    ...walks(process('walker', migrate_pages, 0, 4), { invalidations: 1 }, mapped_huge()),
    title: 'A notifier zaps two pages, with mmu_lock held for write',
    unreached: unreached(
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_set_spte > handle_changed_spte',
      'try_step_down > tdp_iter_refresh_sptep',
      'vcpu_enter_guest > run_guest',
    ),
  },
  recovery: {
    ...walks(process('walker', recover_huge_pages), { kernel: V6_13 }, split_by_two_fetches),
    title: 'Logging stops, and two tables give way to huge pages, with mmu_lock held for read',
    unreached: unreached(
      'handle_removed_pt > kvm_tdp_mmu_write_spte_atomic',
      'tdp_iter_next > try_step_down',
      'tdp_iter_next > try_step_up',
      'vcpu_enter_guest > run_guest',
    ),
  },
  'nx-recovery-write-locked': {
    ...walks(process('walker', kvm_recover_nx_huge_pages, 2), { ...nx, kernel: V6_6 }, split_by_two_fetches),
    title: 'The worker zaps two tables of NX splits, with mmu_lock held for write',
    unreached: unreached(
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'vcpu_enter_guest > run_guest',
    ),
  },
  'nx-recovery-read-locked': {
    ...walks(process('walker', kvm_recover_nx_huge_pages, 2), { ...nx, kernel: V6_18 }, split_by_two_fetches),
    title: 'The same from 6.18 on, with mmu_lock held for read',
    unreached: unreached('handle_removed_pt > kvm_tdp_mmu_write_spte_atomic', 'vcpu_enter_guest > run_guest'),
  },
  'lock-kept': {
    ...walks(process('walker', migrate_pages, 0, 4), { invalidations: 1 }, mapped_huge()),
    title: 'The walk of the notifier asks whether it should yield, and keeps the lock',
    variant: ['walk-keeps-contended-lock'],
    properties: [T19],
    expect: { T19: 'violated' },
  },
});
