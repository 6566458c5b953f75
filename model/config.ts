/**
 * The configuration of a scenario: how large, which hardware, which kernel options.
 *
 * `configure` takes what a scenario says, fills in the defaults and derives every other number that the bounds in
 * state.ts name.
 */
import type { Configuration } from 'mmucheck/language';
import { LITMUS_VALUES } from './hardware/litmus/state.js';

/** What a scenario may choose. */
export interface Choices {
  readonly vcpus: number;
  /** Levels of page tables: 2M over 4K, or 1G over 2M over 4K. */
  readonly levels: 2 | 3;
  /** 2M ranges in the memslot: entries of the root, or with three levels a multiple of `fanout`, below them. */
  readonly hugePages: number;
  /**
   * 4K pages in a 2M page, and 2M pages in a 1G page (512 on hardware; 2 tell apart what 512 do as long as gfns
   * differ by position only).
   */
  readonly fanout: number;
  /** The roots and the tables below them that may exist at once. */
  readonly tables: number;
  /**
   * Pages that may serve as roots. 1: table 0 is the root for ever. More: roots come and go (kernel/tdp_mmu/roots.ts).
   */
  readonly roots: number;
  /** Roles that the vCPUs' roots have, vCPU after vCPU: 2 as with one vCPU in system management or guest mode. */
  readonly roles: number;
  /**
   * Each vCPU goes between L1 and L2 as it likes, and keeps a root for either, of the two `roles` (kernel/nested.ts). Needs
   * `roots`, and the may-cache form.
   */
  readonly nested: boolean;
  /** Invalidations that the host runs: bounds mmu_invalidate_seq. */
  readonly invalidations: number;
  /** 1 where the VM is destroyed (then no vCPU runs: `vcpus: 0`). */
  readonly destructions: 0 | 1;
  /** gfns in one word of the dirty bitmap (64 in the kernel). */
  readonly wordBits: number;

  /**
   * `may-cache`: one set of translations that may be cached, grown by itself; exact for safety.
   * `explicit`: entries with fills, copies and replacements as steps of their own.
   */
  readonly tlb: 'may-cache' | 'explicit';
  /**
   * `per-level`: a walk reads entry after entry, and may begin at the paging-structure cache (explicit TLB only).
   * `atomic`: a walk is one step.
   */
  readonly walk: 'atomic' | 'per-level';
  /**
   * Processors that the vCPUs share and migrate between, or 0: each is pinned to one of its own. Needs `protocol`, and
   * aliases `none` or `unbounded` (hardware/processor.ts).
   */
  readonly pcpus: number;
  /** Linear aliases besides the guest-physical lane. `unbounded` (may-cache only): a violation drops nothing for sure. */
  readonly aliases: 'none' | 'one' | 'two' | 'unbounded';
  /** Paging-structure caches: which tables a walk may begin at without the parent entry. */
  readonly reach: boolean;
  /** Whether any leaf may be non-executable, so that X must be told apart in TLBs. */
  readonly trackExec: boolean;
  /** Whether leafs with D clear occur, so that the cached D must be told apart. */
  readonly trackDirty: boolean;
  /** Requests, modes, kicks and acks as steps of their own, or one step in which every vCPU has left and flushed. */
  readonly flush: 'protocol' | 'atomic';
  /**
   * The flush of a page that is zapped under FROZEN drops that page and nothing else, as a hypervisor below KVM may do it
   * (Hyper-V). With `atomic`, two levels and the may-cache form. The other flushes drop everything.
   */
  readonly rangedFlush: boolean;

  /** Level C: the depth of the processors' store buffers (hardware/store_buffer.ts). 0: sequential consistency. */
  readonly storeBuffers: number;
  /** Litmus tests (hardware/litmus): threads, instructions of each, memory cells and registers. */
  readonly litmusThreads: number;
  readonly litmusLength: number;
  readonly litmusCells: number;
  readonly litmusRegisters: number;

