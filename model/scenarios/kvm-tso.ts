/**
 * The store buffer shapes in KVM's protocols, each with and without store buffers: which barriers, LOCK prefixes and
 * orders of stores and loads they need. The threads are in hardware/litmus/kvm.ts.
 */
import { type ProcessSpec, process, property, type ScenarioSpec, scenarios } from 'mmucheck/language';
import type { Choices, Config } from '../config.js';
import {
  emulates_write_of_guest_pte,
  ends_invalidation,
  enters_guest,
  enters_unless_told_to_wait,
  harvests,
  kicks,
  locks_and_walks,
  makes_writable,
  no_write_goes_unseen,
  reads_memslots,
  shadows_guest_page_table,
  stores_and_unlocks,
  stores_and_walks,
  swaps_memslots,
  synchronizes_and_swaps_memslots,
  tells_to_wait,
  tests_for_invalidation,
  the_old_memslots_are_unused,
  walks_lockless,
  walks_lockless_to_the_page,
  writes_in_guest,
  zaps_and_frees,
  zaps_and_kicks,
  zaps_and_reads_the_page,
} from '../hardware/litmus/kvm.js';
import { every_thread_is_done, litmus_machine, OUTCOME } from '../hardware/litmus/program.js';
import { logging, mapped_small } from '../machine.js';
import type { Kvm } from '../state.js';
import { unreached } from './unreached.js';

interface Row {
  /** Its number in the table of shapes. */
  readonly row: number;
  readonly id: string;
  readonly title: string;
  readonly threads: readonly ProcessSpec[];
  /** The thread that stands for the vCPU, where IPIs go to it. */
  readonly vcpu?: ProcessSpec;
  readonly variant?: readonly string[];
  /** Besides that of the table. */
  readonly claims?: readonly string[];
  readonly choices?: Partial<Choices>;
  readonly setup?: (kvm: Kvm, config: Config) => void;
  /** The registers of the outcome, by number; or a predicate that the outcome breaks. */
  readonly asks: Readonly<Record<number, number>> | ((kvm: Kvm) => boolean);
  readonly tso: 'allowed' | 'forbidden';
  readonly sc: 'allowed' | 'forbidden';
  readonly unreached?: Readonly<Record<string, string>>;
}

const NOTHING: Readonly<Record<number, number>> = {};
const no = { tso: 'forbidden', sc: 'forbidden' } as const;
const tso_only = { tso: 'allowed', sc: 'forbidden' } as const;
const both = { tso: 'allowed', sc: 'allowed' } as const;

const entry_and_kick = {
  threads: [process('vcpu', enters_guest, 0), process('kicker', kicks, 1)],
  asks: { 0: 0, 2: 0 },
};
const dirty = { setup: written_before, asks: no_write_goes_unseen } as const;
const fast_fault_and_get = [process('vcpu', makes_writable, 0), process('cpu0', harvests, 1)];

/** The page was written since the last harvest, and is write-protected. */
function written_before(kvm: Kvm, config: Config): void {
  logging(mapped_small({ writable: false }))(kvm, config);
  kvm.memslot.dirty_bitmap[0] = 1;
}

function begun(kvm: Kvm): void {
  kvm.mmu_lock.writer = 0;
  kvm.mmu_invalidate_in_progress = 1;
}

function locked(kvm: Kvm, config: Config): void {
  mapped_small()(kvm, config);
  kvm.mmu_lock.writer = 0;
}

function outside_srcu(kvm: Kvm): void {
  kvm.srcu.reading[0] = -1;
}

function told_to_wait(tests_before_mode: boolean, kicks_first: boolean): readonly ProcessSpec[] {
  return [
    process('vcpu', enters_unless_told_to_wait, 0, tests_before_mode),
    process('cpu0', tells_to_wait, 1, kicks_first),
  ];
}

const counter_and_pte = {
  threads: [process('vcpu0', shadows_guest_page_table, 0), process('vcpu1', emulates_write_of_guest_pte, 1)],
  choices: { litmusCells: 2 },
  asks: { 0: 0, 1: 0 },
  claims: ['K37'],
};

