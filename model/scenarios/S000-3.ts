/**
 * S000-3: a split only adds a table, so no missing flush of a split can make a processor walk a freed table (P4). In
 * contrast a collapse unlinks one: its flush must come before the remover leaves its RCU read section.
 */
import { process, scenarios } from 'mmucheck/language';
import { SAFETY } from '../../properties/index.js';
import type { Config } from '../config.js';
import { kvm_mmu_slot_try_split_huge_pages } from '../kernel/dirty_log.js';
import { NONPRESENT_SPTE } from '../kernel/spte.js';
import { host_huge, machine, mapped_huge, mapped_small } from '../machine.js';
import { type Kvm, PG_LEVEL_4K } from '../state.js';
import {
  a_table_waits_for_its_grace_period,
  a_vcpu_may_use_a_stale_huge_translation,
  an_entry_is_frozen,
  every_huge_page_is_split,
} from './witnesses.js';

/** A table with a hole in front, where the host maps huge: the next fault on the hole collapses it. */
function table_with_a_hole(kvm: Kvm, config: Config): void {
  mapped_small()(kvm, config);
  host_huge(kvm, config);
  kvm.pt[1].spte[0] = NONPRESENT_SPTE;
}

const collapse = {
  ...machine(
    { vcpus: 2, reach: true, reschedule: false, flush: 'protocol', guestReads: true, guestWrites: false },
    [],
    table_with_a_hole,
  ),
  properties: SAFETY,
  witnesses: [a_table_waits_for_its_grace_period, an_entry_is_frozen],
};

export default scenarios({
  'split-frees-nothing': {
    ...machine(
      { vcpus: 2, tables: 4, reach: true, flush: 'atomic' },
      [process('cpu0', kvm_mmu_slot_try_split_huge_pages, PG_LEVEL_4K)],
      mapped_huge(),
    ),
    title: 'A split without a flush, with paging-structure caches: no table becomes unreachable',
    claims: ['S000-3(a)'],
    properties: SAFETY,
    witnesses: [a_vcpu_may_use_a_stale_huge_translation, every_huge_page_is_split],
  },
  'collapse-flush-in-rcu': {
    ...collapse,
    title: 'A fault replaces a table by a huge leaf and flushes before it leaves RCU',
    claims: ['S000-3(b)'],
  },
  'collapse-against-exec-fault': {
    ...machine(
      {
        vcpus: 2,
        tables: 4,
        nxHugePages: true,
        trackExec: true,
        flush: 'atomic',
        guestReads: true,
        guestWrites: false,
        guestFetches: true,
      },
      [],
      table_with_a_hole,
    ),
    title: 'The collapse freezes entries that an exec fault of the other vCPU is about to fill',
    claims: ['S000-3(b)'],
    properties: SAFETY,
    witnesses: [a_table_waits_for_its_grace_period, an_entry_is_frozen],
  },
  'collapse-flush-after-rcu': {
    ...collapse,
    title: 'The same with the flush after leaving RCU',
    claims: ['S000-3(c)'],
    variant: ['collapse-flushes-after-rcu'],
    expect: { P4: 'violated' },
  },
});
