/** What the hardware of the model must allow and forbid. */
import { claims } from 'mmucheck/language';

export default claims({
  title: 'L: litmus tests of the hardware',
  claims: {
    L1: {
      says: 'The classic litmus tests of x86-TSO, with store buffers and without',
      kind: 'situation',
      because: 'each outcome is reached exactly where the manual allows it',
    },
    L2: {
      says: "The same shapes in KVM's protocols",
      kind: 'situation',
      because: 'which barriers and orders they need',
    },
    L3: {
      says: 'What a processor may do with translations that it has cached',
      kind: 'situation',
      because: 'each outcome is reached exactly where the hardware allows it',
    },
  },
});
