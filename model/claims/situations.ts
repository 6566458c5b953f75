/** The smallest situations in which operations meet: nobody's claims, but each is a question. */
import { claims } from 'mmucheck/language';

const TDX = 'it needs the TDX module and its Secure EPT, which are not modelled yet';

export default claims({
  title: 'M: minimal situations',
  claims: {
    M1: {
      says: 'A huge page is split without a flush while vCPUs read, write and fetch',
      kind: 'situation',
      because:
        'the children equal the value that was replaced under the read lock, and the snapshot under the write lock',
    },
    M2: {
      says: 'A split, then a zap of the small pages',
      kind: 'situation',
      because: 'the stale huge entry is why the zap must flush',
    },
    M3: {
      says: 'Two threads split one page, and mmu_lock is dropped in between',
      kind: 'situation',
      because: 'a flag about the own split is no statement about TLBs',
    },
    M4: {
      says: 'Two threads enable dirty logging',
      kind: 'situation',
      because: 'slots_lock, or a flush in any case, is what makes it safe',
    },
    M5: {
      says: 'A fast page fault against KVM_GET_DIRTY_LOG',
      kind: 'situation',
      because: 'without PML the page must be marked after W is set',
    },
    M6: {
      says: 'A fast page fault against a zap that stores',
      kind: 'situation',
      because: 'an entry that others change without mmu_lock must be exchanged',
    },
    M7: {
      says: 'A notifier against a slow fault',
      kind: 'situation',
      because: 'the fault must test the range and the sequence count',
    },
    M8: {
      says: 'A zap over two roots that yields in the second',
      kind: 'situation',
      because: 'the pending flush belongs to all roots',
    },
    M9: {
      says: 'A fast zap against a slow fault on the root that it invalidates',
      kind: 'situation',
      because: 'the fault must look at its root under mmu_lock',
    },
    M10: {
      says: 'Huge pages are put back when logging stops',
      kind: 'situation',
      because: 'the flush must come before the walk leaves RCU',
    },
    M11: {
      says: 'Two vCPUs fault below a huge page that may not be executed',
      kind: 'situation',
      because: 'the mark must be there before the table is linked',
      sides: { b: { says: 'the mark is there before', verdict: 'holds' } },
    },
    M12: {
      says: 'A split in the shadow MMU that reuses a shadow page',
      kind: 'situation',
      because: 'stale huge entries cover what the reused page leaves empty',
      unchecked: 'it needs the shadow MMU, which is not modelled yet',
    },
    M13: {
      says: 'Splits at the ends of a range, for every range and mixture of page sizes',
      kind: 'situation',
      because: 'walk and head and tail leave the same leafs; what can go wrong in either is seen',
    },
    M14: {
      says: 'A hole in a part of a huge page, against faults on the other part',
      kind: 'situation',
      because: 'huge pages must be kept from coming back over an end of the hole',
    },
    M15: {
      says: 'A mirror entry is mapped, with and without FROZEN',
      kind: 'situation',
      because: 'a child must not be added before its parent exists',
      unchecked: TDX,
    },
    M16: {
      says: 'Adding a page to the Secure EPT fails',
      kind: 'situation',
      because: 'the mirror entry and the counts must be restored',
      unchecked: TDX,
    },
    M17: {
      says: 'BLOCK, TRACK, kick and DEMOTE with each step left out',
      kind: 'situation',
      because: 'the module refuses what is not tracked',
      unchecked: TDX,
    },
    M18: {
      says: 'DEMOTE is busy, and vCPUs are kept out',
      kind: 'situation',
      because: 'only one order avoids the bug',
      unchecked: TDX,
    },
    M19: {
      says: 'DEMOTE under the read lock',
      kind: 'situation',
      because: 'a failure after BLOCK cannot be undone by restoring the mirror',
      unchecked: TDX,
    },
    M20: {
      says: 'A hole against ACCEPT and accesses of two vCPUs',
      kind: 'situation',
      because: 'content is kept and pages are not reused early',
      unchecked: TDX,
    },
    M21: {
      says: 'Attributes of gfns change while faults come in beside them',
      kind: 'situation',
      because: 'the huge pages at the edges must be blocked too',
    },
    M22: {
      says: 'The retry loop of a TD against the deletion of the slot',
      kind: 'situation',
      because: 'the loop must leave SRCU',
      unchecked: TDX,
    },
    M23: {
      says: 'ACCEPT of a small page below a pending huge one',
      kind: 'situation',
      because: 'KVM splits to the level that is accepted',
      unchecked: TDX,
    },
    M24: {
      says: 'ACCEPT of a huge page that is interrupted and split',
      kind: 'situation',
      because: 'every page is zeroed before it is used',
      unchecked: TDX,
    },
    M25: {
      says: 'A page is added between the walk and the lock of ACCEPT',
      kind: 'situation',
      because: 'the guest sees a wrong size',
      unchecked: TDX,
    },
    M26: {
      says: 'DEMOTE without tracking, and REMOVE later',
      kind: 'situation',
      because: 'the test of REMOVE is what protects then',
      unchecked: TDX,
    },
    M27: {
      says: 'guest_memfd gives a page back while a fault resolves it',
      kind: 'situation',
      because: 'the fault must test the range and the sequence count',
    },
    M28: {
      says: 'REMOVE fails and the file is closed',
      kind: 'situation',
      because: 'a page is freed while the module owns it',
      unchecked: TDX,
    },
    M29: {
      says: 'VP.ENTER is busy and is retried with interrupts off',
      kind: 'situation',
      because: 'the kicker waits for ever',
      unchecked: TDX,
    },
    M30: {
      says: 'The first slot starts to log, with PML',
      kind: 'situation',
      because: 'PML must be on everywhere before D is cleared',
    },
    M31: {
      says: 'KVM_GET_DIRTY_LOG while PML buffers are full',
      kind: 'situation',
      because: 'what is drained late is reported by the next one',
    },
    M32: {
      says: 'Manual protection: GET, a write, CLEAR',
      kind: 'situation',
      because: 'userspace copies the page after the CLEAR, so the write needs no record of its own',
    },
    M33: {
      says: 'CLEAR over a huge page against write tracking, with every bit set at first',
      kind: 'situation',
      because:
        'MMU-writable is cleared without a flush before mmu_lock is dropped; unconfirmed, see counterexamples/REAL-OR-NOT.md',
    },
    M34: {
      says: 'Two faults on one gfn, of which one has found it read-only, against write tracking',
      kind: 'situation',
      because: 'a late fault stores a narrower leaf over a wider one',
    },
    M35: {
      says: 'The direct root of a TD is replaced',
      kind: 'situation',
      because: 'the tag stays the same, so the flush at the load is needed',
      unchecked: TDX,
    },
    M36: {
      says: 'The split at a boundary fails, and the error is read as success',
      kind: 'situation',
      because:
        'a hole takes too much, and a conversion zaps nothing; unconfirmed, see counterexamples/REAL-OR-NOT.md',
    },
    M37: {
      says: 'A fast zap frees tables without a flush',
      kind: 'situation',
      because: 'nobody may run on the root any more, and a root is flushed when it is loaded',
    },
    M38: {
      says: 'A violation on a path through a table that is gone',
      kind: 'situation',
      because: 'the violation must drop the path together with the translation',
      sides: {
        a: { says: 'the violation drops it', verdict: 'holds' },
        b: { says: 'the violation keeps it', verdict: 'violated' },
      },
    },
    M39: {
      says: 'The host moves a part of what it maps by one entry',
      kind: 'situation',
      because: 'the host splits its own mapping first',
    },
  },
});