  /** Whether vCPUs are SRCU readers outside the guest: needed where something waits for them (synchronize_srcu). */
  readonly srcu: boolean;

  /** What the guest does. It accesses the first `guestGfns` gfns. */
  readonly guestReads: boolean;
  readonly guestWrites: boolean;
  readonly guestFetches: boolean;
  readonly guestGfns: number;
  /** VM exits at any time (interrupts), not only on faults and kicks. */
  readonly spontaneousExits: boolean;

  /** kvm.nx_huge_pages: huge leafs are not executable; an exec fault splits. */
  readonly nxHugePages: boolean;
  /** kvm.eager_page_split. */
  readonly eagerPageSplit: boolean;
  /** Whether walks may find need_resched() or a contended mmu_lock. */
  readonly reschedule: boolean;
  /** Then they find the latter, exactly while somebody waits for mmu_lock (rwlock_needbreak()), instead of anything at any time. */
  readonly contention: boolean;
  /** Whether the allocation of a page table for a split may fail. */
  readonly allocationFails: boolean;
  /** Whether holes are punched into the memory behind the slot, and zaps are therefore held to their range (P10). */
  readonly preciseZaps: boolean;
  /** How huge leafs that reach over an end of such a range are split before: kernel/tdp_mmu/boundary.ts. */
  readonly boundarySplit: 'none' | 'walk' | 'head-tail';

  /** The rules of which version apply where versions differ, one of V6_6 .. V6_18. */
  readonly kernel: number;
  /** Whether gfns may be write-tracked: their counts, lpage_info, and the shadow pages of guest page tables. */
  readonly writeTracking: boolean;
  /** kvm_ad_enabled(). Off: aging marks entries for access tracking, W stands for D, and `trackDirty` must be off. */
  readonly adBits: boolean;
  /** Faults never put a huge page in place of a table ("no merging", of the TDX huge page series, for mirror roots). */
  readonly noMerging: boolean;
  /** Whether vCPU threads also run KVM_PRE_FAULT_MEMORY. */
  readonly prefault: boolean;
  /** Whether a fault may fail before it gets to mmu_lock: no memory for tables, no page from the host. */
  readonly faultErrors: boolean;
  /**
   * Memslots that may exist, or 0: one that covers every gfn for ever. More: they are created, deleted and moved
   * (kernel/set_memslot.ts), and notifiers go by their hva. Wants `srcu`.
   */
  readonly memslots: number;
  /** The greatest generation that the sets of memslots come to; each replacement of the active set makes one. */
  readonly memslotGenerations: number;
  /**
   * Generations that an entry for MMIO can tell apart (2^19 on hardware), or 0: enable_mmio_caching is off, and nothing
   * is kept of accesses to gfns without a slot. Wants `memslots`.
   */
  readonly mmioGenerations: number;
  /** Keep page statistics and count page tables (kernel/accounting.ts, P13). */
  readonly accounting: boolean;
  /** Count for each process which invalidations it has opened and not ended (P15). */
  readonly countInvalidations: boolean;
  /** Whether the list of tables that exist only because of NX huge pages is kept (kernel/nx.ts). */
  readonly nxRecovery: boolean;
  /**
   * Whether each unlinked table waits for the readers that were there when it was handed to RCU, and for no others. With
   * one root only: roots that go away are freed by the other rule.
   */
  readonly gracePeriods: boolean;
  /** Whether gfns have the attribute "private", backed by guest_memfd (kernel/private_memory.ts). */
  readonly memoryAttributes: boolean;