const ROWS: readonly Row[] = [
  {
    row: 1,
    id: 'entry-kick',
    title: 'A vCPU enters, another CPU requests and kicks: neither sees the other',
    ...entry_and_kick,
    ...no,
  },
  {
    row: 2,
    id: 'entry-without-barrier',
    title: 'The same without the barrier between mode and requests at VM entry',
    variant: ['entry-without-barrier'],
    ...entry_and_kick,
    ...tso_only,
  },
  {
    row: 3,
    id: 'kick-reads-mode',
    title: 'The same with a kick that only reads the mode; the request is still set by a locked instruction',
    variant: ['kick-reads-mode'],
    ...entry_and_kick,
    ...no,
  },
  {
    row: 4,
    id: 'kick-without-lock',
    title: 'The same with a plain store of the request and a plain load of the mode',
    variant: ['kick-without-lock'],
    ...entry_and_kick,
    ...tso_only,
  },
  {
    row: 5,
    id: 'zap-kick',
    title: 'An entry is cleared by a plain store, the kick sends no IPI, and the vCPU walks to the old leaf',
    threads: [process('vcpu', enters_guest, 0), process('cpu0', zaps_and_kicks, 1)],
    setup: mapped_small(),
    asks: { 0: 0, 1: 1, 2: 0 },
    ...no,
  },
  {
    row: 6,
    id: 'wait-flag',
    title: 'A TD vCPU enters without seeing that it is to wait, and is not kicked',
    threads: told_to_wait(false, false),
    asks: { 0: 0, 2: 0 },
    ...no,
  },
  {
    row: 7,
    id: 'wait-flag-kick-reads-mode',
    title: 'The same with a kick that only reads the mode: without a request bit nothing else is locked',
    threads: told_to_wait(false, false),
    variant: ['kick-reads-mode'],
    asks: { 0: 0, 2: 0 },
    ...tso_only,
  },
  {
    row: 8,
    id: 'wait-flag-after-kick',
    title: 'The flag is set after the kick',
    threads: told_to_wait(false, true),
    asks: { 0: 0, 2: 0 },
    ...both,
  },
  {
    row: 8,
    id: 'wait-flag-tested-first',
    title: 'The flag is tested before the mode is set',
    threads: told_to_wait(true, false),
    asks: { 0: 0, 2: 0 },
    ...both,
  },
  {
    row: 9,
    id: 'lockless-walk',
    title: 'A lockless walk reads the old entry, and the remover does not wait for it',
    threads: [process('vcpu', walks_lockless, 0), process('cpu0', zaps_and_kicks, 1)],
    setup: mapped_small(),
    asks: { 1: 1, 2: 0 },
    ...no,
  },
  {
    row: 10,
    id: 'lockless-walk-stored-plainly',
    title: 'The same with a plain store of the mode',
    threads: [process('vcpu', walks_lockless, 0), process('cpu0', zaps_and_kicks, 1)],
    setup: mapped_small(),
    variant: ['reading-stored-plainly'],
    asks: { 1: 1, 2: 0 },
    ...tso_only,
  },
  {
    row: 10,
    id: 'lockless-walk-to-the-page',
    title:
      'A lockless walk has read the old entry, and the remover has freed the page before the walk gets there',
    threads: [process('cpu0', zaps_and_frees, 0)],
    vcpu: process('vcpu', walks_lockless_to_the_page, 1),
    setup: mapped_small(),
    asks: { 0: 1, 1: 1 },
    ...no,
  },
  {
    row: 11,
    id: 'counter-pte',
    title:
      'A fault counts a shadow page and reads a guest PTE, whose write is emulated by a vCPU that then reads the count',
    ...counter_and_pte,
    variant: ['track-write-without-barriers'],
    ...tso_only,
  },
  {
    row: 11,
    id: 'counter-pte-first-barrier',
    title: 'The same with a barrier behind the count only',
    ...counter_and_pte,
    variant: ['track-write-without-barrier'],
    ...tso_only,
  },
  {
    row: 11,
    id: 'counter-pte-second-barrier',
    title: 'The same with a barrier behind the write of the PTE only',
    ...counter_and_pte,
    variant: ['account-shadowed-without-barrier'],
    ...tso_only,
  },
  {
    row: 12,
    id: 'counter-pte-both-barriers',
    title: 'The same with both barriers',
    ...counter_and_pte,
    ...no,
  },
  {
    row: 13,
    id: 'invalidate-end',
    title: 'A test without mmu_lock sees no open invalidation and the old sequence count',
    threads: [process('cpu0', ends_invalidation, 0), process('vcpu', tests_for_invalidation, 1, false)],
    choices: { invalidations: 1 },
    setup: begun,
    asks: { 0: 0, 1: 0 },
    ...no,
  },
  {
    row: 14,
    id: 'invalidate-end-swapped',
    title: 'The end of an invalidation takes the count down first',
    threads: [process('cpu0', ends_invalidation, 0), process('vcpu', tests_for_invalidation, 1, false)],
    choices: { invalidations: 1 },
    setup: begun,
    variant: ['invalidate-end-swapped'],
    asks: { 0: 0, 1: 0 },
    ...both,
  },
  {
    row: 15,
    id: 'invalidate-test-swapped',
    title: 'The test reads the sequence count first',
    threads: [process('cpu0', ends_invalidation, 0), process('vcpu', tests_for_invalidation, 1, true)],
    choices: { invalidations: 1 },
    setup: begun,
    asks: { 0: 0, 1: 0 },
    ...both,
  },
  {
    row: 16,
    id: 'dirty-mark-after-w',
    title: 'A fast page fault against a harvest of the dirty log',
    threads: fast_fault_and_get,
    ...dirty,
    ...no,
    unreached: unreached(
      'tdp_iter_next > tdp_iter_restart',
      'tdp_iter_next > try_step_up',
      'tdp_mmu_clear_spte_bits > tdp_mmu_clear_spte_bits_atomic',
    ),
  },
  {
    row: 17,
    id: 'dirty-mark-before-w',
    title: 'The fault marks before it sets W',
    threads: fast_fault_and_get,
    variant: ['fast-fault-marks-first'],
    ...dirty,
    ...both,
  },
  {
    row: 18,
    id: 'dirty-protect-before-take',
    title: 'The harvest protects before it takes the bits',
    threads: fast_fault_and_get,
    variant: ['get-protects-first'],
    ...dirty,
    ...both,
  },
  {
    row: 19,
    id: 'guest-write-after-ack',
    title: 'A write of the guest lands after the kick has been acknowledged',
    threads: [process('cpu0', zaps_and_reads_the_page, 0)],
    vcpu: process('vcpu', writes_in_guest, 1),
    setup: mapped_small(),
    asks: { 0: 1, 2: 0 },
    ...no,
  },
  {
    row: 20,
    id: 'guest-write-after-zap',
    title: 'A write of the guest lands after its entry was zapped, and before the acknowledgement',
    threads: [process('cpu0', zaps_and_reads_the_page, 0)],
    vcpu: process('vcpu', writes_in_guest, 1),
    setup: mapped_small(),
    asks: { 0: 1, 1: 0, 2: 1 },
    ...both,
  },
  {
    row: 21,
    id: 'srcu',
    title: 'The memslots are swapped and SRCU waited for, and a reader still uses the old ones',
    threads: [process('vcpu', reads_memslots, 0), process('cpu0', swaps_memslots, 1)],
    choices: { srcu: true },
    setup: outside_srcu,
    asks: the_old_memslots_are_unused,
    ...no,
  },
  {
    row: 21,
    id: 'srcu-twice',
    title:
      'The same behind another grace period: the reader has taken its index before that one and counts under it behind',
    threads: [process('vcpu', reads_memslots, 0), process('cpu0', synchronizes_and_swaps_memslots, 1)],
    choices: { srcu: true },
    setup: outside_srcu,
    asks: the_old_memslots_are_unused,
    ...no,
  },
  {
    row: 21,
    id: 'srcu-without-barrier',
    title: 'The same with a reader that has no barrier behind its count',
    threads: [process('vcpu', reads_memslots, 0), process('cpu0', swaps_memslots, 1)],
    choices: { srcu: true },
    setup: outside_srcu,
    variant: ['srcu-without-barrier'],
    asks: the_old_memslots_are_unused,
    ...tso_only,
  },
  {
    row: 22,
    id: 'store-under-lock',
    title: 'An entry is stored plainly under mmu_lock; with the lock, a walk finds the old one',
    threads: [process('cpu0', stores_and_unlocks, 0), process('cpu1', locks_and_walks, 1)],
    setup: locked,
    asks: { 1: 1 },
    ...no,
  },
  {
    row: 23,
    id: 'own-walk',
    title:
      'A walk of the storing processor itself finds the old entry: walks do not look into the store buffer',
    threads: [process('cpu0', stores_and_walks, 0)],
    setup: mapped_small(),
    asks: { 1: 1 },
    ...tso_only,
  },
];

