import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { generateMachine } from '../compiler/codegen/javascript.js';
import { counters, peterson, philosophers } from '../compiler/codegen/testing/toys.js';
import { type Machine, META_FAILURE } from '../compiler/machine.js';
import type { SearchOptions, SearchResult } from './options.js';
import { Exploration, type Tuning } from './exploration.js';
import { search, searchAsync } from './search.js';
import { type Expected, plainSearch, type Table, tables, tabularMachine } from './testing/tabular.js';

const megabyte = 2 ** 20;

function counts({ states, transitions, depth, end }: SearchResult) {
  return { states, transitions, depth, end };
}

function findings({ findings }: { readonly findings: readonly Expected[] }) {
  return findings
    .map(({ property, depth }) => ({ property, depth }))
    .toSorted((a, b) => a.depth - b.depth || String(a.property).localeCompare(String(b.property)));
}

function run(table: Table, tuning: Tuning, options: Partial<SearchOptions> = {}): SearchResult {
  return explore(tabularMachine(table), tuning, options);
}

function explore(machine: Machine, tuning: Tuning, options: Partial<SearchOptions> = {}): SearchResult {
  const exploration = new Exploration(
    machine,
    { deadlock: true, memoryBytes: 8 * megabyte, ...options },
    tuning,
  );
  while (!exploration.advance());
  return exploration.result();
}

/** The indexes of all states, by depth. */
function indexesOf({ space }: SearchResult): number[][] {
  return space.layers.map(({ runs }) =>
    runs.flatMap(({ first, count }) => Array.from({ length: count }, (_, i) => first + i)),
  );
}

