/**
 * M10: when dirty logging stops, tables that could be huge pages are replaced (from 6.13 on) or zapped (before). They
 * are freed after a grace period, which waits for the remover and for no vCPU in the guest: so the flush must come
 * before the remover leaves RCU, whether it is done or only yields.
 */
import { type Op, process, scenarios } from 'mmucheck/language';
import { P1, P4, P5, P6, P14, P16, P18, SAFETY } from '../../properties/index.js';
import { type Config, V6_10, V6_13, V6_6 } from '../config.js';
import { promise_flushed } from '../hardware/ept.js';
import { mutex_lock, mutex_unlock } from '../kernel/locks.js';
import { kvm_mmu_recover_huge_pages } from '../kernel/tdp_mmu/recover.js';
import { NONPRESENT_SPTE } from '../kernel/spte.js';
import { host_huge, machine, mapped_small } from '../machine.js';
import { type Kvm, ROOT } from '../state.js';
import { a_table_waits_for_its_grace_period, an_entry_is_frozen } from './witnesses.js';
import { FAULTS_FIND_THEIR_TABLES, unreached } from './unreached.js';

/** What most of these do not execute, each for the reason in unreached.ts. */
const NOWHERE = [
  ...FAULTS_FIND_THEIR_TABLES,
  'fast_pf_fix_direct_spte > mark_page_dirty_in_slot',
  'handle_removed_pt > kvm_tdp_mmu_write_spte_atomic',
  'kvm_tdp_mmu_map > tdp_iter_next',
  'tdp_mmu_map_handle_target_level > make_spte',
] as const;

/** What is left of KVM_SET_USER_MEMORY_REGION when the slot does not log any more. */
export function* recover_huge_pages(kvm: Kvm): Op {
  yield* mutex_lock(kvm.slots_lock);
  yield* kvm_mmu_recover_huge_pages(kvm);
  yield* mutex_unlock(kvm.slots_lock);
  promise_flushed(kvm);
}

/** A slot that has logged, where the host maps huge: some gfns are write-protected, some not mapped, some writable. */
export function logged(kvm: Kvm, config: Config): void {
  mapped_small()(kvm, config);
  host_huge(kvm, config);
  kvm.pt[1].spte[0] = { ...kvm.pt[1].spte[0], writable: false };
  kvm.pt[1].spte[1] = NONPRESENT_SPTE;
}

export function a_huge_page_is_recovered(kvm: Kvm): boolean {
  return kvm.pt[ROOT].spte[0].kind === 'LEAF';
}

/** The huge leaf has the W of the first small one, and takes W away from the second. */
export function a_sibling_loses_W(kvm: Kvm): boolean {
  return kvm.pt[ROOT].spte[0].kind === 'LEAF' && !kvm.pt[ROOT].spte[0].writable;
}

/** Readers that began after the table was handed to RCU do not keep it. */
export function a_table_is_freed_although_somebody_reads(kvm: Kvm): boolean {
  if (kvm.pt[1].state !== 'free') return false;
  for (let p = 0; p < kvm.config.processes; p++) if (kvm.rcu_reader[p]) return true;
  return false;
}

const one_page = { reach: true, reschedule: false, guestReads: true, guestGfns: 2 };
const two_vcpus = { ...one_page, vcpus: 2, flush: 'atomic' } as const;
const thread = [process('cpu0', recover_huge_pages)];
const properties = [...SAFETY, P16];
const witnesses = [a_table_waits_for_its_grace_period, an_entry_is_frozen, a_huge_page_is_recovered];
const in_place = {
  ...machine({ ...one_page, kernel: V6_13 }, thread, logged),
  properties,
  witnesses: [...witnesses, a_sibling_loses_W],
};
const in_place_of_two = {
  ...machine({ ...one_page, kernel: V6_13, hugePages: 2, tables: 4, reschedule: true }, thread, logged),
  properties,
  witnesses,
};
const exact = {
  ...machine({ ...two_vcpus, kernel: V6_13, gracePeriods: true }, thread, logged),
  properties,
  witnesses: [...witnesses, a_table_is_freed_although_somebody_reads],
};
const frozen_window = (kernel: number) => ({
  ...machine({ ...one_page, kernel }, thread, logged),
  properties,
  witnesses,
});

/** The table of either root has given way to a huge leaf. */
export function both_roots_map_huge(kvm: Kvm): boolean {
  return kvm.pt[0].spte[0].kind === 'LEAF' && kvm.pt[1].spte[0].kind === 'LEAF';
}

function logged_in_two_roots(kvm: Kvm, config: Config): void {
  mapped_small()(kvm, config);
  host_huge(kvm, config);
  for (let root = 0; root < config.roots; root++) {
    const table = config.roots + root;
    kvm.pt[table].spte[0] = { ...kvm.pt[table].spte[0], writable: false };
  }
}

