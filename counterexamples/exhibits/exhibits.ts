/**
 * What hangs in the gallery: bugs that were in the kernel, and counterexamples to what was claimed on the mailing list. Each names a
 * scenario that finds it and the property whose violation tells the story; stories are ours, in the order of the run.
 */

export interface Exhibit {
  /** The claim, as scenarios name it: what was wrong, and where it was fixed, stands in model/claims. */
  readonly claim: string;
  /** What a page is called, if not by what the claim says. */
  readonly name?: string;
  readonly scenario: string;
  readonly property: string;
  readonly story: string;
  /** What the run rests on that a reader would not expect, or what it leaves out. */
  readonly scope?: string;
}

export const EXHIBITS: readonly Exhibit[] = [
  {
    claim: 'K1',
    scenario: 'M8/flush-not-carried',
    property: 'P1',
    story:
      'A zap of a range goes through several roots. What it took out of the first root still waits for its flush when it begins with the second, whose walk believes that nothing is due. If that walk yields, mmu_lock is dropped without a flush. Somebody else takes the lock, finds nothing mapped, and so may give the page away, while a vCPU still has its translation.',
  },
  {
    claim: 'K5',
    scenario: 'M8/last-root-decides',
    property: 'P1',
    story:
      'The first form of this change, reverted and applied again in 2022, kept the answer of the last root only. A notifier that zaps a page in the first of two roots and finds nothing in the second returns without a flush, and the host reuses the page.',
  },
  {
    claim: 'K6',
    scenario: 'M9/restart-steps-on',
    property: 'P13',
    story:
      'The walk yields before it has dealt with an entry of the root, and restarts at that entry. The loop then takes its usual step, and as the walk does not go below this level, that is a step sideways. The entry and everything below it are never zapped: they hang in a root that is freed.',
  },
  {
    claim: 'K8',
    scenario: 'M10/in-place-yield-leaves-rcu-first',
    property: 'P4',
    story:
      'The walk has unlinked a table and owes a flush. Yielding, it ends its RCU section first. The grace period may end there and then, so the table is freed while a vCPU may still walk it from its paging-structure cache.',
    scope:
      'The walk is that of 6.13, which puts huge pages in the place of tables: of 6.6 no walk defers the flush of a table.',
  },
  {
    claim: 'K9',
    scenario: 'progress/zap-yields-without-progress',
    property: 'T4',
    story:
      'The lock is contended whenever the walk looks. It yields, restarts where it was, finds the lock contended again and yields again, for ever.',
  },
  {
    claim: 'K11',
    scenario: 'write-tracking/tests-w',
    property: 'P2',
    story:
      'Dirty logging has cleared W and not flushed yet. The gfn becomes a guest page table and is to be write-tracked: the entry has no W, so nothing is done and no flush is due. A vCPU goes on writing through what it has cached. (A fast page fault could also set W again.)',
  },
  {
    claim: 'K13',
    scenario: 'M6/plain-store',
    property: 'P6',
    story:
      'The holder of mmu_lock reads a leaf without W. A fast page fault sets W without the lock. The holder stores its new value over it and goes on as if the page had not been writable.',
  },
  {
    claim: 'K15',
    scenario: 'clear-dirty/by-w-tested-once',
    property: 'P5',
    story:
      'The walk wants to clear the bit by which a huge leaf tells that it was written. A fault splits the leaf; the exchange fails, and the value is read again. The retry does not ask again whether it is a leaf, and takes the bit out of the entry that points to the new table.',
    scope:
      'The bit is W, of a root on which L2 runs: a table entry has W and never has D, so that with D the retry finds nothing to clear (clear-dirty/by-d-tested-once holds).',
  },
  {
    claim: 'K17',
    scenario: 'M5/protect-before-take',
    property: 'P3',
    story:
      'KVM_GET_DIRTY_LOG write-protects the page. A vCPU faults at once, makes it writable again and sets its bit. Only then the ioctl takes the bits, this one with them: the page is writable, its bit is clear, and the next write goes unnoticed. In 2010 taking the bits was a swap of slots, and made the same window.',
  },
  {
    claim: 'K20',
    scenario: 'M9/no-root-test',
    property: 'P13',
    story:
      'A fault has resolved its page and waits for mmu_lock. Meanwhile its root is invalidated and zapped. The fault does not look at the root and links a table and a leaf below it, which nobody will ever zap.',
    scope:
      'No vCPU runs on the root any more, so what shows is that pages are accounted for which are not there.',
  },
  {
    claim: 'K22',
    scenario: 'progress/sequence-truncated',
    property: 'T1',
    story:
      'A fault keeps its snapshot in fewer bits than the count has. Once the count has outgrown them the two never compare equal, and the fault is retried for ever although nothing is being invalidated.',
    scope: '6.1.y only. The count is one bit wide here where it was 31.',
  },
  {
    claim: 'K28',
    scenario: 'M21/unguarded-edges',
    property: 'P17',
    story:
      'The attributes of [start, end) change, and faults on these gfns are held off. A fault on a neighbour in the same 2M range is not; lpage_info still says that the range may be huge; the fault maps all of it, the gfns included whose attributes are about to differ.',
  },
  {
    claim: 'K31',
    scenario: 'O16/flag-after-link',
    property: 'P13nx',
    story:
      'An exec fault links a table and will mark it afterwards. A read fault finds the table unmarked, and puts the huge page back in its place. The first fault then marks and lists a table that is on its way to be freed.',
  },
  {
    claim: 'K37',
    scenario: 'kvm-tso/counter-pte-tso',
    property: 'outcome',
    story:
      "One vCPU counts the page that it begins to shadow, and reads the guest's PTE. Another has written that PTE, and reads the count. Both stores are still in store buffers: the first reads the old PTE, the second a count of zero, and so nobody corrects the shadow.",
    scope:
      'Needs store buffers: with sequentially consistent memory (kvm-tso/counter-pte-sc) it holds without any barrier, and a barrier on one side alone is not enough. The threads are cut down to the accesses that matter: cell 0 is indirect_shadow_pages, cell 1 the PTE, r0 says that the new PTE was read, r1 that the count was seen.',
  },
  {
    claim: 'K44',
    scenario: 'nested/one-context-flushed',
    property: 'P1',
    story:
      'A vCPU has run L2 and goes back to L1, which has another root. A notifier zaps a page in both roots and requests a flush. The vCPU serves the request for the root that it has loaded, and goes to L2 again, where its old translations are still good.',
  },
  {
    claim: 'K60',
    scenario: 'mmio/generation-before-readers',
    property: 'P20',
    story:
      'Memslots are replaced, and the new set has its new generation at once. A vCPU that still finds the old slots takes an access for MMIO and notes that with the new generation: it goes on to be MMIO although there is a slot by now.',
  },
  {
    claim: 'K62(a)',
    name: 'A prefault that finds its memslot invalid tries again inside SRCU',
    scenario: 'memslots/prefault-of-invalid-slot',
    property: 'T4',
    story:
      'A slot is being deleted: its invalid copy is in place, and the deletion waits for the readers of SRCU. A prefault is one of them. It finds the slot invalid and tries again, for ever.',
    scope: 'Nothing is taken out: these are the rules up to 6.17.',
  },
  {
    claim: 'fix:048f49809c52',
    scenario: 'history/nx-recovery-without-flush',
    property: 'P4',
    story:
      'The worker zaps a table that an exec fault has made, and the zap says that a flush is due. The worker looks at what the shadow MMU has to flush only, and leaves RCU. The table is freed while a vCPU still has its address in the paging-structure cache.',
  },
  {
    claim: 'fix:33a3164161fc',
    scenario: 'history/nx-recovery-yields-without-flush',
    property: 'P4',
    story:
      'The worker zaps two tables. Between the two it yields, in the belief that nothing is due, and the first table is freed while a vCPU may still walk it.',
  },
  {
    claim: 'fix:574c3c55e969',
    scenario: 'history/other-range-flushed',
    property: 'P1',
    story:
      'A table is zapped, and the flush is asked for the range from its last page on. The hypervisor below KVM takes that literally, so that what was mapped before stays cached. A notifier comes later, finds nothing mapped and flushes nothing, and the host reuses the page.',
    scope:
      'The flush is that of the zap under FROZEN, where 6.6 flushes; in 2021 each unlinked table was flushed by itself. VMX and SVM drop everything whatever the range is.',
  },
  {
    claim: 'fix:7533377215b6',
    scenario: 'history/root-without-reference',
    property: 'P4',
    story:
      'A notifier walks a root that is being zapped and yields. The zap ends and puts the last reference: the root is freed. The notifier comes back and reads it.',
  },
  {
    claim: 'fix:a889ea54b3da',
    scenario: 'destruction/root-left-behind',
    property: 'P4',
    story:
      'A notifier has yielded in a root, and holds the last reference to it when it goes on to the next. It drops the reference and does not free the root, which outlives the VM.',
  },
  {
    claim: 'fix:b64d740ea7dd',
    scenario: 'history/access-tracked-then-logged-without-flush',
    property: 'P3',
    story:
      'Without A/D bits aging takes all rights from an entry, and does not flush. Then logging is switched on: no entry has W, nothing is changed, nothing is flushed. A vCPU writes through what it has cached.',
  },
  {
    claim: 'fix:d62007edf01f',
    scenario: 'history/invalid-root-skipped',
    property: 'P1entry',
    story:
      'A root has been invalidated and is about to be zapped. A notifier unmaps a page in valid roots only, and the host reuses the page. The invalid root still maps it.',
    scope:
      'No vCPU uses the root. What is wrong is that the zap will go on to act on a page that belongs to somebody else.',
  },
  {
    claim: 'fix:20a6cff3b283',
    scenario: 'prefault/obsolete-root-6.11',
    property: 'T17',
    story:
      'A fast zap has made the root of a vCPU obsolete, and has asked the vCPU to drop it. Before it runs again userspace prefaults memory for it: that loads a root only if there is none, and so keeps this one. Every fault finds the root obsolete and tries again, and the request is not looked at before the vCPU enters the guest, which it never does.',
  },
  {
    claim: 'fix:21a36ac6b6c7',
    scenario: 'O16/listed-without-recheck',
    property: 'P13nx',
    story:
      'An exec fault has linked its table and is about to list it. Somebody else unlinks the table, and has nothing to take off the list. The fault lists it: a table on its way to be freed.',
  },
  {
    claim: 'fix:2673dfb591a3',
    scenario: 'dirty-log/l2-6.6',
    property: 'P3',
    story:
      'The vCPU runs L2, so PML is off for it. Enabling clears D of its leafs and leaves W. The next write sets D, and nobody hears of it.',
    scope: 'Nothing is taken out: these are the rules of 6.6.',
  },
  {
    claim: 'fix:386d69f9f29b',
    scenario: 'M34/leaf-overwritten',
    property: 'P2',
    story:
      'Two faults resolve the same page, the first as read-only. The host makes it writable, and the second maps it so. The first then stores its read-only leaf over that, without a flush. Write tracking finds an entry that nobody could make writable, and does not flush either.',
    scope: 'Nothing is taken out: these are the rules of 6.6. The fix was made for a warning.',
  },
  {
    claim: 'fix:52ac8b358b0c',
    scenario: 'memslots/created-during-invalidation',
    property: 'P15',
    story:
      'An invalidation starts and finds no slot. Memslots are replaced, and the invalidation ends: now there is a slot, so the count of open invalidations is taken down that nobody has taken up.',
  },
  {
    claim: 'fix:7f31c9595e3c',
    scenario: 'write-tracking/flushes-for-w',
    property: 'P2',
    story:
      'Dirty logging has taken W from an entry and not flushed yet. Write tracking takes MMU-writable from it, sees that W was clear already, and does not flush.',
    scope:
      'In 2014 this was found in the shadow MMU, before the flush of dirty logging was moved out of mmu_lock.',
  },
  {
    claim: 'fix:8929bc965964',
    scenario: 'dirty-ring/flag-before-data',
    property: 'P3',
    story:
      'A vCPU marks an entry of its ring as dirty before it has written the gfn. Userspace takes the entry with the gfn that was there before.',
    scope: 'On x86 only the compiler could have made this order.',
  },
  {
    claim: 'fix:80a3e4ae962d',
    scenario: 'history/target-level-missed',
    property: 'P1',
    story:
      'A fault is about to step down into a table. The NX recovery worker unlinks the table, and the step down, which reads the entry again, does not happen: the walk ends at the level above. The fault stores the leaf of its small page there, and so maps a whole range to the wrong frames.',
    scope:
      'The table goes away under the read lock, as in 6.18. In 2022 it was the zap of a root, or of a table that could be huge.',
  },
  {
    claim: 'fix:e25f0e0cd51b',
    scenario: 'history/removed-children-are-holes',
    property: 'P5',
    story:
      'A fault has stepped down into a table that is unlinked then. Its remover clears the entries one by one. The fault finds its entry cleared, takes it for a hole and maps its page there: the table is freed with a leaf in it.',
  },
  {
    claim: 'fix:f5d16bb9be68',
    scenario: 'teeth/frozen-entry-overwritten',
    property: 'P5',
    story:
      'A collapse freezes the entries of a table that it has unlinked. A fault that is still inside takes such an entry for a hole, and maps its page there.',
  },
  {
    claim: 'S000-1(b)',
    scenario: 'M3/flush-if-split',
    property: 'S000-18',
    story:
      'Two threads split the same page. The first drops mmu_lock to allocate; the second splits the page and has not flushed yet. The first finds a table, concludes that it has split nothing, skips its flush, and relies on small pages while a vCPU still has the huge translation.',
    scope: 'No caller of today relies on that.',
  },
  {
    claim: 'S000-4(a)',
    scenario: 'S000-4/exec-fault',
    property: 'S000-4',
    story:
      'Two vCPUs use one huge page. One fetches from it, which is not allowed, and its fault splits the page; the violation has dropped what its own processor had cached. The other reads through the huge translation all the time.',
    scope: 'Nothing goes wrong: both translations are right, and nothing was taken away (M1/fault-split).',
  },
  {
    claim: 'S000-5(b)',
    scenario: 'M27/half-a-huge-folio',
    property: 'P1',
    story:
      'A hole is punched into one half of a huge folio, and faults on that half are held off. A fault on the other half has learned the size of the folio before; it maps the whole folio, the hole included.',
    scope: 'With huge folios in guest_memfd, which were proposed and not merged.',
  },
  {
    claim: 'S000-6(b)',
    scenario: 'S000-6/bails-out',
    property: 'T3',
    story:
      'A caller splits at both ends of a range. The second split finds no memory. The caller returns the error at once, so that the huge translation of the first page is never flushed.',
  },
  {
    claim: 'S000-12(a)',
    scenario: 'M4/conditional-flush',
    property: 'P3',
    story:
      'One CPU write-protects and has not flushed yet. The other finds everything protected already, concludes that no flush is due, and starts tracking. A vCPU writes through what it has cached, and nobody records it.',
    scope:
      'Needs the flush made conditional and slots_lock taken away: today either of them keeps it from happening.',
  },
  {
    claim: 'M33',
    scenario: 'M33/eager-split-off',
    property: 'P2',
    story:
      'With all bits set at first, KVM_CLEAR_DIRTY_LOG write-protects the huge page at an end of the range as write tracking does, MMU-writable included, and flushes later. Write tracking finds nothing to take, and does not flush. A vCPU writes on.',
    scope:
      'Nothing is taken out of the kernel for this one. Needs manual protection with all bits set, and no eager split or one that fails.',
  },
  {
    claim: 'O19(a)',
    name: 'lockless aging changes the FROZEN value of a table that is being removed',
    scenario: 'aging/lockless-against-collapse',
    property: 'P5',
    story:
      'Aging reads a leaf. Somebody removes the table and puts FROZEN into its entries. Aging clears the accessed bit of whatever is there, which is a bit of FROZEN.',
    scope:
      'Nothing is taken out of the kernel for this one: from 6.15 aging takes no lock and clears the bit atomically. It needs FROZEN to have the bit set (aging/lockless-against-collapse-other-frozen-value holds), and does harm only where somebody still compares with FROZEN.',
  },
  {
    claim: 'O19(b)',
    name: 'where that leads: a leaf in a table that is gone',
    scenario: 'aging/lockless-against-collapse-installs',
    property: 'P5',
    story:
      'What aging has left behind is not present, and nobody takes it for FROZEN. A fault that went down into the table before it was removed finds it, and maps its page there.',
    scope:
      'Nothing is taken out of the kernel for this one. All that was seen to come of it is a leaf in a page that RCU is about to free.',
  },
  {
    claim: 'O30(a)',
    name: 'two threads reset the dirty rings, and one does not wait for the flush of the other',
    scenario: 'dirty-ring/two-threads',
    property: 'P3',
    story:
      'A thread collects two entries of a dirty ring. Before it calls KVM_RESET_DIRTY_RINGS, another thread does: it frees both entries, protects their pages, releases slots_lock, and has not flushed yet. The first thread finds nothing to reset, returns without a flush, and copies the pages, while a vCPU still writes to them through its TLB.',
    scope:
      'Nothing is taken out of the kernel for this one. It needs two threads of userspace that reset at the same time. With the flush before slots_lock is released it holds (dirty-ring/two-threads-flush-locked).',
  },
  {
    claim: 'M36',
    name: 'a conversion goes on after its split has failed',
    scenario: 'S001-5/split-error-is-success',
    property: 'P17',
    story:
      'A huge page that lies across an end of the range cannot be split. The error is taken for "flush, and go on": nothing is zapped, and the gfn changes its attribute under the huge page that still maps it.',
    scope: 'Of a series that was not merged: the helper keeps what the split returns in a bool.',
  },
];
