/**
 * What operations are for is done when they return (T13), and pages that they have no use for come back (T14). No safety
 * property misses the work of an operation that gives up too early or forgets its result; reclaim, huge pages and memory do.
 */
import { assert, type Op, process, scenarios } from 'mmucheck/language';
import { P13nx, P26, SAFETY } from '../../properties/index.js';
import { operation_does, operation_leads_to } from '../../properties/t13-operations-do-their-work.js';
import { T1 } from '../../properties/t1-faults-end.js';
import { operations_end } from '../../properties/t4-operations-end.js';
import { T14 } from '../../properties/t14-tables-are-given-back.js';
import { type Config, V6_13, V6_15, V6_18, V6_6, V6_9 } from '../config.js';
import { kvm_mmu_slot_try_split_huge_pages } from '../kernel/dirty_log.js';
import { kvm_mmu_notifier_clear_young, kvm_mmu_notifier_test_young } from '../kernel/mmu_notifier_young.js';
import { kvm_recover_nx_huge_pages } from '../kernel/nx.js';
import { set_nx_huge_pages } from '../kernel/zap_all.js';
import { walk } from '../hardware/translation.js';
import { host_huge, logging, machine, mapped_huge, mapped_small, unmapped } from '../machine.js';
import { type Kvm, NO_ROOT, PG_LEVEL_4K, ROOT } from '../state.js';
import { recover_huge_pages } from './M10.js';
import { a_page_is_old } from './tracking.js';
import { unreached } from './unreached.js';
import {
  a_new_root_is_in_use,
  a_root_is_invalid,
  a_table_waits_for_its_grace_period,
  every_huge_page_is_split,
} from './witnesses.js';

/** A guest that accesses nothing. */
const idle = { flush: 'atomic', reschedule: false, guestWrites: false } as const;

export function every_page_is_old(kvm: Kvm): boolean {
  for (let gfn = 0; gfn < kvm.config.gfns; gfn++) if (walk(kvm, gfn).accessed) return false;
  return true;
}

/** Reclaim asks, clears, and asks again. What it is told of a page that was used once: that, that once more, and then the contrary. */
export function* test_clear_test(kvm: Kvm): Op {
  const used = yield* kvm_mmu_notifier_test_young(kvm, 0, 2);
  assert(used, 'P26', 'a page that was used is said to be old');
  const was_used = yield* kvm_mmu_notifier_clear_young(kvm, 0, 2);
  assert(was_used, 'P26', 'a page that was used is said to be old, and forgotten');
  const used_again = yield* kvm_mmu_notifier_test_young(kvm, 0, 2);
  assert(!used_again, 'P26', 'a page that nobody has used is said to be young');
}

/** A fast page fault may give W to the first page, so that it is changed atomically, but not to the second. */
function one_write_protected(kvm: Kvm, config: Config): void {
  mapped_small()(kvm, config);
  kvm.pt[1].spte[0] = { ...kvm.pt[1].spte[0], writable: false };
}

const ages = (kernel: number, adBits: boolean) => ({
  ...machine({ ...idle, kernel, adBits }, [process('cpu0', test_clear_test)], one_write_protected),
  claims: ['T13', 'P26', 'O19'],
  properties: [...SAFETY, P26, operation_does('cpu0', 'a page that nobody accesses ages', every_page_is_old)],
  witnesses: [a_page_is_old],
  unreached: unreached('tdp_iter_next > tdp_iter_restart', 'vcpu_enter_guest > run_guest'),
});

/** One exec fault has split the page, and nothing in the table is needed any more. */
function split_and_listed(kvm: Kvm, config: Config): void {
  mapped_small()(kvm, config);
  host_huge(kvm, config);
  kvm.pt[1].nx_huge_page_disallowed = true;
  kvm.nx.listed[1] = true;
}

function split_while_logging(kvm: Kvm, config: Config): void {
  split_and_listed(kvm, config);
  for (let i = 0; i < config.fanout; i++) kvm.pt[1].spte[i] = { ...kvm.pt[1].spte[i], writable: false };
}

export function the_split_is_undone(kvm: Kvm): boolean {
  return kvm.pt[ROOT].spte[0].kind === 'NONE' && !kvm.nx.listed[1];
}

/** A page that logs would be mapped 4K again: it waits for the end of logging, and not on the list. */
export function the_split_is_left_alone(kvm: Kvm): boolean {
  return kvm.pt[ROOT].spte[0].kind === 'TABLE' && !kvm.nx.listed[1];
}