export default scenarios({
  'two-roots': {
    ...machine(
      {
        ...two_vcpus,
        kernel: V6_13,
        roots: 2,
        roles: 2,
        tables: 6,
        reach: false,
        guestReads: false,
        guestGfns: 1,
      },
      thread,
      logged_in_two_roots,
    ),
    title: 'Huge leafs in place of the tables of two roots',
    claims: ['O21'],
    // P8 goes by gfn: what one root loses and the other still gives is no change of a right.
    properties: [P1, P4, P5, P6, P14, P16],
    witnesses: [both_roots_map_huge],
    unreached: unreached(
      ...NOWHERE,
      'kvm_tdp_mmu_put_root',
      'recover_huge_pages_range > tdp_iter_next',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'vcpu_enter_guest > kvm_mmu_free_obsolete_roots',
      'vcpu_enter_guest > kvm_mmu_reload',
    ),
  },
  'in-place-against-faults': {
    ...machine({ ...two_vcpus, kernel: V6_13 }, thread, logged),
    title: 'Huge leafs in place of tables, against the faults of two vCPUs',
    claims: ['O21'],
    unreached: unreached(...NOWHERE, 'recover_huge_pages_range > tdp_iter_next'),
    properties,
    witnesses: [...witnesses, a_sibling_loses_W],
  },
  'frozen-window-against-faults': {
    ...machine({ ...two_vcpus, kernel: V6_6 }, thread, logged),
    title: 'Zapped under FROZEN, against the faults of two vCPUs, which find it',
    claims: ['O7', 'O21'],
    unreached: unreached(...NOWHERE, 'zap_collapsible_spte_range > tdp_iter_next'),
    properties,
    witnesses,
  },
  'frozen-window-children-later-against-faults': {
    ...machine({ ...two_vcpus, kernel: V6_10 }, thread, logged),
    title: 'The same with the children frozen later: faults may map the entry again before',
    claims: ['O7', 'O21'],
    unreached: unreached(...NOWHERE, 'zap_collapsible_spte_range > tdp_iter_next'),
    properties,
    witnesses,
  },
  'in-place': {
    ...in_place,
    title: 'From 6.13 on: huge leafs in place of tables, and the flush before the walk leaves RCU',
    claims: ['M10'],
    unreached: unreached(...NOWHERE, 'recover_huge_pages_range > tdp_iter_next'),
  },
  'in-place-flush-after-rcu': {
    ...in_place,
    title: 'The walk leaves RCU before it flushes',
    claims: ['M10'],
    unreached: unreached(...NOWHERE, 'recover_huge_pages_range > tdp_iter_next'),
    variant: ['recovery-flushes-after-rcu'],
    expect: { P4: 'violated' },
  },
  'in-place-yielding': {
    ...in_place_of_two,
    title: 'The walk may yield between two ranges, and flushes before',
    claims: ['M10'],
    unreached: unreached(...NOWHERE, 'tdp_iter_next > try_step_down', 'tdp_iter_next > try_step_up'),
  },
  'in-place-yield-leaves-rcu-first': {
    ...in_place_of_two,
    title: 'A walk that yields leaves RCU before it flushes',
    claims: ['M10', 'K8'],
    unreached: unreached(...NOWHERE, 'tdp_iter_next > try_step_down', 'tdp_iter_next > try_step_up'),
    variant: ['yield-leaves-rcu-first'],
    expect: { P4: 'violated' },
  },
  'in-place-grace-periods': {
    ...exact,
    title: 'With grace periods of their own for tables, which may end while somebody reads',
    claims: ['M10'],
    unreached: unreached(...NOWHERE, 'recover_huge_pages_range > tdp_iter_next'),
  },
  'in-place-grace-periods-flush-after-rcu': {
    ...exact,
    title: 'The same with the flush after the walk has left RCU',
    claims: ['M10'],
    unreached: unreached(...NOWHERE, 'recover_huge_pages_range > tdp_iter_next'),
    variant: ['recovery-flushes-after-rcu'],
    expect: { P4: 'violated' },
  },
  'frozen-window': {
    ...frozen_window(V6_6),
    title: 'Up to 6.9: zapped under FROZEN, and the children are frozen before the flush',
    claims: ['M10'],
    unreached: unreached(...NOWHERE, 'zap_collapsible_spte_range > tdp_iter_next'),
  },
  'frozen-window-children-later': {
    ...frozen_window(V6_10),
    title: 'From 6.10 to 6.12: zapped under FROZEN, and the children are frozen when the entry is free again',
    claims: ['M10'],
    unreached: unreached(...NOWHERE, 'zap_collapsible_spte_range > tdp_iter_next'),
  },
  'frozen-window-without-flush': {
    ...frozen_window(V6_10),
    title: 'The zap under FROZEN does not flush',
    claims: ['M10'],
    unreached: unreached(
      ...NOWHERE,
      'ipi_handler',
      'kvm_make_all_cpus_request > smp_call_function_many',
      'vcpu_enter_guest > local_irq_enable',
      'vcpu_enter_guest > set_mode_outside_guest',
      'zap_collapsible_spte_range > tdp_iter_next',
    ),
    variant: ['frozen-zap-without-flush'],
    expect: { P4: 'violated', P8: 'violated' },
  },
  'frozen-window-keeps-sizes-apart': {
    ...machine(
      {
        kernel: V6_10,
        flush: 'atomic',
        reschedule: false,
        trackExec: true,
        guestFetches: true,
        guestWrites: false,
        guestGfns: 2,
      },
      thread,
      (kvm, config) => {
        mapped_small()(kvm, config);
        host_huge(kvm, config);
      },
    ),
    title:
      'Huge pages are executable: no fault maps huge while a vCPU may still execute by what the zap has taken away',
    claims: ['M10', 'O7'],
    properties: [...properties, P18],
    witnesses: [a_table_waits_for_its_grace_period, a_huge_page_is_recovered],
    unreached: unreached(
      ...FAULTS_FIND_THEIR_TABLES,
      'handle_removed_pt > kvm_tdp_mmu_write_spte_atomic',
      'kvm_tdp_mmu_map > tdp_iter_next',
      'tdp_mmu_map_handle_target_level > kvm_flush_remote_tlbs',
      'tdp_mmu_map_handle_target_level > make_spte',
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
      'zap_collapsible_spte_range > tdp_iter_next',
    ),
  },
});
