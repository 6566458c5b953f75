/**
 * What the vCPUs in the guest may have cached when a run of the KVM model ends, in words. A trace has it as one number
 * per page, a set of translations (model/hardware/tlb.ts), which nobody can read. Stale ones are what most bugs are about.
 */
import { statesOf, type Trace } from '../trace.js';
import { lookUp, type RecordTree, type Tree } from '../tree.js';

interface Translation {
  readonly pfn: number | null;
  readonly writable: boolean;
  readonly executable: boolean | null;
  readonly dirty: boolean | null;
}

interface Leaf {
  readonly kind: string;
  readonly pfn: number;
  readonly writable: boolean;
}

/** One line for each vCPU in the guest and translation that differs from what a walk finds, or from what the host means. */
export function staleTranslations(trace: Trace): string[] {
  const end = statesOf(trace).at(-1) ?? trace.initial;
  const count = (name: string): number => Number(trace.configuration[name] ?? 0);
  const lines = new Set<string>();
  // The index in `tlb` is the vCPU's only where each has a processor of its own.
  if (count('pcpus') > 0) return [];
  for (let vcpu = 0; vcpu < count('vcpus'); vcpu++) {
    if (at(end, 'vcpus', vcpu, 'in_guest') !== true) continue;
    const root = Number(at(end, 'vcpus', vcpu, 'root'));
    for (const [field, pages] of SIZES) {
      const perLane = count(pages);
      const size = count('gfns') / perLane;
      for (let lane = 0; lane < count('lanes'); lane++)
        for (let page = 0; page < perLane; page++) {
          const index = (root * count('lanes') + lane) * perLane + page;
          const set = at(end, 'tlb', vcpu, field, index);
          if (typeof set !== 'number') continue;
          for (const each of translationsIn(set, page * size, trace))
            for (let gfn = page * size; gfn < (page + 1) * size; gfn++) {
              const why = whyStale(end, count, root, gfn, { ...each, pfn: frameOf(each, gfn, page * size) });
              if (why !== null)
                lines.add(`vcpu${vcpu}: gfn ${gfn} at ${describe(each, gfn, page * size, size)}; ${why}`);
            }
        }
    }
  }
  return [...lines];
}

const SIZES = [
  ['may_giga', 'gigaPages'],
  ['may_huge', 'hugePages'],
  ['may_small', 'gfns'],
] as const;

function* translationsIn(set: number, base: number, { configuration }: Trace): Generator<Translation> {
  const variants = Number(configuration['variants']);
  const [exec, dirty] = [configuration['trackExec'] === true, configuration['trackDirty'] === true];
  for (let number = 0; number < 3 * variants; number++) {
    if (((set >> number) & 1) === 0) continue;
    let rest = number;
    const take = (): boolean => {
      const bit = rest % 2 === 1;
      rest = (rest - (rest % 2)) / 2;
      return bit;
    };
    const isDirty = dirty ? take() : null;
    const isExecutable = exec ? take() : null;
    const writable = take();
    const pfn = rest === 0 ? base : rest === 1 ? base + Number(configuration['gfns']) : null;
    yield { pfn, writable, executable: isExecutable, dirty: isDirty };
  }
}

function frameOf({ pfn }: Translation, gfn: number, base: number): number | null {
  return pfn === null ? null : pfn + (gfn - base);
}

function describe(each: Translation, gfn: number, base: number, size: number): string {
  const frame = frameOf(each, gfn, base);
  const rights = [
    each.writable ? 'writable' : 'read-only',
    ...(each.executable === null ? [] : [each.executable ? 'executable' : 'not executable']),
    ...(each.dirty === null ? [] : [each.dirty ? 'dirty' : 'clean']),
  ];
  return `frame ${frame ?? '?'}, ${rights.join(', ')}${size > 1 ? `, by a page of ${size}` : ''}`;
}

/** What the translation says that nobody says any more, or null. */
function whyStale(
  end: RecordTree,
  count: (name: string) => number,
  root: number,
  gfn: number,
  cached: Translation,
): string | null {
  const isPrivate = at(end, 'private_memory', 'attributes', gfn) === true;
  const owner = isPrivate ? at(end, 'private_memory', 'gmem_pfn', gfn) : at(end, 'host', 'pfn', gfn);
  if (owner !== cached.pfn) return `the page is at frame ${String(owner)} now`;
  const leaf = walk(end, count, root, gfn);
  if (leaf.kind !== 'LEAF') return `a walk finds ${leaf.kind} there`;
  if (cached.writable && !leaf.writable) return 'the entry is read-only now';
  return null;
}

function walk(end: RecordTree, count: (name: string) => number, root: number, gfn: number): Leaf {
  let table = root;
  for (let level = count('levels'); level > 0; level--) {
    const pages = count('fanout') ** (level - 1);
    const page = (gfn - (gfn % pages)) / pages;
    const index = level === count('levels') ? page : page % count('fanout');
    const spte = lookUp(end, ['pt', table, 'spte', index]) as unknown as Leaf & { child: number };
    if (spte.kind !== 'TABLE') return spte;
    table = spte.child;
  }
  return { kind: 'TABLE', pfn: 0, writable: false };
}

function at(tree: Tree, ...path: (string | number)[]): Tree | undefined {
  return lookUp(tree, path);
}
