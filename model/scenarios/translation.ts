/**
 * Litmus tests of translation: what a processor may and may not do with entries that it has cached, on level A (atomic
 * walks, explicit entries) and on level B (walks per level, paging-structure cache). Thread 0 is a vCPU with a script,
 * thread 1 changes an entry: hardware/litmus/mmu.ts.
 */
import {
  type ProcessSpec,
  process,
  property,
  type PropertySpec,
  type ScenarioSpec,
  scenarios,
} from 'mmucheck/language';
import type { Choices, Config } from '../config.js';
import { type Access, speculation } from '../hardware/guest.js';
import { FIRST_FRAME, OTHER_FRAME, VIOLATION } from '../hardware/litmus/guest.js';
import {
  a_vcpu_takes_a_violation_while_another_has_entries,
  alternates,
  type Change,
  changes,
  END_DIRTY,
  an_access_finds_the_buffer_full,
  END_HUGE_DIRTY,
  END_LOGGED,
  END_LOGGED_GFN,
  nothing_is_written_without_a_log,
  END_WRITABLE,
  no_walk_outlives_an_exit,
  nothing_is_cached_outside,
  only_leafs_are_used,
  runs,
  stays_in_guest,
  violations_stay_at_home,
} from '../hardware/litmus/mmu.js';
import { every_thread_is_done, litmus_machine, OUTCOME } from '../hardware/litmus/program.js';
import { speculation_per_level } from '../hardware/walker.js';
import { NONPRESENT_SPTE } from '../kernel/spte.js';
import { mapped_huge, mapped_small } from '../machine.js';
import { type Kvm, ROOT, type Spte } from '../state.js';

interface Row {
  /** Its number in the table of situations. */
  readonly row: number;
  readonly id: string;
  readonly title: string;
  readonly mapping: (kvm: Kvm, config: Config) => void;
  readonly change: Change;
  readonly when?: 'entered' | 'accessed' | 'left';
  /** The vCPU's first access, before the change, and to which gfn. */
  readonly first: Access | 'none';
  readonly firstGfn?: number;
  readonly between?: 'nothing' | 'exit' | 'invept';
  /** Then this access to gfn 0, so often, through this lane; the last one may differ. */
  readonly access: Access;
  readonly times: number;
  readonly lane?: number;
  readonly last?: Access;
  readonly lastLane?: number;
  readonly vcpus?: number;
  /** Two vCPUs take turns on one processor. */
  readonly alternate?: boolean;
  readonly choices?: Partial<Choices>;
  /** What the accesses got, by their number from 1; or a property that the outcome breaks. */
  readonly asks: Readonly<Record<number, number>> | PropertySpec;
  readonly witnesses?: ScenarioSpec['witnesses'];
  /** On these levels no access violates. */
  readonly quiet?: 'a' | 'ab';
  readonly a: 'allowed' | 'forbidden';
  readonly b: 'allowed' | 'forbidden';
}

const NOTHING: Readonly<Record<number, number>> = {};
const allowed = { a: 'allowed', b: 'allowed' } as const;
const forbidden = { a: 'forbidden', b: 'forbidden' } as const;
const dirty = { choices: { trackDirty: true } } as const;

/** The table of the range is linked, its first entry empty. */
function hole(kvm: Kvm, config: Config): void {
  mapped_small()(kvm, config);
  kvm.pt[1].spte[0] = NONPRESENT_SPTE;
}

/** PML is on, with so many entries in the buffer of one. */
function logged(
  mapping: (kvm: Kvm, config: Config) => void,
  entries: number,
): (kvm: Kvm, config: Config) => void {
  return (kvm, config) => {
    mapping(kvm, config);
    kvm.vcpus[0].pml.enabled = 1;
    kvm.vcpus[0].pml.length = entries;
  };
}

/** The table is linked and empty. */
function empty_table(kvm: Kvm, config: Config): void {
  hole(kvm, config);
  kvm.pt[1].spte[1] = NONPRESENT_SPTE;
}

