/**
 * Every piece of shared state: KVM's, the hardware's, the host's, and the ghosts that only properties read.
 *
 * Interfaces whose fields are readonly are values (an SPTE, a TLB entry): replaced as a whole. The others are places.
 * Bounds name numbers of the configuration (config.ts).
 */
import type { Below, Range, Vector } from 'mmucheck/language';
import type { Config } from './config.js';
import type { LitmusState } from './hardware/litmus/state.js';
import type { Pml } from './hardware/pml.js';
import type { PscEntry, Walk } from './hardware/psc.js';
import type { StoreBuffer } from './hardware/store_buffer.js';
import type { DirtyLogging } from './kernel/dirty_state.js';
import type { Memslots, MmioInfo } from './kernel/memslots.js';

/**
 * A guest frame number: memslots cover (a part of) `hugePages` 2M ranges with `fanout` 4K pages each (and of
 * `gigaPages` 1G ranges with `fanout` 2M ranges each, if there are three levels). Unless the configuration has
 * `memslots`, one covers all of them for ever.
 */
export type Gfn = Below<'gfns'>;
/** The end of a range of gfns. */
export type GfnEnd = Range<0, 'gfns'>;
/** A host frame. Frame `g` backs gfn `g` at first; frame `g + gfns` is where the host moves it to. */
export type Pfn = Below<'pfns'>;
/** PG_LEVEL_4K up to the level of the root's entries: PG_LEVEL_2M, or PG_LEVEL_1G if the configuration has three levels. */
export type Level = Range<1, 'levels'>;
/** A page table: the first `roots` are roots, the others are tables of the levels below. */
export type PageTableId = Below<'tables'>;
/** A root, which is also what its translations are tagged with in TLBs. */
export type RootId = Below<'roots'>;
export const NO_ROOT = -1;
export type MaybeRoot = Range<-1, 'lastRoot'>;
export type VcpuId = Below<'vcpus'>;
/** A process of the scenario, or -1. */
export type Owner = Range<-1, 'lastProcess'>;
/** mmu_invalidate_seq, bounded by the number of invalidations that a scenario runs. */
export type Seq = Range<0, 'invalidations'>;

/**
 * One 64-bit entry of a page table, as far as this model tells entries apart. Fields that a kind does not use are
 * zero (spte.ts makes all of them), so equal entries compare equal.
 */
export interface Spte {
  /** NONE: SHADOW_NONPRESENT_VALUE. FROZEN: FROZEN_SPTE (REMOVED_SPTE before 6.11). LEAF: maps memory. */
  readonly kind: 'NONE' | 'FROZEN' | 'LEAF' | 'TABLE';
  /** LEAF: the first frame mapped. */
  readonly pfn: Pfn;
  /** TABLE: the child. */
  readonly child: PageTableId;
  /** PT_WRITABLE_MASK. */
  readonly writable: boolean;
  readonly executable: boolean;
  /** KVM may set W without mmu_lock (fast page fault). */
  readonly mmu_writable: boolean;
  /** The host mapping allowed writes when the fault resolved it. */
  readonly host_writable: boolean;
  /** A; with A/D bits off, clear in a leaf that is marked for access tracking (kernel/access_track.ts). */
  readonly accessed: boolean;
  readonly dirty: boolean;
  /** NONE: 0, or an MMIO entry of this generation, counted from 1 (kernel/mmio.ts). */
  readonly mmio: Range<0, 'mmioGenerations'>;
}

/** tdp_ptep_t: which entry of which table. */
export interface SptePtr {
  readonly table: PageTableId;
  readonly index: Below<'entries'>;
}

/** struct kvm_mmu_page with its spt. */
export interface PageTable {
  spte: Vector<Spte, 'entries'>;
  /** Its life: in the pool, filled by one thread, reachable from its parent entry, unlinked until a grace period. */
  state: 'free' | 'private' | 'linked' | 'detached';
  /** sp->role.level: of its entries. */
  level: Range<1, 'tableLevels'>;
  /** sp->gfn, as the number of the 2M range (or 1G range, for a 2M-level table) that it maps. */
  parent: Below<'hugePages'>;
  nx_huge_page_disallowed: boolean;
  /** Ghost: who stored FROZEN in which entry. */
  frozen_by: Vector<Owner, 'entries'>;
}

