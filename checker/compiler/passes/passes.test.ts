/** Every pass preserves what a graph can do, on random programs; and the test would notice one that did not. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Block, Graph, ProcessGraph } from '../ir/graph.js';
import { buildGraph, inlinedGraph } from './build-graph.js';
import { mapFlows } from './compact.js';
import { liveness } from './live.js';
import { flowOfProcess } from '../ir/traverse.js';
import { allPasses, identity, type Pass, type Passes, passOrder } from './passes.js';
import { difference, explore, type Exploration, running } from './testing/exploring.js';
import { program } from './testing/programs.js';
import { randomProgram, randomRoot, type RandomProgram } from './testing/random.js';

const request = running('first', 'second');
const off: Passes = { fold: identity, merge: identity, slots: identity, liveness: identity };

/** What a program can do before any pass, or null if that is too much to look at. */
function reference({ specs }: RandomProgram): Exploration | null {
  try {
    return explore(inlinedGraph(program(randomRoot, specs), request), 1500);
  } catch (error) {
    if (error instanceof RangeError && error.message.includes('too many')) return null;
    throw error;
  }
}

function preserves(passes: Partial<Passes>): fc.IProperty<[RandomProgram]> {
  return fc.property(randomProgram, (random) => {
    const expected = reference(random);
    fc.pre(expected !== null);
    const graph = buildGraph(program(randomRoot, random.specs), request, { ...off, ...passes });
    expect(difference(expected, explore(graph)), random.text).toEqual([]);
  });
}

describe('each pass alone preserves behaviour', () => {
  for (const pass of passOrder)
    test(pass, () => {
      fc.assert(preserves({ [pass]: allPasses[pass] }), { numRuns: 60 });
    });
});

test('all passes together preserve behaviour and never add states', () => {
  fc.assert(
    fc.property(randomProgram, (random) => {
      const expected = reference(random);
      fc.pre(expected !== null);
      const found = explore(buildGraph(program(randomRoot, random.specs), request));
      expect(difference(expected, found), random.text).toEqual([]);
      expect(found.stuck).toEqual(expect.arrayContaining([...expected.stuck]));
      expect(found.size).toBeLessThanOrEqual(expected.size);
    }),
    { numRuns: 100 },
  );
});

describe('a pass that is wrong is found', () => {
  const mapBlocks = (graph: Graph, change: (block: Block, process: ProcessGraph) => Block): Graph => ({
    ...graph,
    processes: graph.processes.map((process) => ({
      ...process,
      blocks: process.blocks.map((block) => change(block, process)),
    })),
  });
  const wrong: Readonly<Record<string, Partial<Passes>>> = {
    'fold drops a branch': {
      fold: (graph) =>
        mapBlocks(graph, ({ instrs, end }) =>
          end.to === 'branch' ? { instrs, end: { to: 'block', block: end.then } } : { instrs, end },
        ),
    },
    'fold answers a choice': {
      fold: (graph) =>
        mapFlows(graph, (flow) => ({
          ...flow,
          blocks: flow.blocks.map(({ instrs, end }) =>
            end.to === 'choose'
              ? {
                  instrs: [...instrs, { do: 'set', local: end.local, value: { op: 'const', value: 0 } }],
                  end: { to: 'block', block: end.block },
                }
              : { instrs, end },
          ),
        })),
    },
    'fold drops a check': {
      fold: (graph) =>
        mapBlocks(graph, ({ instrs, end }) => ({
          instrs: instrs.filter((each) => each.do !== 'check'),
          end,
        })),
    },
    'merge passes a boundary behind a store': {
      merge: (graph) =>
        mapBlocks(graph, (block, { boundaries }) => {
          const point = block.end.to === 'boundary' ? boundaries[block.end.boundary] : undefined;
          const stores = block.instrs.some((each) => each.do === 'store');
          return point === undefined || !stores
            ? block
            : { ...block, end: { to: 'passed', block: point.block } };
        }),
    },
    'liveness resets a live local': {
      liveness: (graph) =>
        mapBlocks(graph, (block, process) => {
          if (block.end.to !== 'boundary') return block;
          const live = liveness(flowOfProcess(process)).atBoundary[block.end.boundary];
          const local = process.locals.findIndex((_, i) => ((live?.[i >>> 5] ?? 0) >>> (i & 31)) & 1);
          if (local < 0) return block;
          return {
            ...block,
            instrs: [...block.instrs, { do: 'set', local, value: { op: 'const', value: 0 } }],
          };
        }),
    },
    'slots share live locals': {
      slots: (graph) => {
        const first = (local: number): number => (local === 1 ? 0 : local);
        return JSON.parse(
          JSON.stringify(graph, (key, value) => (key === 'local' ? first(Number(value)) : value)),
        );
      },
    },
  };
  for (const [name, passes] of Object.entries(wrong))
    test(name, () => {
      const details = fc.check(preserves(passes), { numRuns: 1000, seed: 1, endOnFailure: true });
      expect(details.failed).toBe(true);
    });
});

test('a pass is a function of the graph alone', () => {
  fc.assert(
    fc.property(randomProgram, ({ specs }) => {
      const graph = inlinedGraph(program(randomRoot, specs), request);
      const apply = (passes: readonly Pass[]): Graph => passes.reduce((each, pass) => pass(each), graph);
      const before = JSON.stringify(graph);
      const passes = passOrder.map((name) => allPasses[name]);
      expect(JSON.stringify(apply(passes))).toBe(JSON.stringify(apply(passes)));
      expect(JSON.stringify(graph)).toBe(before);
    }),
    { numRuns: 20 },
  );
});
