/** Compares our engine with Rumur itself. Each case takes about a second, most of which gcc runs. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { generateMachine } from '../../compiler/codegen/javascript.js';
import { randomGraph } from '../../compiler/codegen/testing/random-graphs.js';
import { counters, peterson, philosophers, type Toy } from '../../compiler/codegen/testing/toys.js';
import type { Graph } from '../../compiler/ir/graph.js';
import { differences, ownResult } from '../comparison.js';
import type { ExportableModel } from '../referee.js';
import { withTemporaryFolder } from '../tools/files.js';
import { rumur } from './rumur.js';
import { comparable } from './testing/comparable.js';

const MOST_STATES = 3000;

let installed = false;
beforeAll(async () => {
  installed = (await rumur.version()) !== null;
});

const modelOf = (graph: Graph, initial: ExportableModel['initial']): ExportableModel => ({
  graph,
  initial,
  name: 'test',
  title: 'a test',
  deadlock: { property: 'T7' },
});

/** Where the two differ; null if there are too many states. */
async function compare(model: ExportableModel, text = rumur.exporter.text(model)) {
  const own = ownResult(generateMachine(model.graph, model.initial), model, MOST_STATES, 2 ** 26);
  if (own === null) return null;
  const theirs = await withTemporaryFolder((folder) =>
    rumur.count({ model, text }, { folder, timeoutSeconds: 60, memoryBytes: 2 ** 30 }),
  );
  return { own, found: differences(own, theirs) };
}

describe('Rumur', () => {
  it.each<[string, Toy, readonly string[]]>([
    ['peterson', peterson(), []],
    ['peterson without waiting', peterson(false), ['P1']],
    ['philosophers', philosophers(3), ['T7']],
    ['counters', counters(2, 2, 2), []],
  ])('counts %s as we do', async (_, { graph, initial }, violated) => {
    if (!installed) return;
    const result = await compare(modelOf(graph, initial));
    expect(result?.found).toEqual([]);
    expect(result?.own.states).toBeGreaterThan(10);
    const verdicts = result?.own.properties.filter(({ verdict }) => verdict === 'violated');
    expect(verdicts?.map(({ property }) => property)).toEqual(violated);
  });

  it('counts random graphs as we do', async () => {
    if (!installed) return;
    await fc.assert(
      fc.asyncProperty(randomGraph, async ({ graph, tree }) => {
        const result = await compare(modelOf(comparable(graph), tree));
        fc.pre(result !== null);
        expect(result.found).toEqual([]);
      }),
      { numRuns: Number(process.env['RUNS'] ?? 5), endOnFailure: true },
    );
  });

  it.each<[string, (text: string) => string, string]>([
    ['a guard', (text) => text.replace(' & (!flag[0] | turn = 1)', ''), 'transitions'],
    ['a store', (text) => text.replace('  flag[1] := true;\n', ''), 'states'],
    ['the start', (text) => text.replace('inside[i] := false', 'inside[i] := true'), 'P1'],
    [
      'an invariant',
      (text) => text.replace('!(inside[0] & inside[1])', '!inside[1]'),
      'P1: holds here, violated there',
    ],
  ])('is seen to differ if %s is wrong', async (_, spoil, difference) => {
    if (!installed) return;
    const { graph, initial } = peterson();
    const model = modelOf(graph, initial);
    const text = rumur.exporter.text(model);
    expect(spoil(text)).not.toBe(text);
    const result = await compare(model, spoil(text));
    expect(result?.found.join('\n')).toContain(difference);
  });
});
