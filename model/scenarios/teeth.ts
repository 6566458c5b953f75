/**
 * Known-wrong models on which the properties fail that no claim's scenario makes fail. A property that has never been
 * seen to fail has not been checked.
 */
import { process, scenarios } from 'mmucheck/language';
import { P1, P5, P7, P14, T7 } from '../../properties/index.js';
import type { Config } from '../config.js';
import { migrate_pages } from '../host.js';
import { enable_dirty_logging } from '../kernel/dirty_log.js';
import { NONPRESENT_SPTE } from '../kernel/spte.js';
import { host_huge, logging_begins, machine, mapped_huge, mapped_small } from '../machine.js';
import type { Kvm } from '../state.js';
import {
  a_table_waits_for_its_grace_period,
  every_huge_page_is_split,
  the_host_has_moved_a_page,
} from './witnesses.js';

function empty_table(kvm: Kvm, config: Config): void {
  mapped_small()(kvm, config);
  host_huge(kvm, config);
  for (let i = 0; i < config.fanout; i++) kvm.pt[1].spte[i] = NONPRESENT_SPTE;
}

const enable = {
  ...machine({ flush: 'atomic' }, [process('cpu0', enable_dirty_logging)], logging_begins(mapped_huge())),
  witnesses: [every_huge_page_is_split],
};
const migrate = {
  ...machine({ invalidations: 1, reschedule: false }, [process('cpu0', migrate_pages, 0, 2)], mapped_huge()),
  witnesses: [the_host_has_moved_a_page],
};

export default scenarios({
  'frozen-entry-overwritten': {
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
      empty_table,
    ),
    title: 'An exec fault takes an entry that a collapse has frozen for one that it may replace',
    claims: ['P5', 'fix:f5d16bb9be68'],
    variant: ['no-frozen-test'],
    properties: [P5],
    expect: { P5: 'violated' },
    witnesses: [a_table_waits_for_its_grace_period],
  },
  'split-to-the-wrong-frame': {
    ...enable,
    title: 'Every small page of a split maps the first frame',
    claims: ['P7'],
    variant: ['split-maps-first-frame'],
    properties: [P1, P7],
    expect: { P7: 'violated', P1: 'violated' },
  },
  'split-drops-writable': {
    ...enable,
    title: 'The small pages of a split lose W',
    claims: ['P7'],
    variant: ['split-drops-writable'],
    properties: [P7],
    expect: { P7: 'violated' },
  },
  'protect-without-lock': {
    ...enable,
    title: 'Write protection runs without mmu_lock',
    claims: ['P14'],
    variant: ['protect-without-lock'],
    properties: [P14],
    expect: { P14: 'violated' },
  },
  'write-lock-kept': {
    ...migrate,
    title: 'The notifier returns with mmu_lock held',
    claims: ['T7'],
    variant: ['notifier-keeps-lock'],
    properties: [T7],
    expect: { T7: 'violated' },
  },
});