  /**
   * Page-modification logging: entries of each vCPU's buffer (512 on hardware), or 0: writes are tracked by W. Needs
   * `trackDirty` and A/D bits, and at least `protocol` where requests matter.
   */
  readonly pml: number;
  /**
   * The vCPUs run L2 on the TDP MMU's root all the time (L1 without EPT). PML logs nothing of L2, so writes are
   * tracked by W although there is PML (SPTE_TDP_AD_WRPROT_ONLY).
   */
  readonly wrprotOnly: boolean;
  /** Processors without CET: D may be set through a cached clean writable translation when memory has lost W. */
  readonly legacyDirty: boolean;
  /** KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2; and KVM_DIRTY_LOG_INITIALLY_SET, which needs it. */
  readonly manualProtect: boolean;
  readonly initiallyAllSet: boolean;
  /** KVM_CAP_DIRTY_LOG_RING: entries of each vCPU's ring, the last of them reserved, or 0: a bitmap. */
  readonly dirtyRing: number;
  /** Exits that are handled with interrupts off and re-enter at once (EXIT_FASTPATH_REENTER_GUEST). */
  readonly fastReentry: boolean;
  /** Whether KVM itself writes to guest memory for a vCPU, as the emulation of an instruction does. */
  readonly emulatedWrites: boolean;
  /** Ghost: every gfn that was written since an ioctl last reported it (the log form of P3). */
  readonly followWrites: boolean;
  /** Whether the dirty bitmap is freed when the slot stops to log, and allocated when it starts. */
  readonly bitmapLifetime: boolean;
}

/** Versions, for `kernel`: those in which something changed that this model tells apart, with the commits that changed it. */
export const V6_6 = 606;
/** Faults look for invalidations also before they take mmu_lock (d02c357e5bfa). */
export const V6_8 = 608;
/**
 * vCPUs take and give back roots with mmu_lock held for read (dab285e4ec73, 576a15de8d29); roots are zapped from 4K up
 * (8ca983631f3c); clearing D asks whether vCPUs run L2 on the root (2673dfb591a3).
 */
export const V6_9 = 609;
/** What follows from a zap under the read lock is done after its flush, when the entry is free again (aca48556c592). */
export const V6_10 = 610;
/** The first with prefaults. */
export const V6_11 = 611;
/**
 * Leaf over leaf: D is built anew (cc7ed3358e41), and MMU-writable cleared is flushed (081976992f43). Prefaults leave present
 * entries alone, tables included (6385d01eec16). Aging never flushes (b9883ee40d7e). When logging stops, huge pages are put
 * in place of tables, which were zapped before (13e2e4f62a4b).
 */
export const V6_13 = 613;
/** From a release candidate of 6.13 on: a fault that finds its access allowed writes nothing (386d69f9f29b). */
export const V6_13_FINAL = 614;
/**
 * Aging without mmu_lock (b146a9b34aed); A is no reason for an atomic exchange any more (61d65f2dc766), and without A/D bits
 * every leaf is one (928c54b1c4ca). Whoever loads a root looks first whether the old one is obsolete (20a6cff3b283).
 */
export const V6_15 = 615;
/** Prefaults leave present leafs alone, and no tables (ea9fcdf76d3d). */
export const V6_16 = 616;
/**
 * NX huge pages are recovered with mmu_lock held for read (a57750909580). A prefault that finds its slot invalid gives up
 * (3ccbf6f47098).
 */
export const V6_18 = 618;

