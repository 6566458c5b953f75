/**
 * S000-13, -18: every caller of the eager split flushes afterwards, whatever the split did: enabling dirty logging
 * always, KVM_GET_DIRTY_LOG if any bit was set (and it never splits). That is why nobody needs a flush of the split
 * itself, and each of those flushes is needed. A caller that split only, and relied on it, would need its own.
 */
import { process, scenarios } from 'mmucheck/language';
import { SAFETY } from '../../properties/index.js';
import type { Config } from '../config.js';
import { host_huge, machine, mapped_huge, mapped_small } from '../machine.js';
import type { Kvm } from '../state.js';
import { SMALL_PAGES, split_and_rely_on_small_pages } from './hypothetical.js';
import { enable_then_get } from './threads.js';
import {
  a_caller_relies_on_small_pages,
  a_dirty_bit_is_set,
  a_page_is_harvested,
  a_vcpu_may_use_a_stale_huge_translation,
  every_huge_page_is_split,
  tracking_has_begun,
} from './witnesses.js';

const enable = {
  ...machine({ srcu: true }, [process('cpu0', enable_then_get)], mapped_huge()),
  properties: SAFETY,
  witnesses: [
    a_vcpu_may_use_a_stale_huge_translation,
    every_huge_page_is_split,
    tracking_has_begun,
    a_dirty_bit_is_set,
    a_page_is_harvested,
  ],
};
const enable_during_fault = {
  ...enable,
  ...machine({ srcu: true }, [process('cpu0', enable_then_get)], host_huge),
};
function host_read_only(kvm: Kvm, config: Config): void {
  mapped_small({ writable: false, mmu_writable: false, host_writable: false })(kvm, config);
  for (let gfn = 0; gfn < config.gfns; gfn++) kvm.host.writable[gfn] = false;
}
const rely = {
  ...machine({}, [process('cpu0', split_and_rely_on_small_pages)], mapped_huge()),
  properties: [...SAFETY, SMALL_PAGES],
  witnesses: [a_vcpu_may_use_a_stale_huge_translation, a_caller_relies_on_small_pages],
};

export default scenarios({
  'enable-and-get': {
    ...enable,
    title: 'Dirty logging is enabled on a huge mapping and the log is read once, while the guest writes',
    claims: ['S000-13', 'S000-18(a)'],
  },
  'enable-without-flush': {
    ...enable,
    title: 'Enabling does not flush',
    claims: ['S000-13', 'S000-8(b)'],
    variant: ['enable-without-flush'],
    expect: { P3: 'violated', P8: 'violated' },
  },
  'get-without-flush': {
    ...enable,
    title: 'Reading the log does not flush',
    claims: ['S000-13'],
    variant: ['get-without-flush'],
    expect: { P3: 'violated', P8: 'violated' },
  },
  'enable-without-eager-split': {
    ...enable,
    ...machine(
      { srcu: true, eagerPageSplit: false, guestGfns: 2 },
      [process('cpu0', enable_then_get)],
      mapped_huge(),
    ),
    title: 'Without eager splitting the huge page is write-protected, and the first write to it splits it',
    claims: ['S000-13'],
  },
  'read-only-host-page': {
    ...enable,
    ...machine({ srcu: true }, [process('cpu0', enable_then_get)], host_read_only),
    title: 'The host maps the page read-only: no fault may make it writable',
    claims: ['S000-13'],
    witnesses: [tracking_has_begun],
  },
  'enable-during-fault': {
    ...enable_during_fault,
    title: 'Dirty logging is enabled while a fault is on its way that looked the memslot up before',
    claims: ['S000-13'],
  },
  'enable-without-srcu': {
    ...enable_during_fault,
    title:
      'The same without waiting for readers of the old memslots: the fault installs a writable huge page',
    claims: ['S000-13'],
    variant: ['enable-without-srcu'],
    expect: { P3: 'violated' },
  },
  'rely-on-pure-split': {
    ...rely,
    title: 'A caller that splits, does not flush, and relies on 4K pages',
    claims: ['S000-18(c)'],
    variant: ['rely-without-flush'],
    expect: { 'S000-18': 'violated' },
  },
});