/** rwlock_t. */
export interface RwLock {
  /** Who wants it and has not got it yet: known only with the choice `contention`. */
  waiting: Vector<boolean, 'lockWaiters'>;
  writer: Owner;
  readers: Vector<boolean, 'processes'>;
}

/** struct mutex. */
export interface Mutex {
  owner: Owner;
}

/** srcu_struct: the current index, and who reads under which (-1: not reading). */
export interface Srcu {
  idx: Range<0, 1>;
  reading: Vector<Range<-1, 1>, 'vcpus'>;
  /** A grace period is being waited for (srcu_gp_mutex). */
  gp: Mutex;
}

/** One TLB entry, of the explicit TLB. */
export interface TlbEntry {
  readonly present: boolean;
  readonly pfn: Pfn;
  readonly writable: boolean;
  readonly executable: boolean;
  /** The dirty state that was cached: true allows silent writes. */
  readonly dirty: boolean;
}

/** A set of translations of one page, one bit per variant: see hardware/tlb.ts. */
export type TranslationSet = Range<0, 'translationSets'>;

/** What one logical processor has cached. Either the sets or the entries exist, as the configuration says. */
export interface Tlb {
  /** May-cache form, by lane and 1G range. */
  may_giga: Vector<TranslationSet, 'mayGiga'>;
  /** May-cache form, by lane and 2M range. */
  may_huge: Vector<TranslationSet, 'mayHuge'>;
  /** May-cache form, by lane and gfn. */
  may_small: Vector<TranslationSet, 'maySmall'>;
  /** Explicit form: by lane, the 1G ranges, the 2M ranges, then the gfns. */
  entry: Vector<TlbEntry, 'tlbEntries'>;
  /** Tables whose address may still be in the paging-structure cache (only if the configuration asks for it). */
  reach: Vector<boolean, 'reachTables'>;
  /** Level B: the paging-structure cache, by lane, the 1G ranges, then the 2M ranges. */
  psc: Vector<PscEntry, 'pscEntries'>;
}

export type VcpuMode =
  | 'OUTSIDE_GUEST_MODE'
  | 'IN_GUEST_MODE'
  | 'EXITING_GUEST_MODE'
  | 'READING_SHADOW_PAGE_TABLES';

export interface Vcpu {
  mode: VcpuMode;
  /** KVM_REQ_TLB_FLUSH. */
  request_tlb_flush: boolean;
  /** Hardware: the processor is in VMX non-root mode with this VM's EPTP. */
  in_guest: boolean;
  irqs_enabled: boolean;
  /** An IPI was sent and not yet acknowledged. */
  ipi: boolean;
  /** vcpu->cpu, where vCPUs are not pinned. */
  cpu: Range<0, 'lastPcpu'>;
  /** Level B: of the instruction, and the speculative one. */
  walk: Vector<Walk, 'walks'>;
  /** mmu->root, or NO_ROOT. */
  root: Range<'noRoot', 'lastRoot'>;
  pml: Pml;
  /** vcpu->arch.mmio_gfn and its like, if MMIO is modelled. */
  mmio: Vector<MmioInfo, 'mmioCaches'>;
  /** Ghost: the gfn between fast_pf_fix_direct_spte()'s cmpxchg (or KVM's own write) and mark_page_dirty_in_slot(), or -1. */
  marking: Range<-1, 'lastGfn'>;
}

export interface Memslot {
  /** KVM_MEM_LOG_DIRTY_PAGES. */
  dirty_logging: boolean;
  /** dirty_bitmap, one bit per gfn in words of `wordBits`. */
  dirty_bitmap: Vector<Range<0, 'wordMask'>, 'words'>;
  /** Whether dirty_bitmap is not NULL, if that is modelled. There is one at a time: slots_lock is held until the old one is freed. */
  bitmap_exists: Vector<boolean, 'bitmapLifetimes'>;
}