/** All of it, with what is derived. */
export interface Config extends Configuration, Choices {
  readonly processes: number;
  readonly lastProcess: number;
  readonly hostThreads: number;
  readonly lastTable: number;
  readonly lastRoot: number;
  /** -1, or 0 if vCPUs always have their root. */
  readonly noRoot: number;
  /** What is kept about roots, and about what vCPUs are asked because of them: nothing if there is one for ever. */
  readonly rootPages: number;
  readonly rootVcpus: number;
  /** Processes of which it is known whether they wait for mmu_lock. */
  readonly lockWaiters: number;
  readonly rootRefs: number;
  readonly nestedVcpus: number;
  /** Levels with page statistics, counts of tables, and the bounds of both. */
  readonly statLevels: number;
  /** struct kvm_memory_slot in existence: the slots, the invalid copy of one, and its successor. -1 if there is none. */
  readonly slotObjects: number;
  readonly lastSlotObject: number;
  readonly memslotSets: number;
  readonly lastMemslotSet: number;
  readonly slotGfns: number;
  readonly slotVcpus: number;
  readonly mmioCaches: number;
  readonly statCounts: number;
  readonly leastStat: number;
  readonly greatestStat: number;
  /** The levels below the root's. */
  readonly tableLevels: number;
  /** 1G ranges in the memslot; none with two levels. */
  readonly gigaPages: number;
  readonly rootEntries: number;
  /** Tables that can stand between the root and a 4K-level table. */
  readonly upperTables: number;
  readonly vcpuMask: number;
  readonly gfns: number;
  readonly lastGfn: number;
  readonly pfns: number;
  readonly entries: number;
  readonly words: number;
  readonly wordMask: number;
  readonly lanes: number;
  readonly violationShrinks: boolean;
  readonly mayGiga: number;
  readonly mayHuge: number;
  readonly maySmall: number;
  readonly tlbEntries: number;
  readonly reachTables: number;
  readonly pscEntries: number;
  readonly tlbs: number;
  readonly lastPcpu: number;
  readonly walks: number;
  readonly execGhosts: number;
  readonly preciseGfns: number;
  readonly processors: number;
  readonly csds: number;
  readonly lastStoreIndex: number;
  readonly storeValues: number;
  readonly litmusProgram: number;
  readonly trackedGfns: number;
  readonly trackedHuge: number;
  readonly disallowCounts: number;
  readonly prefetches: number;
  readonly countedProcesses: number;
  readonly listedTables: number;
  readonly awaitedReaders: number;
  readonly attributeGfns: number;
  readonly attributeHuge: number;
  readonly attributeGiga: number;
  readonly pmlSwitch: number;
  readonly pmlVcpus: number;
  readonly ringVcpus: number;
  readonly ringThreads: number;
  readonly ringIndexes: number;
  readonly lastRingIndex: number;
  readonly userWords: number;
  readonly followedGfns: number;
  readonly bitmapLifetimes: number;
  readonly gfnMask: number;
  /**
   * Sets of translations (hardware/tlb.ts): variants per class of pfn, classes, the set of all, and the subsets of one
   * class, of those with W, of those that allow writes without an assist (W and D), and of those that allow fetches.
   */
  readonly variants: number;
  readonly pfnClasses: number;
  readonly classSet: number;
  readonly writableSet: number;
  readonly writeSet: number;
  readonly fetchSet: number;
  readonly translationSets: number;
}

export const DEFAULTS: Choices = {
  vcpus: 1,
  levels: 2,
  hugePages: 1,
  fanout: 2,
  tables: 3,
  roots: 1,
  roles: 1,
  nested: false,
  invalidations: 0,
  destructions: 0,
  wordBits: 8,
  tlb: 'may-cache',
  walk: 'atomic',
  pcpus: 0,
  aliases: 'unbounded',
  reach: false,
  trackExec: false,
  trackDirty: false,
  flush: 'protocol',
  rangedFlush: false,
  storeBuffers: 0,
  litmusThreads: 0,
  litmusLength: 0,
  litmusCells: 0,
  litmusRegisters: 0,
  srcu: false,
  guestReads: false,
  guestWrites: true,
  guestFetches: false,
  guestGfns: 1,
  spontaneousExits: false,
  nxHugePages: false,
  eagerPageSplit: true,
  reschedule: true,
  contention: false,
  allocationFails: false,
  preciseZaps: false,
  boundarySplit: 'none',
  kernel: V6_6,
  writeTracking: false,
  adBits: true,
  noMerging: false,
  prefault: false,
  faultErrors: false,
  memslots: 0,
  memslotGenerations: 0,
  mmioGenerations: 0,
  accounting: false,
  countInvalidations: false,
  nxRecovery: false,
  gracePeriods: false,
  memoryAttributes: false,
  pml: 0,
  wrprotOnly: false,
  legacyDirty: false,
  manualProtect: false,
  initiallyAllSet: false,
  dirtyRing: 0,
  fastReentry: false,
  emulatedWrites: false,
  followWrites: false,
  bitmapLifetime: false,
};