describe('search', () => {
  it('agrees with a plain search on random machines, whatever the sizes of batches and tables', () => {
    const sizes = fc.record({
      store: fc.constantFrom('flat', 'tree'),
      batchRecords: fc.constantFrom(1, 2, 7, 64, 2048),
      firstSlots: fc.constantFrom(3, 7, 16, 65_536),
      unit: fc.constantFrom(1, 3, 1024),
      maxDepth: fc.option(fc.nat(6), { nil: undefined }),
    });
    fc.assert(
      fc.property(tables(120), sizes, (table, { maxDepth, store: coding, ...tuning }) => {
        const plain = plainSearch(table, maxDepth);
        const result = run(table, tuning, { store: coding, ...(maxDepth !== undefined && { maxDepth }) });
        const { store } = result.space;
        expect(result.states).toBe(plain.order.length);
        expect(result.transitions).toBe(plain.transitions);
        expect(result.depth).toBe(Math.max(...plain.depthOf.values()));
        expect(findings(result)).toEqual(findings({ findings: plain.found }));
        expect(result.witnessesReached).toEqual([0, 1].map((bit) => (plain.witnessed & (1 << bit)) !== 0));
        expect(result.stepsExecuted).toEqual(
          Uint8Array.from([0, 1, 2], (process) => (plain.executed.has(process) ? 1 : 0)),
        );
        const machine = tabularMachine(table);
        const depths = new Map(indexesOf(result).flatMap((layer, depth) => layer.map((i) => [i, depth])));
        expect(depths.size).toBe(plain.order.length);
        for (const [index, depth] of depths) {
          const here = store.state(index);
          expect(store.find(here, 0)).toBe(index);
          expect(plain.depthOf.get((machine.unpack(here) as { index: number }).index)).toBe(depth);
        }
        result.release();
      }),
      { numRuns: 300 },
    );
  });

  it('gives the same counts as ever for well-known systems', () => {
    const of = ({ graph, initial }: ReturnType<typeof peterson>) => {
      const result = search(generateMachine(graph, initial), { deadlock: true });
      return { ...counts(result), findings: findings(result) };
    };
    expect(of(peterson())).toEqual({ states: 20, transitions: 34, depth: 6, end: 'exhausted', findings: [] });
    expect(of(peterson(false)).findings).toEqual([{ property: 'P1', depth: 6 }]);
    // Each fork is free, or held from the left, or from the right; only all held from the right is impossible: 3^n - 1.
    expect(of(philosophers(5))).toEqual({
      states: 242,
      transitions: 805,
      depth: 12,
      end: 'exhausted',
      findings: [{ property: 'T7', depth: 5 }],
    });
    expect(of(counters(2, 2, 3))).toMatchObject({ states: 2304, transitions: 6144, depth: 26 });
  });

  it('stops in front of the layer that would be too many states, with counts that do not depend on the batch', () => {
    const { graph, initial } = philosophers(7);
    const machine = generateMachine(graph, initial);
    const complete = search(machine, { deadlock: true });
    const results = [1, 5, 100, 2048].map((batchRecords) =>
      counts(explore(machine, { batchRecords }, { maxStates: 1000 })),
    );
    const expected = complete.space.layers.map(({ states }) => states);
    const fitting = expected.findIndex((_, i) => expected.slice(0, i + 1).reduce((a, b) => a + b) > 1000);
    const states = expected.slice(0, fitting).reduce((a, b) => a + b);
    expect(results[0]).toMatchObject({ states, depth: fitting - 1, end: 'states' });
    for (const result of results) expect(result).toEqual(results[0]);
    const exact = search(machine, { deadlock: true, maxStates: 2186 });
    expect(counts(exact)).toMatchObject({ states: 2186, end: 'exhausted' });
    expect(search(machine, { deadlock: true, maxStates: 2185 }).end).toBe('states');
  });

  it('still finds everything that the last layer leads to when it may store no more', () => {
    fc.assert(
      fc.property(tables(60), fc.integer({ min: 1, max: 60 }), (table, maxStates) => {
        const result = run(table, {}, { maxStates });
        const plain = plainSearch(table, result.end === 'states' ? result.depth + 1 : undefined);
        if (result.end !== 'states') return;
        const known = findings({ findings: plain.found }).filter(
          ({ property, depth }) =>
            // Nothing is expanded beyond the last layer: what would be stuck there is not known.
            depth <= result.depth || property !== 'T7',
        );
        expect(findings(result)).toEqual(known);
      }),
    );
  });

  it('stops at a depth', () => {
    const { graph, initial } = philosophers(5);
    const result = search(generateMachine(graph, initial), { deadlock: true, maxDepth: 3 });
    expect(result).toMatchObject({ depth: 3, end: 'depth' });
    expect(result.findings).toEqual([]);
  });

  it('stops at the memory limit instead of exceeding it', () => {
    const { graph, initial } = counters(2, 4, 7);
    const machine = generateMachine(graph, initial);
    for (const store of ['flat', 'tree'] as const) {
      for (const memoryBytes of [megabyte, 4 * megabyte, 9.3 * megabyte]) {
        const result = search(machine, { deadlock: true, memoryBytes, store });
        expect(result.end).toBe('memory');
        expect(result.memoryBytes).toBeLessThanOrEqual(memoryBytes);
        expect(result.memoryBytes).toBeGreaterThan(memoryBytes * 0.8);
        expect(result.frontier).toBe(result.space.layers.at(-1)?.states);
        result.release();
      }
    }
  });

  it('can be interrupted', async () => {
    const { graph, initial } = counters(2, 4, 7);
    const machine = generateMachine(graph, initial);
    const signal = { aborted: false };
    let reports = 0;
    setTimeout(() => {
      signal.aborted = reports > 1;
    }, 60);
    const onProgress = () => {
      // However slow the machine is.
      if (++reports > 20) signal.aborted = true;
    };
    const result = await searchAsync(
      machine,
      { deadlock: true, signal, progressInterval: 10, onProgress },
      10,
    );
    expect(result.end).toBe('interrupted');
    expect(result.states).toBeGreaterThan(1000);
    expect(reports).toBeGreaterThan(1);
  });

  it('stops when everything of interest is violated, at the end of the layer', () => {
    const { graph, initial } = philosophers(5);
    const machine = generateMachine(graph, initial);
    const result = search(machine, { deadlock: true, stopWhenDecided: ['T7'] });
    expect(result.end).toBe('decided');
    expect(result.depth).toBe(6);
    expect(search(machine, { deadlock: true, stopWhenDecided: ['T7', 'P9'] }).end).toBe('exhausted');
  });

  it('finds room for a step with more successors than foreseen', () => {
    const { graph, initial } = counters(2, 3, 2);
    const machine = generateMachine(graph, initial);
    const cramped: Machine = { ...machine, expansionLimit: 1 };
    const roomy = counts(search(machine, { deadlock: true }));
    for (const batchRecords of [1, 2, 3]) expect(counts(explore(cramped, { batchRecords }))).toEqual(roomy);
  });

  it('does not report a state as stuck from which a step fails', () => {
    const base = { unfinished: true, violated: 0, witnessed: 0 };
    const failing = { process: 0, target: -1, resting: false, violated: 0 };
    const table: Table = {
      words: 1,
      processes: 1,
      failures: ['P7'],
      states: [{ ...base, transitions: [failing] }],
    };
    expect(run(table, {}).findings).toEqual([{ property: 'P7', kind: 'failure', depth: 1, failure: 0 }]);
    expect(META_FAILURE).toBe(0x8000_0000);
  });
});