/**
 * Write tracking of gfns that the guest uses as page tables (kernel/page_track.ts). Nothing of it exists unless the
 * configuration tracks writes.
 */
export interface WriteTracking {
  /** slot->arch.gfn_write_track[]. */
  gfn_write_track: Vector<Range<0, 2>, 'trackedGfns'>;
  /** lpage_info[PG_LEVEL_2M].disallow_lpage, as far as write tracking has raised it. */
  disallow_lpage: Vector<Range<0, 'disallowCounts'>, 'trackedHuge'>;
  /** The 4K-level shadow page that shadows the gfn as a page table, if there is one: write-protected, or unsync. */
  shadow_page: Vector<'none' | 'sync' | 'unsync', 'trackedGfns'>;
}

/**
 * Tables that exist only because huge pages are not executable (kernel/nx.ts). Both vectors are empty unless the
 * configuration recovers huge pages from them.
 */
export interface PossibleNxHugePages {
  /** The table is on possible_nx_huge_pages. */
  listed: Vector<boolean, 'listedTables'>;
  /** sp->ptep: the entry that was to point to the table. */
  ptep: Vector<SptePtr, 'listedTables'>;
}

/** Memory attributes and guest_memfd (kernel/private_memory.ts). Empty unless the configuration has them. */
export interface PrivateMemory {
  /** mem_attr_array: KVM_MEMORY_ATTRIBUTE_PRIVATE. */
  attributes: Vector<boolean, 'attributeGfns'>;
  /** KVM_LPAGE_MIXED_FLAG in lpage_info of the two levels. */
  mixed_2m: Vector<boolean, 'attributeHuge'>;
  mixed_1g: Vector<boolean, 'attributeGiga'>;
  /** guest_memfd: the frame of the folio behind a gfn, and whether the folio is a whole 2M page. */
  gmem_pfn: Vector<Pfn, 'attributeGfns'>;
  gmem_huge: Vector<boolean, 'attributeHuge'>;
}

/** kvm->stat.pages[] and kvm->arch.tdp_mmu_pages (kernel/accounting.ts). Empty unless the configuration counts pages. */
export interface Accounting {
  /** By level: leafs. */
  pages: Vector<Range<'leastStat', 'greatestStat'>, 'statLevels'>;
  tdp_mmu_pages: Vector<Range<'leastStat', 'greatestStat'>, 'statCounts'>;
}

/** What there is to know of roots if they come and go (kernel/tdp_mmu/roots.ts): nothing if there is one for ever. */
export interface Roots {
  /** kvm->arch.tdp_mmu_roots, the newest first, then NO_ROOT. */
  list: Vector<MaybeRoot, 'rootPages'>;
  /** root->tdp_mmu_root_count. */
  count: Vector<Range<0, 'rootRefs'>, 'rootPages'>;
  /** root->role, as far as roles differ, and role.invalid. */
  role: Vector<Below<'roles'>, 'rootPages'>;
  invalid: Vector<boolean, 'rootPages'>;
  tdp_mmu_scheduled_root_to_zap: Vector<boolean, 'rootPages'>;
  /** KVM_REQ_MMU_FREE_OBSOLETE_ROOTS, by vCPU. */
  request_free_obsolete_roots: Vector<boolean, 'rootVcpus'>;
  /** is_guest_mode(), by vCPU: it runs L2. */
  guest_mode: Vector<boolean, 'nestedVcpus'>;
  /** The root of the level that the vCPU does not run at. */
  other_level: Vector<MaybeRoot, 'nestedVcpus'>;
}

/** What the host's memory management says about the pages behind the memslots, by hva. */
export interface HostMm {
  pfn: Vector<Pfn, 'gfns'>;
  writable: Vector<boolean, 'gfns'>;
  /** The host maps the 2M range by one entry, or by a part of one for 1G. */
  huge: Vector<boolean, 'hugePages'>;
  /** The host maps the 1G range by one entry. */
  giga: Vector<boolean, 'gigaPages'>;
}

/** A right that was taken away: -1 not (or given back), a process that still owes the flush, `processes` flushed. */
export type Removed = Range<-1, 'processes'>;

