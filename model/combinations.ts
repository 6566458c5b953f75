/**
 * Choices that do not go together: something that one of them needs is not modelled beside the other, or says nothing.
 * A scenario with them is refused when it is loaded, with what to do about it.
 */
import { assert } from 'mmucheck/language';
import type { Config } from './config.js';

/** Bits of a set of translations: integers of the model have 32, and a sign. */
const TRANSLATION_BITS = 30;

type Rule = readonly [refused: boolean, why: string];

export function refuse_combinations(c: Config): void {
  const translations = c.pfnClasses * c.variants;
  const explicit = c.tlb === 'explicit';
  const rules: readonly Rule[] = [
    [explicit && c.roots > 1, "roots > 1 needs tlb: 'may-cache', whose sets are kept by root"],
    [
      explicit && c.aliases === 'unbounded',
      "tlb: 'explicit' needs a number of aliases: 'none', 'one' or 'two'",
    ],
    [c.walk === 'per-level' && !explicit, "walk: 'per-level' needs tlb: 'explicit'"],
    [c.pcpus > 0 && c.flush !== 'protocol', "pcpus needs flush: 'protocol': migration asks for a flush"],
    [
      c.pcpus > 0 && c.aliases !== 'none' && c.aliases !== 'unbounded',
      "pcpus needs aliases 'none' or 'unbounded': entries of an alias belong to one vCPU, and are not kept by vCPU",
    ],
    [
      c.pcpus > 0 && c.roots > 1,
      'pcpus needs roots: 1: what a processor may hold of a root is kept by the vCPU that runs',
    ],
    [c.contention && !c.reschedule, 'contention needs reschedule: it says what that finds'],
    [c.gracePeriods && c.roots > 1, 'gracePeriods needs roots: 1: roots are freed by the other rule'],
    [!c.adBits && c.trackDirty, 'trackDirty needs adBits'],
    [c.pml > 0 && !(c.trackDirty && c.adBits), 'pml needs trackDirty and adBits: D is what it logs'],
    [c.wrprotOnly && c.pml === 0, 'wrprotOnly needs pml, which L2 does not have'],
    [c.initiallyAllSet && !c.manualProtect, 'initiallyAllSet needs manualProtect'],
    [c.roles > c.roots, 'every role needs a root of its own: raise roots'],
    [c.destructions > 0 && c.vcpus > 0, 'destructions needs vcpus: 0: the last reference is gone'],
    [
      c.bitmapLifetime && !c.srcu,
      'bitmapLifetime needs srcu, which keeps the bitmap for those who mark pages',
    ],
    [c.memslots > 0 && !c.srcu, 'memslots needs srcu, which keeps slots for faults'],
    [
      c.memslots > 0 && (c.levels > 2 || c.memoryAttributes || c.writeTracking || c.storeBuffers > 0),
      'memslots needs two levels, no memoryAttributes, no writeTracking and no storeBuffers',
    ],
    [
      c.mmioGenerations > 0 && c.memslots === 0,
      'mmioGenerations needs memslots: without them, no gfn is MMIO',
    ],
    [c.mmioGenerations > 0 && c.walk !== 'atomic', "mmioGenerations needs walk: 'atomic'"],
    [
      !explicit && translations > TRANSLATION_BITS,
      `sets of ${translations} translations are too large: fewer gfns, no trackExec or no trackDirty`,
    ],
  ];
  for (const [refused, why] of rules) assert(!refused, '', `these choices do not go together: ${why}`);
}