const recovers_nx = (kernel: number, mapping: (kvm: Kvm, config: Config) => void) => ({
  ...machine(
    { ...idle, kernel, nxHugePages: true, nxRecovery: true, trackExec: true },
    [process('worker', kvm_recover_nx_huge_pages, 1)],
    mapping,
  ),
  claims: ['T13', 'O16'],
});
const undone = operation_does('worker', 'the page may be huge again', the_split_is_undone);
const left_alone = operation_does(
  'worker',
  'a page of a slot that logs stays small',
  the_split_is_left_alone,
);

/** Of two ranges that are mapped small, the host maps the second huge. */
function one_could_be_huge(kvm: Kvm, config: Config): void {
  mapped_small()(kvm, config);
  kvm.host.huge[1] = true;
}

export function what_could_be_huge_is_not_small(kvm: Kvm): boolean {
  return kvm.pt[ROOT].spte[0].kind === 'TABLE' && kvm.pt[ROOT].spte[1].kind !== 'TABLE';
}

const recovered = operation_does(
  'cpu0',
  'what the host maps huge is not small, what it maps small is',
  what_could_be_huge_is_not_small,
);
const recovers = (kernel: number) => ({
  ...machine(
    { ...idle, kernel, hugePages: 2, reschedule: true, gracePeriods: true },
    [process('cpu0', recover_huge_pages)],
    one_could_be_huge,
  ),
  properties: [...SAFETY, recovered, T14],
  witnesses: [a_table_waits_for_its_grace_period],
});

/** One of the TDP MMU, and one of every vCPU that uses the root. */
export function nobody_else_holds_a_root(kvm: Kvm): boolean {
  for (let root = 0; root < kvm.config.rootPages; root++)
    if (kvm.pt[root].state === 'linked') {
      let users = 1;
      for (let v = 0; v < kvm.config.vcpus; v++) if (kvm.vcpus[v].root === root) users = users + 1;
      if (kvm.roots.count[root] !== users) return false;
    }
  return true;
}

export function every_vcpu_has_an_empty_root_of_its_role(kvm: Kvm): boolean {
  for (let v = 0; v < kvm.config.vcpus; v++) {
    const root: number = kvm.vcpus[v].root;
    if (root === NO_ROOT || kvm.roots.invalid[root] || kvm.roots.role[root] !== v % kvm.config.roles)
      return false;
  }
  for (let root = 0; root < kvm.config.rootPages; root++)
    if (kvm.pt[root].state === 'linked' && kvm.roots.invalid[root]) return false;
  for (let table = kvm.config.roots; table < kvm.config.tables; table++)
    if (kvm.pt[table].state !== 'free') return false;
  return nobody_else_holds_a_root(kvm);
}

const reloads = (kernel: number, roles: number, mapping: (kvm: Kvm, config: Config) => void) => ({
  ...machine(
    { ...idle, kernel, vcpus: 2, roots: 2 * roles, roles, tables: 3 * roles },
    [process('cpu0', set_nx_huge_pages)],
    mapping,
  ),
  properties: [
    ...SAFETY,
    T1,
    operation_leads_to(
      'cpu0',
      'every vCPU has an empty root, and nobody else',
      every_vcpu_has_an_empty_root_of_its_role,
    ),
  ],
  claims: ['T1', 'T13'],
  witnesses: [a_root_is_invalid, a_new_root_is_in_use],
});

