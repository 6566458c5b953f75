/** What was said about splitting only what crosses an end of a range, in the thread on version 3 of that series. */
import { claims } from 'mmucheck/language';

const TDX = 'it needs the TDX module and its Secure EPT, which are not modelled yet';

export default claims({
  title: 'S001: is a split of what crosses a boundary needed?',
  where:
    'Sean Christopherson, "Re: [PATCH v3 11/24] KVM: x86/mmu: Introduce kvm_split_cross_boundary_leafs()", 16 January 2026, ' +
    'answering Kai Huang',
  claims: {
    'S001-1': {
      who: 'Kai Huang',
      says: 'kvm_tdp_mmu_try_split_huge_pages() serves dirty logging alone and is not reached for a TD, although its filter of roots lets mirror roots through',
      kind: 'holds',
      because: 'a slot of guest_memfd cannot log dirty pages',
      unchecked: `${TDX}; the test is a slot of guest_memfd that logs`,
    },
    'S001-2': {
      who: 'Kai Huang',
      says: 'The two wrappers of the split should have other names',
      kind: 'naming',
      because: 'a matter of names',
      unchecked: 'names change no behaviour',
    },
    'S001-3': {
      who: 'Sean Christopherson',
      says: '"Cross boundary" is a confusing concept and does not belong into the TDP MMU',
      kind: 'naming',
      because: 'an opinion about the design',
      unchecked: 'an opinion about the design changes no behaviour',
    },
    'S001-4': {
      who: 'Sean Christopherson',
      says: 'It is wasteful to walk the whole range in order to split at most its head and its tail',
      kind: 'cost',
      because: 'the walk reads every entry of the range, head and tail those on two paths',
      unchecked:
        '`npm run costs` counts the entries that each form reads as the range grows: the table is at the end',
    },
    'S001-5': {
      who: 'Sean Christopherson',
      says: 'Punching holes is the only user of the split at boundaries',
      kind: 'refuted',
      because:
        'the answers in the thread name conversions, accepted sizes and memory failures; a conversion that does not split zaps too much',
      sides: {
        a: { says: 'a conversion of a part of a huge page needs no split', verdict: 'violated' },
        b: { says: 'a conversion that splits at the ends of its range', verdict: 'holds' },
        c: {
          says: 'a page that a TD accepts by a smaller size needs none',
          verdict: 'violated',
          unchecked: TDX,
        },
        d: {
          says: 'a memory failure needs none',
          verdict: 'holds',
          unchecked:
            'it zaps whole folios, and no leaf is larger than its folio; M27/huge-folio has such a range. A failure that zapped less would be a hole',
        },
      },
    },
    'S001-6': {
      who: 'Sean Christopherson',
      says: 'For a fault that accepts a page it is enough to split to the level that the guest accepts',
      kind: 'depends',
      because:
        'for the aligned block of that level both forms split exactly the leafs above the level that cover it',
      sides: {
        a: { says: 'for every block of 4K and 2M and every mixture of sizes', verdict: 'holds' },
        b: { says: 'with an error in the arithmetic of the filter', verdict: 'violated' },
      },
    },
    'S001-7': {
      who: 'Sean Christopherson',
      says: 'For a hole, compute which head and tail pages are to be split, and use the existing functions',
      kind: 'depends',
      because:
        'both forms leave exactly the leafs of one specification, for every range, if the arithmetic is right and faults stay out',
      sides: {
        a: { says: 'alignment is tested at 2M only, where 1G pages exist', verdict: 'violated' },
        b: {
          says: 'the end is taken for the last page, or the page behind the end split as well',
          verdict: 'violated',
        },
        c: {
          says: 'head and tail lie in one page, which is handled twice by one iterator',
          verdict: 'violated',
        },
        d: { says: 'ends are split to 4K where 2M would do', verdict: 'violated' },
        e: { says: 'mmu_lock is dropped between head and tail, or before the zap', verdict: 'violated' },
        f: {
          says: 'for all pairs of start and end over two 1G pages that are mapped in any mixture of sizes, the walk and head and tail both leave what the specification says, so the same',
          verdict: 'holds',
        },
        g: { says: 'mmu_lock is kept from the only split to the zap', verdict: 'holds' },
      },
    },
  },
});
