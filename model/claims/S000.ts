/** What was said about flushing TLBs after a split, in the thread on splitting huge pages at the ends of a range. */
import { claims } from 'mmucheck/language';

const FLATTENED = 'quoted without markers in that message; who said it follows from the thread';
const TDX = 'it needs the TDX module and its Secure EPT, which are not modelled yet';

export default claims({
  title: 'S000: must a split flush TLBs?',
  where:
    'Binbin Wu and others, "Re: [RFC PATCH v2 12/23] KVM: x86/mmu: Introduce kvm_split_cross_boundary_leafs()", 18 November 2025 ' +
    `(Yan Zhao and Kai Huang are ${FLATTENED})`,
  claims: {
    'S000-1': {
      who: 'Kai Huang',
      says: 'The walk that splits can take a filter and report through a flag whether it has split something, so that callers decide about the flush',
      kind: 'depends',
      because:
        'the flag tells about this call only: another thread may have split the page, and not have flushed yet',
      sides: {
        a: { says: 'the flag is news about the call, and everybody flushes who needs it', verdict: 'holds' },
        b: { says: 'a clear flag is taken to mean that no stale huge entry exists', verdict: 'violated' },
        c: {
          says: 'the same on a mirror root, where the split itself tracks and kicks',
          verdict: 'holds',
          unchecked: TDX,
        },
      },
    },
    'S000-2': {
      who: 'Yan Zhao',
      says: 'The split walk may drop mmu_lock without a flush: no current user breaks',
      kind: 'depends',
      because:
        'every caller flushes later for a reason of its own; only the iTLB erratum sees two sizes side by side',
      sides: {
        a: {
          says: 'against faults, notifiers, dirty logging, NX recovery, collapse and the accesses of the guest',
          verdict: 'holds',
        },
        b: { says: 'huge pages are executable on a processor with the erratum', verdict: 'violated' },
        c: { says: 'the same with the mitigation: no huge page is executable', verdict: 'holds' },
      },
    },
    'S000-3': {
      who: 'Yan Zhao',
      says: 'A split only adds a table, other than a merge',
      kind: 'depends',
      because:
        'a missing flush hurts the lifetime of tables only where one becomes unreachable, and a split unlinks none',
      sides: {
        a: { says: 'a split without a flush, with paging-structure caches', verdict: 'holds' },
        b: { says: 'a merge that flushes before it leaves RCU', verdict: 'holds' },
        c: { says: 'a merge that flushes later, or too little', verdict: 'violated' },
      },
    },
    'S000-4': {
      who: 'Yan Zhao',
      says: 'A split in a fault needs no flush because hardware cannot have cached the huge translation',
      kind: 'refuted',
      because: 'the conclusion is right and its reason is not: the other processors may have cached it',
      sides: {
        a: {
          says: 'when a fault splits a page of a direct root, nobody has the huge translation cached',
          verdict: 'violated',
        },
        b: {
          says: 'the same for a page that a TD accepts: another vCPU may accept it whole first',
          verdict: 'violated',
          unchecked: TDX,
        },
        c: { says: 'the split in the fault needs no flush', verdict: 'holds' },
        d: { says: 'with one vCPU and one lane the reason is right as well', verdict: 'holds' },
      },
    },
    'S000-5': {
      who: 'Yan Zhao',
      says: 'In zap and conversion paths mmu_invalidate_* keeps faults out of the range',
      kind: 'depends',
      because:
        'it keeps out faults on gfns inside the range; one on a gfn beside it may map the huge page around both',
      sides: {
        a: {
          says: 'faults on gfns of the range: a slow one installs nothing, a fast one at most sets W in what is there',
          verdict: 'holds',
        },
        b: { says: 'a fault beside the range, in the same huge page', verdict: 'violated' },
        c: { says: 'the same with the range rounded out to huge pages', verdict: 'holds' },
        d: { says: 'the same with holes that are aligned to the folios', verdict: 'holds' },
        e: {
          says: 'the same where lpage_info forbids the huge page',
          verdict: 'holds',
        },
        f: {
          says: 'the same where faults never put a huge page in place of a table, and a table is there all the time',
          verdict: 'holds',
        },
        g: { says: 'the same over a range in which nothing is mapped yet', verdict: 'violated' },
      },
    },
    'S000-6': {
      who: 'Yan Zhao',
      says: 'Threads that split one range may see stale huge entries after their own split, which the first one flushes soon',
      kind: 'depends',
      because: 'soon means: on every exit of the first thread, errors included',
      sides: {
        a: { says: 'the caller flushes whatever the split returns', verdict: 'holds' },
        b: { says: 'the caller bails out on -ENOMEM after a part was split', verdict: 'violated' },
      },
    },
    'S000-7': {
      who: 'Kai Huang',
      says: 'The children carry all bits of the huge entry, except for its size and X under the NX workaround',
      kind: 'depends',
      because:
        'under the write lock the children are made of a snapshot, and hardware may set A or D in the entry before it is replaced',
      sides: {
        a: {
          says: 'under the read lock, compared with the value that was replaced, and under the write lock, compared with the snapshot',
          verdict: 'holds',
        },
        b: { says: 'under the write lock, compared with the value that was replaced', verdict: 'violated' },
        c: {
          says: 'a flush that is decided by D of the children, after a split under the read lock',
          verdict: 'holds',
        },
        d: { says: 'the same after a split under the write lock', verdict: 'violated' },
      },
    },
    'S000-8': {
      who: 'Kai Huang, and the comment at tdp_mmu_split_huge_page()',
      says: 'Through a stale huge entry the processor still finds the right page, and nothing else is wrong',
      kind: 'depends',
      because: 'as long as no child differs from what the huge entry says',
      sides: {
        a: { says: 'after the split alone', verdict: 'holds' },
        b: { says: 'after a child has been zapped or protected without a flush', verdict: 'violated' },
      },
    },
    'S000-9': {
      who: 'Kai Huang',
      says: 'A fault that happens because the stale huge entry lacks X is spurious and does no harm',
      kind: 'holds',
      because: 'the violation drops the stale entry, and the handler finds nothing to do',
    },
    'S000-10': {
      who: 'Binbin Wu, from the SDM',
      says: 'An EPT violation invalidates the guest-physical mappings that translate the address, and the combined ones of the linear address',
      kind: 'hardware',
      because: 'an axiom of the model; without it faults repeat for ever',
      sides: {
        a: { says: 'as the manual says: each stale entry faults once', verdict: 'holds' },
        b: {
          says: 'a processor that keeps the translations, or the path to a table that is gone',
          verdict: 'violated',
        },
      },
    },
    'S000-11': {
      who: 'Binbin Wu',
      says: 'Other processors with the stale huge entry may take one spurious fault each',
      kind: 'depends',
      because: 'one for each entry that was cached, and a processor may have several for one page',
      sides: {
        a: { says: 'one entry for each processor and huge page', verdict: 'holds' },
        b: { says: 'an entry for each linear address', verdict: 'violated' },
        c: {
          says: 'a huge page that is cached in fragments',
          verdict: 'violated',
          unchecked:
            'fragments of one translation are not told apart; for counting they are what linear aliases are, see (b)',
        },
      },
    },
    'S000-12': {
      who: 'Yan Zhao',
      says: 'A CPU that finds the pages split and write-protected by another one, and does not flush, misses dirty pages',
      kind: 'depends',
      because: 'the other one has not flushed yet when this one starts to rely on the protection',
      sides: {
        a: {
          says: 'a CPU flushes only if it protected something itself, and slots_lock excludes nobody',
          verdict: 'violated',
        },
        b: { says: 'the same with slots_lock, as in the kernel', verdict: 'holds' },
        c: { says: 'every CPU flushes whatever it found', verdict: 'holds' },
      },
    },
    'S000-13': {
      who: 'Yan Zhao and Binbin Wu',
      says: 'All indirect callers of the split walk flush unconditionally',
      kind: 'depends',
      because:
        'enabling always flushes, CLEAR and the reset of rings flush if they processed a bit and split for such bits only, GET never splits',
      sides: {
        a: { says: 'with the flushes that they have', verdict: 'holds' },
        b: { says: 'with one of them taken out', verdict: 'violated' },
      },
    },
    'S000-14': {
      who: 'Binbin Wu',
      says: 'In a TD the hook that splits the Secure EPT does the flush',
      kind: 'holds',
      because: 'BLOCK, TRACK and the kick come before DEMOTE, and the module refuses it otherwise',
      unchecked: TDX,
    },
    'S000-15': {
      who: 'Binbin Wu',
      says: 'Callers can decide about the flush by what they do after the split, perhaps with the information whether something was split',
      kind: 'depends',
      because:
        'what follows is known to the caller; whether something was split is not known to one caller alone',
      sides: {
        a: { says: 'by the actions that follow', verdict: 'holds' },
        b: { says: 'by whether this walk has split something', verdict: 'violated' },
      },
    },
    'S000-16': {
      who: 'Yan Zhao',
      says: 'The posted version, which flushes before it yields, is safer',
      kind: 'depends',
      because: 'no property tells the two apart; only the window of the erratum is shorter',
      sides: {
        a: { says: 'for every property of the current users', verdict: 'holds' },
        b: { says: 'for a processor with the erratum and executable huge pages', verdict: 'violated' },
      },
    },
    'S000-17': {
      who: 'Kai Huang',
      says: 'A flush that is needed because of a zap is something else than one because of a split',
      kind: 'depends',
      because: 'each is taken out alone: only that of the zap is missed',
      sides: {
        a: {
          says: 'the flush of the zap is taken out, with or without one after the split',
          verdict: 'violated',
        },
        b: { says: 'the flush of the split is taken out', verdict: 'holds' },
      },
    },
    'S000-18': {
      who: 'Yan Zhao',
      says: 'Nobody depends on a split alone, without a further change of permissions',
      kind: 'depends',
      because: 'true of the callers that exist; one that relied on 4K pages would need a flush in any case',
      sides: {
        a: { says: 'a caller that exists', verdict: 'holds' },
        b: { says: 'a caller that relies on 4K pages, and flushes', verdict: 'holds' },
        c: { says: 'the same without the flush', verdict: 'violated' },
      },
    },
    'S000-19': {
      who: 'Yan Zhao',
      says: 'With a flush before mmu_lock is dropped, other threads see the new translations in time',
      kind: 'depends',
      because:
        'whoever takes mmu_lock then meets no stale huge translation; without it the window is longer, and ends with the flush of the caller',
      sides: {
        a: {
          says: 'nobody holds a stale huge translation when mmu_lock is free, with the flush',
          verdict: 'holds',
        },
        b: { says: 'the same without the flush', verdict: 'violated' },
        c: { says: 'the window ends, with the flush or without', verdict: 'holds' },
      },
    },
  },
});