/** The range is mapped huge; the table that will replace it maps it from `pfn` on. */
function huge_and_table(
  change: Partial<Spte>,
  pfn: (config: Config) => number,
): (kvm: Kvm, config: Config) => void {
  return (kvm, config) => {
    mapped_huge(change)(kvm, config);
    for (let i = 0; i < config.fanout; i++)
      kvm.pt[1].spte[i] = { ...kvm.pt[ROOT].spte[0], ...change, pfn: pfn(config) + i } as Spte;
    kvm.pt[1].state = 'private';
  };
}

const pml = { choices: { trackDirty: true, pml: 1 } } as const;
const NO_VIOLATION = { 'accesses_and_returns > enters': 'no access violates' };
const unused = { accessed: false, dirty: false };

const ROWS: readonly Row[] = [
  ...(['CLEAR', 'CLEAR_W'] as const).flatMap((change): Row[] => {
    const how = change === 'CLEAR' ? 'cleared' : 'narrowed';
    const same = { mapping: mapped_small(), change, first: 'write', access: 'write' } as const;
    return [
      {
        row: 1,
        id: `stale-${how}`,
        title: `The entry is ${how}, and the cached one used again and again`,
        ...same,
        times: 3,
        asks: { 1: FIRST_FRAME, 2: FIRST_FRAME, 3: FIRST_FRAME },
        ...allowed,
      },
      {
        row: 2,
        id: `stale-${how}-after-invept`,
        title: `The entry is ${how}, and the cached one used after an INVEPT`,
        ...same,
        between: 'invept',
        times: 1,
        asks: { 1: FIRST_FRAME },
        ...forbidden,
      },
      {
        row: 14,
        id: `stale-${how}-after-exit`,
        title: `The entry is ${how} while the vCPU is outside, and the cached one used after its return`,
        ...same,
        between: 'exit',
        when: 'left',
        times: 1,
        asks: { 1: FIRST_FRAME },
        ...allowed,
      },
    ];
  }),
  {
    row: 3,
    id: 'mapped',
    quiet: 'ab',
    title: 'An entry is filled, and a walk that starts afterwards finds a hole',
    mapping: hole,
    change: 'MAP',
    first: 'none',
    access: 'read',
    times: 1,
    asks: { 1: VIOLATION },
    ...forbidden,
  },
  {
    row: 3,
    id: 'mapped-behind-empty-table',
    quiet: 'a',
    title: 'An empty table is replaced by a leaf, and a walk that starts afterwards finds a hole',
    mapping: empty_table,
    change: 'COLLAPSE',
    first: 'none',
    access: 'read',
    times: 1,
    asks: { 1: VIOLATION },
    a: 'forbidden',
    b: 'allowed',
  },
  {
    row: 12,
    id: 'mapped-behind-empty-table-twice',
    quiet: 'a',
    title: 'The same access finds a hole again',
    mapping: empty_table,
    change: 'COLLAPSE',
    first: 'none',
    access: 'read',
    times: 2,
    asks: { 1: VIOLATION, 2: VIOLATION },
    ...forbidden,
  },
  {
    row: 4,
    id: 'dirty-cleared',
    title: 'D is cleared, and a write through the dirty entry that is cached does not set it again',
    mapping: mapped_small(),
    change: 'CLEAR_D',
    first: 'write',
    access: 'write',
    times: 1,
    asks: { 1: FIRST_FRAME, [END_DIRTY]: 0 },
    ...dirty,
    ...allowed,
  },
  {
    row: 5,
    id: 'clean-cleared',
    title: 'An entry is cleared, and a write succeeds through the clean one that is cached',
    mapping: mapped_small({ dirty: false }),
    change: 'CLEAR',
    first: 'read',
    access: 'write',
    times: 1,
    asks: { 1: FIRST_FRAME },
    ...dirty,
    ...forbidden,
  },
  {
    row: 5,
    id: 'clean-frozen',
    title: 'The same with an entry that is frozen',
    mapping: mapped_small({ dirty: false }),
    change: 'FREEZE',
    first: 'read',
    access: 'write',
    times: 1,
    asks: { 1: FIRST_FRAME },
    ...dirty,
    ...forbidden,
  },
  {
    row: 6,
    id: 'clean-narrowed',
    title: 'W is cleared, and a write succeeds through the clean entry that is cached',
    mapping: mapped_small({ dirty: false }),
    change: 'CLEAR_W',
    first: 'read',
    access: 'write',
    times: 1,
    asks: { 1: FIRST_FRAME, [END_DIRTY]: 1, [END_WRITABLE]: 0 },
    ...dirty,
    ...forbidden,
  },
  {
    row: 6,
    id: 'clean-narrowed-legacy',
    title: 'The same on a processor that does not look at W again when it sets D',
    mapping: mapped_small({ dirty: false }),
    change: 'CLEAR_W',
    first: 'read',
    access: 'write',
    times: 1,
    asks: { 1: FIRST_FRAME, [END_DIRTY]: 1, [END_WRITABLE]: 0 },
    choices: { trackDirty: true, legacyDirty: true },
    ...allowed,
  },
  {
    row: 4,
    id: 'dirty-cleared-logged',
    title: 'D is cleared, and a write through the dirty entry that is cached is logged',
    mapping: logged(mapped_small({}), 0),
    change: 'CLEAR_D',
    first: 'write',
    access: 'write',
    times: 1,
    asks: { 1: FIRST_FRAME, [END_DIRTY]: 0, [END_LOGGED]: 1 },
    quiet: 'ab',
    ...pml,
    ...forbidden,
  },
  {
    row: 4,
    id: 'dirty-cleared-unlogged',
    title: 'The same write is not logged',
    mapping: logged(mapped_small({}), 0),
    change: 'CLEAR_D',
    first: 'write',
    access: 'write',
    times: 1,
    asks: { 1: FIRST_FRAME, [END_DIRTY]: 0, [END_LOGGED]: 0 },
    ...pml,
    ...allowed,
  },
  {
    row: 7,
    id: 'clean-split-logged',
    title: 'A huge page is split, and a write through the clean huge entry logs the small page',
    mapping: logged(
      huge_and_table({ dirty: false }, () => 0),
      0,
    ),
    change: 'LINK_TABLE',
    first: 'read',
    access: 'write',
    times: 1,
    asks: { 1: FIRST_FRAME, [END_DIRTY]: 1, [END_LOGGED]: 1, [END_LOGGED_GFN]: 0 },
    ...pml,
    ...allowed,
  },
  {
    row: 13,
    id: 'log-full',
    title: 'With a full PML buffer a write that must set D succeeds, or sets D',
    mapping: logged(mapped_small({ dirty: false }), 1),
    change: 'MAP_CLEAN',
    first: 'read',
    access: 'write',
    times: 1,
    asks: property({ ...OUTCOME, invariant: nothing_is_written_without_a_log }),
    witnesses: [an_access_finds_the_buffer_full],
    ...pml,
    ...forbidden,
  },
  {
    row: 7,
    id: 'clean-split',
    title: 'A huge page is split, and a write through the clean huge entry sets D in a small one',
    mapping: huge_and_table({ dirty: false }, () => 0),
    change: 'LINK_TABLE',
    first: 'read',
    access: 'write',
    times: 1,
    asks: { 1: FIRST_FRAME, [END_DIRTY]: 1 },
    ...dirty,
    ...allowed,
  },
  {
    row: 7,
    id: 'clean-split-slot',
    quiet: 'ab',
    title: 'The same sets D in the entry that points to the table',
    mapping: huge_and_table({ dirty: false }, () => 0),
    change: 'LINK_TABLE',
    first: 'read',
    access: 'write',
    times: 1,
    asks: { [END_HUGE_DIRTY]: 1 },
    ...dirty,
    ...forbidden,
  },
  {
    row: 8,
    id: 'parent-cleared',
    title: 'A table is unlinked, and a walk gets to a leaf in it',
    mapping: mapped_small(unused),
    change: 'CLEAR_PARENT',
    first: 'read',
    firstGfn: 1,
    access: 'read',
    times: 1,
    asks: { 1: FIRST_FRAME },
    choices: { reach: true },
    ...allowed,
  },
  {
    row: 8,
    id: 'parent-cleared-dirty',
    title: 'The same sets D in the leaf',
    mapping: mapped_small(unused),
    change: 'CLEAR_PARENT',
    first: 'read',
    firstGfn: 1,
    access: 'write',
    times: 1,
    asks: { 1: FIRST_FRAME },
    choices: { reach: true, trackDirty: true },
    ...allowed,
  },
  {
    row: 8,
    id: 'parent-cleared-after-invept',
    title: 'The same after an INVEPT',
    mapping: mapped_small(unused),
    change: 'CLEAR_PARENT',
    first: 'read',
    firstGfn: 1,
    between: 'invept',
    access: 'read',
    times: 1,
    asks: { 1: FIRST_FRAME },
    choices: { reach: true },
    ...forbidden,
  },
  {
    row: 9,
    id: 'two-sizes',
    title: 'A huge and a small entry are cached: old, new, old',
    mapping: huge_and_table({}, ({ gfns }) => gfns),
    change: 'LINK_TABLE',
    first: 'read',
    access: 'read',
    times: 3,
    asks: { 1: FIRST_FRAME, 2: OTHER_FRAME, 3: FIRST_FRAME },
    ...allowed,
  },
  {
    row: 10,
    id: 'widened',
    title: 'An entry was widened, and the same access through the same alias violates twice',
    mapping: mapped_small({ writable: false }),
    change: 'MAP',
    first: 'none',
    access: 'write',
    times: 2,
    lane: 1,
    lastLane: 1,
    asks: { 1: VIOLATION, 2: VIOLATION },
    choices: { aliases: 'one' },
    ...forbidden,
  },
  {
    row: 11,
    id: 'widened-other-alias',
    title: 'The same through another alias',
    mapping: mapped_small({ writable: false }),
    change: 'MAP',
    first: 'none',
    access: 'write',
    times: 2,
    lane: 1,
    lastLane: 2,
    asks: { 1: VIOLATION, 2: VIOLATION },
    choices: { aliases: 'two' },
    ...allowed,
  },
  {
    row: 11,
    id: 'moved-other-alias',
    title: 'The violation of one alias leaves the old entry of another',
    mapping: mapped_small({ writable: false }),
    change: 'REMAP',
    first: 'none',
    access: 'write',
    times: 2,
    lane: 1,
    last: 'read',
    lastLane: 2,
    asks: { 1: VIOLATION, 2: FIRST_FRAME },
    choices: { aliases: 'two' },
    ...allowed,
  },
  {
    row: 15,
    id: 'outside',
    title: 'Something is cached outside the guest',
    mapping: mapped_small(unused),
    change: 'CLEAR',
    first: 'read',
    between: 'invept',
    access: 'read',
    times: 1,
    asks: property({ id: 'outcome', title: OUTCOME.title, step: nothing_is_cached_outside }),
    ...forbidden,
  },
  {
    row: 16,
    id: 'walk-across-exit',
    title: 'A walk goes on after an exit',
    mapping: mapped_small(unused),
    change: 'CLEAR',
    first: 'read',
    between: 'exit',
    access: 'read',
    times: 1,
    asks: property({ ...OUTCOME, invariant: no_walk_outlives_an_exit }),
    ...forbidden,
  },
  ...(['CLEAR', 'FREEZE', 'CLEAR_PARENT'] as const).map(
    (change): Row => ({
      row: 17,
      id: `used-${change === 'CLEAR' ? 'hole' : change === 'FREEZE' ? 'frozen' : 'unlinked'}`,
      title: 'A or D appears in an entry that is no leaf',
      mapping: mapped_small(unused),
      change,
      first: 'read',
      firstGfn: 1,
      access: 'write',
      times: 2,
      asks: property({ id: 'outcome', title: OUTCOME.title, step: only_leafs_are_used }),
      choices: { trackDirty: true, reach: true },
      ...forbidden,
    }),
  ),
  {
    row: 17,
    id: 'used-table',
    quiet: 'ab',
    title: 'D appears in an entry that points to a table',
    mapping: huge_and_table(unused, () => 0),
    change: 'LINK_TABLE',
    first: 'read',
    access: 'write',
    times: 2,
    asks: property({ id: 'outcome', title: OUTCOME.title, step: only_leafs_are_used }),
    ...dirty,
    ...forbidden,
  },
  {
    row: 19,
    id: 'shared-processor',
    title: 'A vCPU uses what another one has cached on the processor that they share',
    mapping: mapped_small(),
    change: 'CLEAR',
    when: 'left',
    first: 'write',
    access: 'write',
    times: 1,
    vcpus: 2,
    alternate: true,
    asks: { 1: FIRST_FRAME },
    choices: { pcpus: 1 },
    ...allowed,
  },
  {
    row: 20,
    id: 'violation-elsewhere',
    title: 'A violation changes what another processor has cached',
    mapping: mapped_small({ writable: false }),
    change: 'MAP',
    first: 'none',
    access: 'write',
    times: 1,
    vcpus: 2,
    asks: property({ id: 'outcome', title: OUTCOME.title, step: violations_stay_at_home }),
    witnesses: [a_vcpu_takes_a_violation_while_another_has_entries],
    ...forbidden,
  },
];

