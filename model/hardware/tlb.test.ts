/**
 * The may-cache TLB against explicit entries: everything reachable but the TLBs is the same, and in each such state
 * what the sets allow to be cached is exactly what some explicit TLB does hold.
 */
import { describe, expect, it } from 'vitest';
import { compileWith } from '../../checker/compiler/compile.js';
import { FrontEnd } from '../../checker/compiler/frontend/frontend.js';
import type { StateTree } from '../../checker/compiler/machine.js';
import { search, statesOf } from '../../checker/engine/index.js';
import { openWorkspace } from '../../checker/workspace/project.js';
import { loadScenarios, type Scenario } from '../../checker/workspace/scenarios.js';
import type { Config } from '../config.js';

const frontEnd = new FrontEnd();
const root = new URL('../..', import.meta.url).pathname;
const all = loadScenarios(openWorkspace(root), 'model/scenarios/tlb.ts');
const situations = all
  .map(({ name }) => name)
  .filter((name) => name.endsWith('-explicit'))
  .map((name) => name.replace('-explicit', ''));

describe('the two forms of the TLB', () => {
  it.each(situations)('agree in %s', (situation) => {
    const explicit = cachedByState(named(`${situation}-explicit`));
    const mayCache = cachedByState(named(`${situation}-may-cache`));
    expect(mayCache.size).toBe(explicit.size);
    for (const [state, held] of explicit) expect(mayCache.get(state), state).toEqual(held);
  });
});

function named(name: string): Scenario {
  const found = all.find((each) => each.name === name);
  if (found === undefined) throw new Error(`no scenario ${name}`);
  return found;
}

/** For every reachable state without its TLBs (as text): the translations that are cached in it, over all of them. */
function cachedByState(scenario: Scenario): Map<string, ReadonlySet<string>> {
  const { machine } = compileWith(frontEnd, scenario);
  const { space, end } = search(machine, { deadlock: false });
  expect(end).toBe('exhausted');
  const cached = new Map<string, Set<string>>();
  for (const packed of statesOf(space)) {
    const tree = machine.unpack(packed) as unknown as KvmTree;
    const tlbs = tree.tlb;
    const rest = withoutTlbs(scenario.spec.config as Config, tree);
    const held = cached.get(rest) ?? new Set();
    tlbs.forEach((tlb, vcpu) => {
      for (const each of translations(scenario.spec.config as Config, tlb)) held.add(`vcpu${vcpu} ${each}`);
    });
    cached.set(rest, held);
  }
  return cached;
}

/** The explicit form has one process more, so what counts processes is told by who it is. */
function withoutTlbs({ processes }: Config, tree: KvmTree): string {
  const held = (flags: readonly boolean[]) => flags.flatMap((flag, index) => (flag ? [index] : []));
  const gone = (removed: readonly number[]) => removed.map((by) => (by === processes ? 'gone' : by));
  return JSON.stringify({
    ...tree,
    mmu_lock: { ...tree.mmu_lock, readers: held(tree.mmu_lock.readers) },
    rcu_reader: held(tree.rcu_reader),
    ghost: {
      ...tree.ghost,
      removed_read: gone(tree.ghost.removed_read),
      removed_write: gone(tree.ghost.removed_write),
    },
    tlb: null,
  });
}

/** The translations in a TLB, named alike for both forms. */
function translations(config: Config, tlb: TlbTree): string[] {
  const names: string[] = [];
  const { fanout, gigaPages, hugePages } = config;
  const pages = gigaPages + hugePages + config.gfns;
  const gfnOf = (page: number) => {
    if (page < gigaPages) return page * fanout * fanout;
    return page < gigaPages + hugePages ? (page - gigaPages) * fanout : page - gigaPages - hugePages;
  };
  for (let lane = 0; lane < config.lanes; lane++)
    for (let page = 0; page < pages; page++) {
      const variants = config.tlb === 'explicit' ? entryVariants(page, lane) : setVariants(page, lane);
      names.push(...variants.map((variant) => `lane ${lane} page ${page} variant ${variant}`));
    }
  return names;

  function entryVariants(page: number, lane: number): number[] {
    const entry = tlb.entry[lane * pages + page];
    if (entry === undefined || !entry.present) return [];
    const gfn = gfnOf(page);
    const pfnClass = entry.pfn === gfn ? 0 : entry.pfn === gfn + config.gfns ? 1 : 2;
    let variant = 2 * pfnClass + Number(entry.writable);
    if (config.trackExec) variant = 2 * variant + Number(entry.executable);
    if (config.trackDirty) variant = 2 * variant + Number(entry.dirty);
    return [variant];
  }

  function setVariants(page: number, lane: number): number[] {
    const above = page - gigaPages;
    let set = tlb.may_small[lane * config.gfns + above - hugePages];
    if (above < hugePages) set = tlb.may_huge[lane * hugePages + above];
    if (above < 0) set = tlb.may_giga[lane * gigaPages + page];
    return [...Array(3 * config.variants).keys()].filter((variant) => ((set ?? 0) >>> variant) % 2 === 1);
  }
}

interface TlbTree {
  readonly may_giga: readonly number[];
  readonly may_huge: readonly number[];
  readonly may_small: readonly number[];
  readonly entry: readonly {
    present: boolean;
    pfn: number;
    writable: boolean;
    executable: boolean;
    dirty: boolean;
  }[];
}

type KvmTree = StateTree & {
  readonly tlb: readonly TlbTree[];
  readonly mmu_lock: { readonly readers: readonly boolean[] };
  readonly rcu_reader: readonly boolean[];
  readonly ghost: { readonly removed_read: readonly number[]; readonly removed_write: readonly number[] };
};
