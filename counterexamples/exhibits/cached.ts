/**
 * What the vCPUs in the guest may have cached when a run of the KVM model ends, in words. A trace has it as one number
 * per page, a set of translations, which nobody can read. Stale ones are what most bugs are about.
 */
import { statesOf, type Trace } from '../trace.js';

/** A state of the model, as its functions take it. */
interface Kvm {
  readonly config: Readonly<Record<string, number | boolean | string>>;
  /** Litmus tests have none. */
  readonly vcpus?: readonly { readonly in_guest: boolean; readonly root: number }[];
}

interface Leaf {
  readonly kind: string;
  readonly pfn: number;
  readonly writable: boolean;
  readonly executable: boolean;
  readonly dirty: boolean;
}

/** Functions of the model: hardware/tlb.ts, hardware/translation.ts, kernel/private_memory.ts and kernel/spte.ts. */
export interface TranslationModel {
  readonly may_be_cached: (kvm: Kvm, vcpu: number, lane: number, level: number, gfn: number) => number;
  readonly variant_of: (kvm: Kvm, gfn: number, spte: Leaf) => number;
  readonly walk_from: (kvm: Kvm, root: number, gfn: number) => Leaf;
  readonly frame_of: (kvm: Kvm, gfn: number, pfn: number, level: number) => number;
  readonly is_designated: (kvm: Kvm, gfn: number, frame: number) => boolean;
  readonly KVM_PAGES_PER_HPAGE: (kvm: Kvm, level: number) => number;
}

/** A translation of a page of some level. The set does not tell all frames apart. */
interface Translation extends Leaf {
  readonly level: number;
  readonly pfns: readonly number[];
}

/** One line for each vCPU in the guest and translation that differs from what a walk finds, or from what the host means. */
export function staleTranslations(trace: Trace, model: TranslationModel): string[] {
  const end = statesOf(trace).at(-1) ?? trace.initial;
  const kvm = { ...end, config: trace.configuration } as unknown as Kvm;
  // An entry of an explicit TLB can be read as it is.
  if (kvm.config['tlb'] === 'explicit') return [];
  const count = (name: string): number => Number(kvm.config[name]);
  const lines = new Set<string>();
  for (const [vcpu, { in_guest, root }] of (kvm.vcpus ?? []).entries()) {
    if (!in_guest) continue;
    for (let level = count('levels'); level > 0; level--) {
      const pages = model.KVM_PAGES_PER_HPAGE(kvm, level);
      for (let lane = 0; lane < count('lanes'); lane++)
        for (let base = 0; base < count('gfns'); base += pages) {
          const set = model.may_be_cached(kvm, vcpu, lane, level, base);
          for (const each of translationsIn(set, base, level, kvm, model))
            for (let gfn = base; gfn < base + pages; gfn++) {
              const why = whyStale(each, gfn, root, kvm, model);
              if (why !== null)
                lines.add(`vcpu${vcpu}: gfn ${gfn} at ${describe(each, gfn, pages, kvm, model)}; ${why}`);
            }
        }
    }
  }
  return [...lines];
}

function translationsIn(
  set: number,
  base: number,
  level: number,
  kvm: Kvm,
  model: TranslationModel,
): Iterable<Translation> {
  const found = new Map<number, Translation>();
  const either = (isTracked: boolean): readonly boolean[] => (isTracked ? [false, true] : [false]);
  for (const writable of either(true))
    for (const executable of either(kvm.config['trackExec'] === true))
      for (const dirty of either(kvm.config['trackDirty'] === true))
        for (let pfn = 0; pfn < Number(kvm.config['pfns']); pfn++) {
          const leaf = { kind: 'LEAF', pfn, writable, executable, dirty };
          const variant = model.variant_of(kvm, base, leaf);
          if (((set >> variant) & 1) === 1)
            found.set(variant, { ...leaf, level, pfns: [...(found.get(variant)?.pfns ?? []), pfn] });
        }
  return [...found].sort(([left], [right]) => left - right).map(([, each]) => each);
}

function describe(
  { level, pfns, writable, executable, dirty }: Translation,
  gfn: number,
  pages: number,
  kvm: Kvm,
  model: TranslationModel,
): string {
  const [pfn = 0] = pfns;
  const frame = pfns.length > 1 ? '?' : model.frame_of(kvm, gfn, pfn, level);
  const rights = [
    writable ? 'writable' : 'read-only',
    ...(kvm.config['trackExec'] === true ? [executable ? 'executable' : 'not executable'] : []),
    ...(kvm.config['trackDirty'] === true ? [dirty ? 'dirty' : 'clean'] : []),
  ];
  return `frame ${frame}, ${rights.join(', ')}${pages > 1 ? `, by a page of ${pages}` : ''}`;
}

/** What the translation says that nobody says any more, or null. */
function whyStale(
  { level, pfns, writable }: Translation,
  gfn: number,
  root: number,
  kvm: Kvm,
  model: TranslationModel,
): string | null {
  const owners = Array.from({ length: Number(kvm.config['pfns']) }, (_, frame) => frame).filter((frame) =>
    model.is_designated(kvm, gfn, frame),
  );
  if (!pfns.some((pfn) => owners.includes(model.frame_of(kvm, gfn, pfn, level))))
    return owners.length === 0 ? 'no page is there now' : `the page is at frame ${owners.join(' or ')} now`;
  const leaf = model.walk_from(kvm, root, gfn);
  if (leaf.kind !== 'LEAF') return `a walk finds ${leaf.kind} there`;
  return writable && !leaf.writable ? 'the entry is read-only now' : null;
}