function scenarios_of(row: Row): [string, ScenarioSpec][] {
  const lane = row.lane ?? 0;
  const vcpus = row.vcpus ?? 1;
  const script = row.alternate
    ? process('vcpus', alternates, row.access)
    : process(
        'vcpu0',
        runs,
        row.first,
        row.firstGfn ?? 0,
        row.between ?? 'nothing',
        row.access,
        row.times,
        lane,
        row.last ?? row.access,
        row.lastLane ?? lane,
      );
  const threads: readonly ProcessSpec[] = [
    script,
    process('cpu0', changes, row.change, row.when ?? (row.first === 'none' ? 'entered' : 'accessed')),
    ...(vcpus > 1 && !row.alternate ? [process('vcpu1', stays_in_guest)] : []),
  ];
  const asks = 'id' in row.asks ? row.asks : OUTCOME;
  const registers = 'id' in row.asks ? NOTHING : row.asks;
  return (['a', 'b'] as const).map((level) => {
    const walker = level === 'a' ? speculation : speculation_per_level;
    const hardware = [process('walker0', walker, 0), ...(vcpus > 1 ? [process('walker1', walker, 1)] : [])];
    const reach = level === 'a' && row.choices?.reach === true;
    return [
      `${row.id}-${level}`,
      {
        ...litmus_machine(
          {
            tables: 2,
            vcpus,
            tlb: 'explicit',
            aliases: 'none',
            walk: level === 'a' ? 'atomic' : 'per-level',
            litmusThreads: threads.length,
            litmusRegisters: 9,
            ...row.choices,
            reach,
          },
          threads,
          [],
          (kvm, config) => {
            row.mapping(kvm, config);
            Object.entries(registers).forEach(([register, value]) => {
              kvm.litmus.asked_register['012345678'.indexOf(register)] = value;
            });
          },
          hardware,
        ),
        title: row.title,
        claims: ['L3'],
        properties: [asks],
        expect: { outcome: row[level] === 'allowed' ? 'violated' : 'holds' },
        witnesses: [every_thread_is_done, ...(row.witnesses ?? [])],
        unreached: row.quiet?.includes(level) ? NO_VIOLATION : {},
      },
    ];
  });
}

export default scenarios(Object.fromEntries(ROWS.flatMap(scenarios_of)));
