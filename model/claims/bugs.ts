/** Bugs that were fixed: what was wrong, in our words. The scenarios find them again, or see the fix hold. */
import { claims } from 'mmucheck/language';

export default claims({
  title: 'K: bugs of the past',
  claims: {
    K1: {
      says: 'A zap that yields in the second root does not flush what it zapped in the first',
      where: 'KVM: x86/mmu: Ensure TLBs are flushed when yielding during GFN range zap (2021)',
      commit: 'a835429cda91',
      kind: 'bug',
      because: 'the pending flush of earlier roots is not handed to the walk of the next one',
    },
    K5: {
      says: 'A notifier flushes only if it zapped something in the last root',
      where:
        'KVM: x86/mmu: Zap only TDP MMU leafs in zap range and mmu_notifier unmap (the first attempt lost a flush)',
      commit: 'f47e5bbbc92f',
      kind: 'bug',
      because: 'the result of the last root takes the place of those before',
    },
    K6: {
      says: 'A walk that has yielded steps past the entry that it was to visit',
      where: "KVM: x86/mmu: Don't advance iterator after restart due to yielding (2021)",
      commit: '3a0f64de479c',
      kind: 'bug',
      because: 'the restart leaves it at that entry, and the loop takes its usual step from there',
    },
    K8: {
      says: 'A walk that yields leaves RCU before it flushes',
      where: 'KVM: x86/mmu: Do remote TLB flush before dropping RCU in TDP MMU resched (2022)',
      commit: 'bd29677952fa',
      kind: 'bug',
      because: 'a table that it has unlinked may be freed while processors still know its address',
    },
    K9: {
      says: 'A walk yields again before it has moved',
      where: 'KVM: x86/mmu: Ensure forward progress when yielding in TDP MMU iter (2021)',
      commit: 'ed5e484b79e8',
      kind: 'bug',
      because: 'under a lock that is always contended it never ends',
      sides: { b: { says: 'it yields only after it has moved', verdict: 'holds' } },
    },
    K11: {
      says: 'Write tracking passes over entries without W, which dirty logging has protected and not flushed yet',
      where: 'KVM: x86/mmu: Fix write-protection of PTs mapped by the TDP MMU (2022)',
      commit: '7c8a4742c4ab',
      kind: 'bug',
      because: 'W clear in memory says nothing about TLBs; MMU-writable does',
    },
    K13: {
      says: 'A zap stores plainly over an entry that hardware or a fast page fault may be changing',
      where: 'KVM: x86/mmu: Use atomic XCHG to write TDP MMU SPTEs with volatile bits (2022)',
      commit: 'ba3a6120a4e7',
      kind: 'bug',
      because: 'what was set between the read and the store is lost to whoever decides by the old value',
    },
    K15: {
      says: 'An entry is tested once, and a bit cleared in whatever stands there when the exchange is tried again',
      where: 'KVM: x86/mmu: Check for leaf SPTE when clearing dirty bit in the TDP MMU (2024)',
      commit: '45a61ebb2211',
      kind: 'bug',
      because: 'the entry may be a table or gone by then',
    },
    K17: {
      says: 'The dirty log is read after pages were protected, and the bits swapped afterwards',
      where: 'KVM: write protect memory after slot swap (2010)',
      commit: 'edde99ce0529',
      kind: 'bug',
      because: 'a fault in between makes its page writable, with its bit in the log that was just reported',
    },
    K20: {
      says: 'A slow fault maps into a root that has been invalidated',
      where: 'KVM: x86/mmu: Retry page fault if root is invalidated by memslot update (2021)',
      commit: 'a955cad84cda',
      kind: 'bug',
      because: 'nobody zaps what is linked behind the walk of the fast zap',
    },
    K22: {
      says: 'The snapshot of the sequence count is kept in a type that is too narrow',
      where: 'KVM: x86/mmu: Fix an sign-extension bug with mmu_seq that hangs vCPUs (6.1.y, 2023)',
      commit: '82d811ff5665',
      kind: 'bug',
      because: 'it never equals the count again, so every fault retries for ever',
      sides: { b: { says: 'the snapshot is as wide as the count', verdict: 'holds' } },
    },
    K28: {
      says: 'While attributes change, a fault beside the range maps a huge page over it',
      where: 'KVM: x86/mmu: Prevent installing hugepages when mem attributes are changing (2025)',
      commit: '9129633d568e',
      kind: 'bug',
      because: 'faults are kept out of exactly the gfns that change',
    },
    K31: {
      says: 'A table that exists because of NX huge pages is linked before it is marked as such',
      where: 'KVM: x86/mmu: Set disallowed_nx_huge_page in TDP MMU before setting SPTE (2022)',
      commit: '61f94478547b',
      kind: 'bug',
      because:
        'another fault takes it for one that a huge page may replace, and the list gets a table that is gone',
      sides: { b: { says: 'it is marked before', verdict: 'holds' } },
    },
    K37: {
      says: 'A write to a guest page table is not tracked, because neither side waits for its own store before it reads the other',
      where: 'KVM: x86/mmu: Fix a largely theoretical race in kvm_mmu_track_write() (2024)',
      commit: '226d9b8f1688',
      kind: 'bug',
      because:
        'the count of shadow pages and the guest entry may both be in store buffers; one barrier is not enough',
    },
    K44: {
      says: 'A vCPU serves a flush request for its current root only',
      where: 'KVM: VMX: Flush all EPTP/VPID contexts on remote TLB flush (2020)',
      commit: 'e8eff2821805',
      kind: 'bug',
      because: 'the entries of the root that it ran before are still there when it returns to it',
    },
    K60: {
      says: 'A set of memslots has its new generation while vCPUs still find the old slots',
      where: 'kvm: fix potentially corrupt mmio cache (2014)',
      commit: 'ee3d1570b586',
      kind: 'bug',
      because: 'what they say about MMIO then counts for the new slots',
    },
    K61: {
      says: 'An access is remembered as MMIO while the memslots are replaced',
      where: 'KVM: x86/mmu: Do not cache MMIO accesses while memslots are in flux (2019)',
      commit: 'ddfd1730fd82',
      kind: 'bug',
      because: 'it is taken for MMIO again until the update is done, and forgotten by then',
      sides: { a: { says: 'when the ioctl has returned', verdict: 'holds' } },
    },
  },
});