/** The configuration of a scenario with so many processes, the first `hostThreads` of which are host threads. */
export function configure(choices: Partial<Choices>, processes: number, hostThreads: number): Config {
  const chosen: Choices = { ...DEFAULTS, ...choices };
  const gfns = chosen.hugePages * chosen.fanout;
  const deep = chosen.levels === 3;
  const gigaPages = deep ? (chosen.hugePages - (chosen.hugePages % chosen.fanout)) / chosen.fanout : 0;
  const rootEntries = deep ? gigaPages : chosen.hugePages;
  const wordBits = chosen.wordBits < gfns ? chosen.wordBits : gfns;
  const words = (gfns - (gfns % wordBits)) / wordBits + (gfns % wordBits > 0 ? 1 : 0);
  const lanes = chosen.aliases === 'two' ? 3 : chosen.aliases === 'one' ? 2 : 1;
  const explicit = chosen.tlb === 'explicit';
  const stepwise = chosen.walk === 'per-level';
  const entries = rootEntries > chosen.fanout ? rootEntries : chosen.fanout;
  const processors = chosen.storeBuffers > 0 ? hostThreads + chosen.vcpus : 0;
  const dirties = chosen.trackDirty ? 2 : 1;
  const variants = 2 * (chosen.trackExec ? 2 : 1) * dirties;
  // With slots that move, a gfn has many right frames in the course of time: each distance from the gfn is a class.
  const pfnClasses = chosen.memslots > 0 ? 3 * gfns - 1 : 3;
  const isDirty = (variant: number) => variant % dirties === dirties - 1;
  const isWritable = (variant: number) => variant % variants >= variants / 2;
  const isExecutable = (variant: number) => !chosen.trackExec || variant % (2 * dirties) >= dirties;
  return {
    ...chosen,
    processes,
    lastProcess: processes - 1,
    hostThreads,
    lastTable: chosen.tables - 1,
    lastRoot: chosen.roots - 1,
    noRoot: chosen.roots > 1 ? -1 : 0,
    rootPages: chosen.roots > 1 ? chosen.roots : 0,
    rootVcpus: chosen.roots > 1 ? chosen.vcpus : 0,
    lockWaiters: chosen.contention ? processes : 0,
    nestedVcpus: chosen.nested ? chosen.vcpus : 0,
    // One of each vCPU, one of the TDP MMU, and one of every process that is about to walk the root.
    rootRefs: chosen.roots > 1 ? chosen.vcpus + 1 + processes : 0,
    tableLevels: chosen.levels - 1,
    gigaPages,
    rootEntries,
    upperTables: deep ? chosen.tables : 1,
    vcpuMask: 2 ** chosen.vcpus - 1,
    gfns,
    lastGfn: gfns - 1,
    pfns: 2 * gfns,
    entries,
    wordBits,
    words,
    wordMask: 2 ** wordBits - 1,
    lanes,
    violationShrinks: chosen.aliases !== 'unbounded',
    mayGiga: explicit ? 0 : chosen.roots * lanes * gigaPages,
    mayHuge: explicit ? 0 : chosen.roots * lanes * chosen.hugePages,
    maySmall: explicit ? 0 : chosen.roots * lanes * gfns,
    tlbEntries: explicit ? lanes * (gigaPages + chosen.hugePages + gfns) : 0,
    reachTables: chosen.reach ? chosen.roots * chosen.tables : 0,
    tlbs: chosen.pcpus > 0 ? chosen.pcpus : chosen.vcpus,
    lastPcpu: chosen.pcpus > 0 ? chosen.pcpus - 1 : 0,
    pscEntries: stepwise ? lanes * (gigaPages + chosen.hugePages) : 0,
    walks: stepwise ? 2 : 0,
    execGhosts: chosen.trackExec ? gfns : 0,
    preciseGfns: chosen.preciseZaps ? gfns : 0,
    processors,
    csds: processors * chosen.vcpus,
    lastStoreIndex: largest(chosen.tables * entries, processors * chosen.vcpus, chosen.litmusCells),
    storeValues: largest(3, chosen.invalidations, LITMUS_VALUES),
    litmusProgram: chosen.litmusThreads * chosen.litmusLength,
    trackedGfns: chosen.writeTracking ? gfns : 0,
    trackedHuge: chosen.writeTracking ? chosen.hugePages : 0,
    disallowCounts: 2 * chosen.fanout,
    prefetches: chosen.prefault ? 1 : 0,
    slotObjects: chosen.memslots > 0 ? chosen.memslots + 2 : 0,
    lastSlotObject: chosen.memslots > 0 ? chosen.memslots + 1 : -1,
    memslotSets: chosen.memslots > 0 ? 2 : 0,
    lastMemslotSet: chosen.memslots > 0 ? 1 : 0,
    slotGfns: chosen.memslots > 0 ? gfns : 0,
    slotVcpus: chosen.memslots > 0 ? chosen.vcpus : 0,
    mmioCaches: chosen.mmioGenerations > 0 ? 1 : 0,
    statLevels: chosen.accounting ? chosen.levels : 0,
    statCounts: chosen.accounting ? 1 : 0,
    leastStat: -2 * chosen.roots * gfns,
    greatestStat: 3 * chosen.roots * gfns,
    countedProcesses: chosen.countInvalidations ? processes : 0,
    awaitedReaders: chosen.gracePeriods ? chosen.tables * processes : 0,
    listedTables: chosen.nxRecovery ? chosen.tables : 0,
    attributeGfns: chosen.memoryAttributes ? gfns : 0,
    attributeHuge: chosen.memoryAttributes ? chosen.hugePages : 0,
    attributeGiga: chosen.memoryAttributes ? gigaPages : 0,
    pmlSwitch: chosen.pml > 0 ? 1 : 0,
    pmlVcpus: chosen.pml > 0 ? chosen.vcpus : 0,
    ringVcpus: chosen.dirtyRing > 0 ? chosen.vcpus : 0,
    ringThreads: chosen.dirtyRing > 0 ? hostThreads : 0,
    // Indexes run free in the kernel; twice the size tells full from empty.
    ringIndexes: 2 * chosen.dirtyRing,
    lastRingIndex: chosen.dirtyRing > 0 ? 2 * chosen.dirtyRing - 1 : 0,
    userWords: chosen.manualProtect ? words : 0,
    bitmapLifetimes: chosen.bitmapLifetime ? 1 : 0,
    followedGfns: chosen.followWrites ? gfns : 0,
    gfnMask: 2 ** gfns - 1,
    variants,
    pfnClasses,
    classSet: 2 ** variants - 1,
    writableSet: setOf(pfnClasses * variants, isWritable),
    writeSet: setOf(pfnClasses * variants, (variant) => isWritable(variant) && isDirty(variant)),
    fetchSet: setOf(pfnClasses * variants, isExecutable),
    translationSets: 2 ** (pfnClasses * variants) - 1,
  };
}

function largest(...numbers: readonly number[]): number {
  return numbers.reduce((most, each) => (each > most ? each : most), 0);
}

/** The set of the numbers below `count` with a property, as bits. */
function setOf(count: number, has: (variant: number) => boolean): number {
  let set = 0;
  for (let variant = 0; variant < count; variant++) if (has(variant)) set += 2 ** variant;
  return set;
}
