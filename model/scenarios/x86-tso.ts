/** The store buffers of level C by themselves: every classic litmus test with and without them. */
import { scenarios } from 'mmucheck/language';
import { scenarios_of } from '../hardware/litmus/program.js';
import { X86_TSO } from '../hardware/litmus/x86_tso.js';

export default scenarios(Object.fromEntries(X86_TSO.flatMap((test) => scenarios_of(test, 'L1'))));
