/**
 * Progress: nobody retries for ever, waits for ever or leaves an entry frozen, if the scheduler is fair to everybody who must go on.
 */
import { process, scenarios } from 'mmucheck/language';
import { SAFETY } from '../../properties/index.js';
import { T1 } from '../../properties/t1-faults-end.js';
import { T2 } from '../../properties/t2-frozen-is-temporary.js';
import { operations_end } from '../../properties/t4-operations-end.js';
import { migrate_pages } from '../host.js';
import { machine, mapped_huge } from '../machine.js';

export default scenarios({
  'zap-yields': {
    ...machine(
      { hugePages: 2, guestGfns: 1, tables: 4, invalidations: 1 },
      [process('cpu0', migrate_pages, 0, 4)],
      mapped_huge(),
    ),
    title: 'A zap that yields ends, and so do the faults of a vCPU meanwhile',
    claims: ['T1', 'T2', 'T4'],
    properties: [...SAFETY, T1, T2, operations_end('cpu0')],
    witnesses: [],
  },
});