export default scenarios({
  'aging-with-ad-bits': {
    ...ages(V6_6, true),
    title: 'A page that nobody accesses is old when aging returns, by its A bit',
  },
  'aging-without-ad-bits': {
    ...ages(V6_6, false),
    title: 'The same without A/D bits, under mmu_lock: the entry is marked for access tracking',
  },
  'lockless-aging-without-ad-bits': {
    ...ages(V6_15, false),
    title: 'The same from 6.15 on, without mmu_lock',
  },
  'nx-recovery-write-locked': {
    ...recovers_nx(V6_6, split_and_listed),
    title: 'A page that one exec fault has split is unmapped when the worker returns',
    properties: [...SAFETY, P13nx, undone],
    witnesses: [a_table_waits_for_its_grace_period],
    unreached: unreached(
      'kvm_tdp_mmu_write_spte > kvm_tdp_mmu_write_spte_atomic',
      'vcpu_enter_guest > run_guest',
    ),
  },
  'nx-recovery-read-locked': {
    ...recovers_nx(V6_18, split_and_listed),
    title: 'The same from 6.18 on',
    properties: [...SAFETY, P13nx, undone],
    witnesses: [a_table_waits_for_its_grace_period],
    unreached: unreached('handle_removed_pt > kvm_tdp_mmu_write_spte_atomic', 'vcpu_enter_guest > run_guest'),
  },
  'nx-recovery-while-logging-write-locked': {
    ...recovers_nx(V6_6, logging(split_while_logging)),
    title: 'The worker takes a page of a slot that logs off its list, and leaves it small',
    properties: [...SAFETY, P13nx, left_alone],
    witnesses: [the_split_is_left_alone],
    unreached: unreached(
      'kvm_recover_nx_huge_pages > kvm_flush_remote_tlbs',
      'kvm_recover_nx_huge_pages > kvm_tdp_mmu_zap_sp',
      'vcpu_enter_guest > run_guest',
    ),
  },
  'nx-recovery-while-logging-read-locked': {
    ...recovers_nx(V6_18, logging(split_while_logging)),
    title: 'The same from 6.18 on',
    properties: [...SAFETY, P13nx, left_alone],
    witnesses: [the_split_is_left_alone],
    unreached: unreached(
      'kvm_recover_nx_huge_pages > kvm_flush_remote_tlbs',
      'kvm_recover_nx_huge_pages > kvm_tdp_mmu_zap_possible_nx_huge_page',
      'vcpu_enter_guest > run_guest',
    ),
  },
  'huge-pages-in-place': {
    ...recovers(V6_13),
    title:
      'Logging stops: the page that can be huge is, also if the walk yields just then, and its table is freed',
    claims: ['T13', 'T14', 'M10', 'O21'],
    unreached: unreached(
      'handle_removed_pt > kvm_tdp_mmu_write_spte_atomic',
      'tdp_iter_next > try_step_down',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_iter_cond_resched > kvm_flush_remote_tlbs',
      'vcpu_enter_guest > run_guest',
    ),
  },
  'huge-pages-in-place-skipped': {
    ...recovers(V6_13),
    title: 'The walk goes on where it should have yielded and tried again',
    claims: ['T13'],
    variant: ['recovery-skips-contended-range'],
    properties: [recovered],
    expect: { T13: 'violated' },
  },
  'huge-pages-zapped': {
    ...recovers(V6_6),
    title: 'Up to 6.12: the table of the page that can be huge is zapped, and freed',
    claims: ['T13', 'T14', 'M10', 'O7'],
    unreached: unreached(
      'handle_removed_pt > kvm_tdp_mmu_write_spte_atomic',
      'tdp_iter_next > try_step_down',
      'tdp_iter_next > try_step_up',
      'vcpu_enter_guest > run_guest',
    ),
  },
  'split-out-of-memory': {
    ...machine(
      { ...idle, roots: 2, tables: 4, allocationFails: true },
      [process('cpu0', kvm_mmu_slot_try_split_huge_pages, PG_LEVEL_4K)],
      mapped_huge(),
    ),
    title: 'A split that gets no page for its table gives up, and gives back the root that it was walking',
    claims: ['T4', 'T13', 'T14'],
    properties: [
      ...SAFETY,
      operations_end(['cpu0']),
      operation_does('cpu0', 'references to roots are given back', nobody_else_holds_a_root),
      T14,
    ],
    witnesses: [every_huge_page_is_split],
    unreached: unreached(
      'kvm_tdp_mmu_put_root',
      'tdp_iter_next > try_step_down',
      'tdp_iter_next > try_step_side',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_set_spte_atomic > handle_changed_spte',
      'vcpu_enter_guest > kvm_mmu_free_obsolete_roots',
      'vcpu_enter_guest > kvm_mmu_reload',
      'vcpu_enter_guest > run_guest',
    ),
  },
  'roots-are-loaded-write-locked': {
    ...reloads(V6_6, 1, mapped_small()),
    title: 'Two vCPUs whose root has become invalid share a new one, and the old one is freed',
    unreached: unreached(
      '__tdp_mmu_zap_root > tdp_iter_next',
      '__tdp_mmu_zap_root > tdp_mmu_set_spte_atomic',
    ),
  },
  'roots-are-loaded-read-locked': {
    ...reloads(V6_9, 1, unmapped),
    title: 'The same from 6.9 on',
    unreached: unreached(
      '__tdp_mmu_zap_root > tdp_mmu_set_spte_atomic',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_side',
      'tdp_iter_next > try_step_up',
      'try_step_down > tdp_iter_refresh_sptep',
    ),
  },
  'roots-of-two-roles-are-loaded': {
    ...reloads(V6_9, 2, unmapped),
    title: 'Two vCPUs whose roots have become invalid, of different roles',
    unreached: unreached(
      '__tdp_mmu_zap_root > tdp_mmu_set_spte_atomic',
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_side',
      'tdp_iter_next > try_step_up',
      'try_step_down > tdp_iter_refresh_sptep',
    ),
  },
});