function scenarios_of(row: Row): [string, ScenarioSpec][] {
  const threads = row.threads.length + (row.vcpu === undefined ? 0 : 1);
  const { asks, setup } = row;
  const registers = typeof asks === 'function' ? NOTHING : asks;
  return (['tso', 'sc'] as const).map((memory) => [
    `${row.id}-${memory}`,
    {
      ...litmus_machine(
        {
          tables: 2,
          litmusThreads: threads,
          litmusRegisters: 3,
          litmusCells: 1,
          storeBuffers: memory === 'tso' ? 3 : 0,
          ...row.choices,
        },
        row.threads,
        row.vcpu === undefined ? [] : [row.vcpu],
        (kvm, config) => {
          if (setup !== undefined) setup(kvm, config);
          Object.entries(registers).forEach(([register, value]) => {
            kvm.litmus.asked_register['0123'.indexOf(register)] = value;
          });
        },
      ),
      title: row.title,
      claims: ['L2', ...(row.claims ?? [])],
      ...(row.variant === undefined ? {} : { variant: row.variant }),
      properties: [typeof asks === 'function' ? property({ ...OUTCOME, invariant: asks }) : OUTCOME],
      expect: { outcome: row[memory] === 'allowed' ? 'violated' : 'holds' },
      witnesses: [every_thread_is_done],
      ...(row.unreached === undefined ? {} : { unreached: row.unreached }),
    },
  ]);
}

export default scenarios(Object.fromEntries(ROWS.flatMap(scenarios_of)));
