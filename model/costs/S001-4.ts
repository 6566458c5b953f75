/**
 * S001-4: how many entries are read to split what reaches over the ends of a hole, as the hole grows: by the walk over all of it, and at its head
 * and tail. `npm run costs` runs each by itself and counts; nothing is searched. Larger than what can be.
 */
import { process, type ScenarioSpec, scenarios } from 'mmucheck/language';
import { P14 } from '../../properties/index.js';
import { kvm_gmem_split_private } from '../kernel/guest_memfd.js';
import { host_huge, machine, mapped_huge } from '../machine.js';

const FANOUT = 2;
const SIZES = [4, 32, 256];
const FORMS = [
  { name: 'walk', form: 'walk', mapping: mapped_huge(), said: 'in 2M pages, by the walk' },
  { name: 'head-and-tail', form: 'head-tail', mapping: mapped_huge(), said: 'in 2M pages, at head and tail' },
  { name: 'walk-unmapped', form: 'walk', mapping: host_huge, said: 'where nothing is mapped, by the walk' },
  {
    name: 'head-and-tail-unmapped',
    form: 'head-tail',
    mapping: host_huge,
    said: 'where nothing is mapped, at head and tail',
  },
] as const;

/** All but the first and the last gfn of so many 2M ranges is the hole: a page is split at either end. */
function hole(pages: number, each: (typeof FORMS)[number]): ScenarioSpec {
  const gfns = pages * FANOUT;
  return {
    ...machine(
      {
        levels: 3,
        fanout: FANOUT,
        hugePages: pages,
        tables: pages / FANOUT + 3,
        boundarySplit: each.form,
        reschedule: false,
        flush: 'atomic',
      },
      [process('cpu0', kvm_gmem_split_private, 1, gfns - 1)],
      each.mapping,
    ),
    title: `A hole of ${gfns - 2} gfns, ${each.said}`,
    claims: ['S001-4'],
    properties: [P14],
    witnesses: [],
  };
}

export default scenarios(
  Object.fromEntries(
    FORMS.flatMap((each) => SIZES.map((pages) => [`${each.name}-${pages}`, hole(pages, each)] as const)),
  ),
);