/** P10: the range of a zap that must not touch anything outside it, while it runs; empty otherwise. */
export interface PreciseZap {
  start: Range<0, 'preciseGfns'>;
  end: Range<0, 'preciseGfns'>;
}

/** State that the kernel does not have; properties read it, nothing else may. */
export interface Ghost {
  /** P8, by gfn. */
  removed_read: Vector<Removed, 'gfns'>;
  removed_write: Vector<Removed, 'gfns'>;
  removed_exec: Vector<Removed, 'execGhosts'>;
  /** P3: an ioctl that enables dirty logging has returned. */
  tracking: boolean;
  /** P3, by gfn: an ioctl has taken the bit and has not flushed yet. */
  harvesting: Vector<boolean, 'gfns'>;
  /** P3, log form, by gfn: written since an ioctl has last reported it. */
  written: Vector<boolean, 'followedGfns'>;
  /** M32, by gfn: written since KVM_GET_DIRTY_LOG has last shown its bit. */
  unseen: Vector<boolean, 'followedGfns'>;
  /** P2, by gfn: an operation that tracks writes has returned, and tracking has not ended. */
  write_tracked: Vector<boolean, 'trackedGfns'>;
  /** P15, by process: invalidations that it has begun and not ended. */
  open_invalidations: Vector<Range<0, 'invalidations'>, 'countedProcesses'>;
  /** A caller has returned from a split that it trusts to have left no huge translation behind (S000-1, S000-18). */
  relies_on_small_pages: boolean;
  precise_zap: PreciseZap;
  /**
   * The page of the host (by its hva, a number like a gfn) that userspace has put behind a gfn, or -1: by the ioctls that
   * have returned, and if those that run succeed.
   */
  backing: Vector<Backing, 'slotGfns'>;
  coming: Vector<Backing, 'slotGfns'>;
}

/** The page of the host behind a gfn, or -1. */
export type Backing = Range<-1, 'lastGfn'>;

/** struct kvm, and the machine around it. */
export interface Kvm {
  readonly config: Config;
  mmu_lock: RwLock;
  slots_lock: Mutex;
  srcu: Srcu;
  /** Who is in an RCU read section. */
  rcu_reader: Vector<boolean, 'processes'>;
  /** By table and process: the reader was there at the call_rcu() for the table, and has not left since. */
  rcu_awaited: Vector<boolean, 'awaitedReaders'>;
  memslot: Memslot;
  memslots: Memslots;
  tracking: WriteTracking;
  nx: PossibleNxHugePages;
  private_memory: PrivateMemory;
  dirty: DirtyLogging;
  mmu_invalidate_seq: Seq;
  mmu_invalidate_in_progress: Range<0, 'invalidations'>;
  mmu_invalidate_range_start: GfnEnd;
  mmu_invalidate_range_end: GfnEnd;
  mn_active_invalidate_count: Range<0, 'invalidations'>;
  /** The VM is being destroyed, and no notifier reaches it any more. */
  notifier_unregistered: Range<0, 'destructions'>;
  pt: Vector<PageTable, 'tables'>;
  roots: Roots;
  accounting: Accounting;
  vcpus: Vector<Vcpu, 'vcpus'>;
  /** By logical processor: with pinned vCPUs, each has its own (hardware/processor.ts). */
  tlb: Vector<Tlb, 'tlbs'>;
  host: HostMm;
  ghost: Ghost;
  /** Level C, by logical processor: what it has stored and nobody else sees yet. */
  store_buffer: Vector<StoreBuffer, 'processors'>;
  /** Level C: call_single_data, by sender and target. Locked from the call to its acknowledgement. */
  csd: Vector<boolean, 'csds'>;
  litmus: LitmusState;
}

/** What a failed operation returns. */
export type Errno = -16 | -12 | 0;
export const EBUSY = -16;
export const ENOMEM = -12;

export const PG_LEVEL_4K = 1;
export const PG_LEVEL_2M = 2;
export const PG_LEVEL_1G = 3;
/** The root table, if there is one for ever. The entries of roots are of the level `levels` of the configuration. */
export const ROOT = 0;
