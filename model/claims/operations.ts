/** What operations need in order to be right, where no claim or situation asks it. */
import { claims } from 'mmucheck/language';

export default claims({
  title: 'O: operations',
  claims: {
    O7: {
      says: 'Zapping a table under FROZEN, up to 6.12',
      kind: 'situation',
      because: 'others that find FROZEN retry until the flush is done',
    },
    O11: {
      says: 'Creating, deleting and moving memslots',
      kind: 'situation',
      because:
        'faults that found the slot valid must be waited for, or find it invalid; notifiers must find at the end what they found at the start',
    },
    O16: {
      says: 'Recovering NX huge pages',
      kind: 'situation',
      because: 'the flush must come before the worker leaves RCU',
    },
    O17: {
      says: 'Enabling dirty logging',
      kind: 'situation',
      because: 'every fault must see the new flags, and stale translations be flushed, before it returns',
    },
    O18: {
      says: 'Reading and clearing the dirty log and the dirty rings',
      kind: 'situation',
      because: 'bits are taken before pages are protected, and pages flushed before the report',
    },
    O19: {
      says: 'Aging',
      kind: 'situation',
      because:
        'lockless aging clears a bit of whatever is in memory; unconfirmed, see counterexamples/REAL-OR-NOT.md',
      sides: {
        a: {
          says: 'aging without mmu_lock changes FROZEN in a table that is being removed',
          verdict: 'violated',
        },
        b: { says: 'and a fault then maps a page there', verdict: 'violated' },
        c: { says: 'with a FROZEN value in which the accessed bits are clear', verdict: 'holds' },
      },
    },
    O21: {
      says: 'Putting huge pages back when logging stops',
      kind: 'situation',
      because: 'whoever is in the old table finds FROZEN entries and retries',
    },
    O24: {
      says: 'Changing memory attributes',
      kind: 'situation',
      because: 'the range is unmapped and blocked while attributes are mixed',
    },
    O27: {
      says: 'Destroying the VM',
      kind: 'situation',
      because: 'notifiers must be waited for',
    },
    O28: {
      says: 'Accesses without a memslot: MMIO, by entries and by what vCPUs remember',
      kind: 'situation',
      because: 'what says MMIO is worth something for one generation of the memslots only',
      sides: {
        a: { says: 'the generation counts when nobody uses the old slots any more', verdict: 'holds' },
        b: {
          says: 'nobody waits, asks for the generation, or zaps before generations begin anew',
          verdict: 'violated',
        },
        c: {
          says: 'generations begin anew, and an entry that was read before the zap is compared after it (19 bits of them, so no VM has met it)',
          verdict: 'violated',
        },
        d: { says: 'the same with the generation read before the entry', verdict: 'holds' },
        e: {
          says: 'up to 6.12 the fault of a vCPU that uses the old slots stores MMIO over the leaf of one that uses the new, without a flush',
          verdict: 'violated',
        },
        f: { says: 'from 6.13 on it leaves a leaf alone that allows the access', verdict: 'holds' },
      },
    },
    O29: {
      says: 'A prefault while memslots change and roots are zapped',
      kind: 'situation',
      because: 'it tries again inside SRCU, for which the change of the slots waits',
      sides: {
        a: {
          says: 'its slot stays, but its root is obsolete and is looked at only before the first try (6.18): only a signal ends it',
          verdict: 'violated',
        },
        b: { says: 'the root is loaded anew before each try', verdict: 'holds' },
      },
    },
    O30: {
      says: 'Two threads run KVM_RESET_DIRTY_RINGS at the same time',
      kind: 'situation',
      because:
        'who resets an entry flushes after slots_lock, and who finds it reset already does not flush; unconfirmed, see counterexamples/REAL-OR-NOT.md',
      sides: {
        a: {
          says: 'the thread that has collected the entry copies its page while a vCPU still writes to it unseen',
          verdict: 'violated',
        },
        b: { says: 'with the flush before slots_lock is released', verdict: 'holds' },
      },
    },
    'T-28': {
      says: 'A remover of a table waits for the owners of its FROZEN entries',
      kind: 'situation',
      because: 'an owner that waits for mmu_lock would wait for ever',
    },
  },
});
