/**
 * What hangs in the gallery: bugs that were in the kernel, and counterexamples to what was claimed on the mailing list. Each names a
 * scenario that finds it and the property whose violation tells the story; stories are ours, in the order of the run.
 */

export interface Exhibit {
  readonly id: string;
  /** In a few words. */
  readonly name: string;
  /** Absent: the counterexample of a claim, or of a situation that nobody has confirmed. */
  readonly fix?: { readonly commit: string; readonly year: number; readonly subject: string };
  readonly scenario: string;
  readonly property: string;
  readonly story: string;
  /** What the run rests on that a reader would not expect, or what it leaves out. */
  readonly scope?: string;
}

export const EXHIBITS: readonly Exhibit[] = [
  {
    id: 'K1',
    name: 'a pending flush is forgotten when the walk of another root yields',
    fix: {
      commit: 'a835429cda91',
      year: 2021,
      subject: 'KVM: x86/mmu: Ensure TLBs are flushed when yielding during GFN range zap',
    },
    scenario: 'M8/flush-not-carried',
    property: 'P1',
    story:
      'A zap of a range goes through several roots. What it took out of the first root still waits for its flush when it begins with the second, whose walk believes that nothing is due. If that walk yields, mmu_lock is dropped without a flush. Somebody else takes the lock, finds nothing mapped, and so may give the page away, while a vCPU still has its translation.',
  },
  {
    id: 'K5',
    name: 'the last root decides whether a notifier flushes',
    fix: {
      commit: 'f47e5bbbc92f',
      year: 2022,
      subject: 'KVM: x86/mmu: Zap only TDP MMU leafs in zap range and mmu_notifier unmap',
    },
    scenario: 'M8/last-root-decides',
    property: 'P1',
    story:
      'The first form of this change, reverted and applied again in 2022, kept the answer of the last root only. A notifier that zaps a page in the first of two roots and finds nothing in the second returns without a flush, and the host reuses the page.',
  },
  {
    id: 'K6',
    name: 'a walk that has yielded steps past the entry that it was to visit',
    fix: {
      commit: '3a0f64de479c',
      year: 2021,
      subject: "KVM: x86/mmu: Don't advance iterator after restart due to yielding",
    },
    scenario: 'M9/restart-steps-on',
    property: 'P13',
    story:
      'The walk yields before it has dealt with an entry of the root, and restarts at that entry. The loop then takes its usual step, and as the walk does not go below this level, that is a step sideways. The entry and everything below it are never zapped: they hang in a root that is freed.',
  },
  {
    id: 'K8',
    name: 'a walk that yields leaves RCU before it flushes',
    fix: {
      commit: 'bd29677952fa',
      year: 2022,
      subject: 'KVM: x86/mmu: Do remote TLB flush before dropping RCU in TDP MMU resched',
    },
    scenario: 'M10/in-place-yield-leaves-rcu-first',
    property: 'P4',
    story:
      'The walk has unlinked a table and owes a flush. Yielding, it ends its RCU section first. The grace period may end there and then, so the table is freed while a vCPU may still walk it from its paging-structure cache.',
    scope:
      'The walk is that of 6.13, which puts huge pages in the place of tables: of 6.6 no walk defers the flush of a table.',
  },
  {
    id: 'K9',
    name: 'a walk that yields again before it has moved',
    fix: {
      commit: 'ed5e484b79e8',
      year: 2021,
      subject: 'KVM: x86/mmu: Ensure forward progress when yielding in TDP MMU iter',
    },
    scenario: 'progress/zap-yields-without-progress',
    property: 'T4',
    story:
      'The lock is contended whenever the walk looks. It yields, restarts where it was, finds the lock contended again and yields again, for ever.',
  },
  {
    id: 'K11',
    name: 'write tracking takes an entry without W for one that nobody can write through',
    fix: {
      commit: '7c8a4742c4ab',
      year: 2022,
      subject: 'KVM: x86/mmu: Fix write-protection of PTs mapped by the TDP MMU',
    },
    scenario: 'write-tracking/tests-w',
    property: 'P2',
    story:
      'Dirty logging has cleared W and not flushed yet. The gfn becomes a guest page table and is to be write-tracked: the entry has no W, so nothing is done and no flush is due. A vCPU goes on writing through what it has cached. (A fast page fault could also set W again.)',
  },
  {
    id: 'K13',
    name: 'a leaf that may change without mmu_lock is overwritten by a plain store',
    fix: {
      commit: 'ba3a6120a4e7',
      year: 2022,
      subject: 'KVM: x86/mmu: Use atomic XCHG to write TDP MMU SPTEs with volatile bits',
    },
    scenario: 'M6/plain-store',
    property: 'P6',
    story:
      'The holder of mmu_lock reads a leaf without W. A fast page fault sets W without the lock. The holder stores its new value over it and goes on as if the page had not been writable.',
  },
  {
    id: 'K15',
    name: 'a table is taken for the leaf that was there before a failed exchange',
    fix: {
      commit: '45a61ebb2211',
      year: 2024,
      subject: 'KVM: x86/mmu: Check for leaf SPTE when clearing dirty bit in the TDP MMU',
    },
    scenario: 'clear-dirty/by-w-tested-once',
    property: 'P5',
    story:
      'The walk wants to clear the bit by which a huge leaf tells that it was written. A fault splits the leaf; the exchange fails, and the value is read again. The retry does not ask again whether it is a leaf, and takes the bit out of the entry that points to the new table.',
    scope:
      'The bit is W, of a root on which L2 runs: a table entry has W and never has D, so that with D the retry finds nothing to clear (clear-dirty/by-d-tested-once holds).',
  },
  {
    id: 'K17',
    name: 'the dirty log is protected before its bits are taken',
    fix: { commit: 'edde99ce0529', year: 2010, subject: 'KVM: write protect memory after slot swap' },
    scenario: 'M5/protect-before-take',
    property: 'P3',
    story:
      'KVM_GET_DIRTY_LOG write-protects the page. A vCPU faults at once, makes it writable again and sets its bit. Only then the ioctl takes the bits, this one with them: the page is writable, its bit is clear, and the next write goes unnoticed. In 2010 taking the bits was a swap of slots, and made the same window.',
  },
  {
    id: 'K20',
    name: 'a fault maps into a root that has been zapped',
    fix: {
      commit: 'a955cad84cda',
      year: 2021,
      subject: 'KVM: x86/mmu: Retry page fault if root is invalidated by memslot update',
    },
    scenario: 'M9/no-root-test',
    property: 'P13',
    story:
      'A fault has resolved its page and waits for mmu_lock. Meanwhile its root is invalidated and zapped. The fault does not look at the root and links a table and a leaf below it, which nobody will ever zap.',
    scope:
      'No vCPU runs on the root any more, so what shows is that pages are accounted for which are not there.',
  },
  {
    id: 'K22',
    name: 'the snapshot of the sequence count is too narrow',
    fix: {
      commit: '82d811ff5665',
      year: 2023,
      subject: 'KVM: x86/mmu: Fix an sign-extension bug with mmu_seq that hangs vCPUs',
    },
    scenario: 'progress/sequence-truncated',
    property: 'T1',
    story:
      'A fault keeps its snapshot in fewer bits than the count has. Once the count has outgrown them the two never compare equal, and the fault is retried for ever although nothing is being invalidated.',
    scope: '6.1.y only. The count is one bit wide here where it was 31.',
  },
  {
    id: 'K28',
    name: 'a huge page over the edge of a range whose attributes are changing',
    fix: {
      commit: '9129633d568e',
      year: 2025,
      subject: 'KVM: x86/mmu: Prevent installing hugepages when mem attributes are changing',
    },
    scenario: 'M21/unguarded-edges',
    property: 'P17',
    story:
      'The attributes of [start, end) change, and faults on these gfns are held off. A fault on a neighbour in the same 2M range is not; lpage_info still says that the range may be huge; the fault maps all of it, the gfns included whose attributes are about to differ.',
  },
  {
    id: 'K31',
    name: 'a table is linked before it is marked as an NX split',
    fix: {
      commit: '61f94478547b',
      year: 2022,
      subject: 'KVM: x86/mmu: Set disallowed_nx_huge_page in TDP MMU before setting SPTE',
    },
    scenario: 'O16/flag-after-link',
    property: 'P13nx',
    story:
      'An exec fault links a table and will mark it afterwards. A read fault finds the table unmarked, and puts the huge page back in its place. The first fault then marks and lists a table that is on its way to be freed.',
  },
  {
    id: 'K37',
    name: 'a guest PTE is shadowed while its write finds nothing to do',
    fix: {
      commit: '226d9b8f1688',
      year: 2024,
      subject: 'KVM: x86/mmu: Fix a largely theoretical race in kvm_mmu_track_write()',
    },
    scenario: 'kvm-tso/counter-pte-tso',
    property: 'outcome',
    story:
      "One vCPU counts the page that it begins to shadow, and reads the guest's PTE. Another has written that PTE, and reads the count. Both stores are still in store buffers: the first reads the old PTE, the second a count of zero, and so nobody corrects the shadow.",
    scope:
      'Needs store buffers: with sequentially consistent memory (kvm-tso/counter-pte-sc) it holds without any barrier, and a barrier on one side alone is not enough. The threads are cut down to the accesses that matter: cell 0 is indirect_shadow_pages, cell 1 the PTE, r0 says that the new PTE was read, r1 that the count was seen.',
  },
  {
    id: 'K44',
    name: 'a flush of the loaded root only',
    fix: {
      commit: 'e8eff2821805',
      year: 2020,
      subject: 'KVM: VMX: Flush all EPTP/VPID contexts on remote TLB flush',
    },
    scenario: 'nested/one-context-flushed',
    property: 'P1',
    story:
      'A vCPU has run L2 and goes back to L1, which has another root. A notifier zaps a page in both roots and requests a flush. The vCPU serves the request for the root that it has loaded, and goes to L2 again, where its old translations are still good.',
  },
  {
    id: 'S000-1(b)',
    name: 'a flush only if the own walk split something',
    scenario: 'M3/flush-if-split',
    property: 'S000-18',
    story:
      'Two threads split the same page. The first drops mmu_lock to allocate; the second splits the page and has not flushed yet. The first finds a table, concludes that it has split nothing, skips its flush, and relies on small pages while a vCPU still has the huge translation.',
    scope: 'No caller of today relies on that.',
  },
  {
    id: 'S000-5(b)',
    name: 'a fault beside a hole maps the hole',
    scenario: 'M27/half-a-huge-folio',
    property: 'P1',
    story:
      'A hole is punched into one half of a huge folio, and faults on that half are held off. A fault on the other half has learned the size of the folio before; it maps the whole folio, the hole included.',
    scope: 'With huge folios in guest_memfd, which were proposed and not merged.',
  },
  {
    id: 'S000-6(b)',
    name: 'a split that fails half-way, and nobody flushes',
    scenario: 'S000-6/bails-out',
    property: 'T3',
    story:
      'A caller splits at both ends of a range. The second split finds no memory. The caller returns the error at once, so that the huge translation of the first page is never flushed.',
  },
  {
    id: 'S000-12(a)',
    name: 'two CPUs enable dirty logging, and the second does not flush',
    scenario: 'M4/conditional-flush',
    property: 'P3',
    story:
      'One CPU write-protects and has not flushed yet. The other finds everything protected already, concludes that no flush is due, and starts tracking. A vCPU writes through what it has cached, and nobody records it.',
    scope:
      'Needs the flush made conditional and slots_lock taken away: today either of them keeps it from happening.',
  },
  {
    id: 'M33',
    name: 'KVM_CLEAR_DIRTY_LOG takes MMU-writable from a huge page that write tracking then passes over',
    scenario: 'M33/eager-split-off',
    property: 'P2',
    story:
      'With all bits set at first, KVM_CLEAR_DIRTY_LOG write-protects the huge page at an end of the range as write tracking does, MMU-writable included, and flushes later. Write tracking finds nothing to take, and does not flush. A vCPU writes on.',
    scope:
      'Nothing is taken out of the kernel for this one. Needs manual protection with all bits set, and no eager split or one that fails.',
  },
  {
    id: 'aging-against-FROZEN',
    name: 'lockless aging changes the FROZEN value of a table that is being removed',
    scenario: 'aging/lockless-against-collapse',
    property: 'P5',
    story:
      'Aging reads a leaf. Somebody removes the table and puts FROZEN into its entries. Aging clears the accessed bit of whatever is there, which is a bit of FROZEN.',
    scope:
      'Nothing is taken out of the kernel for this one: from 6.15 aging takes no lock and clears the bit atomically. It needs FROZEN to have the bit set (aging/lockless-against-collapse-other-frozen-value holds), and does harm only where somebody still compares with FROZEN.',
  },
];
