/** Compares our engine with TLC itself, where the environment says where it is. Each run takes about two seconds. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { generateMachine } from '../../compiler/codegen/javascript.js';
import { randomGraph } from '../../compiler/codegen/testing/random-graphs.js';
import { counters, peterson, philosophers, type Toy } from '../../compiler/codegen/testing/toys.js';
import type { Graph } from '../../compiler/ir/graph.js';
import { differences, ownResult } from '../comparison.js';
import { comparable } from '../murphi/testing/comparable.js';
import type { ExportableModel } from '../referee.js';
import { TLC_CLASS_PATH } from '../tools/environment.js';
import { withTemporaryFolder } from '../tools/files.js';
import { tlc } from './tlc.js';
import { readTlcOutput } from './tlc-output.js';

const referee = tlc(TLC_CLASS_PATH);
let installed = false;
beforeAll(async () => {
  installed = (await referee.version()) !== null;
});

const modelOf = (graph: Graph, initial: ExportableModel['initial']): ExportableModel => ({
  graph,
  initial,
  name: 'test',
  title: 'a test',
  deadlock: { property: 'T7' },
});

async function compare(model: ExportableModel, text = referee.exporter.text(model)) {
  const own = ownResult(generateMachine(model.graph, model.initial), model, 1000, 2 ** 26);
  if (own === null) return null;
  const theirs = await withTemporaryFolder((folder) =>
    referee.count({ model, text }, { folder, timeoutSeconds: 60, memoryBytes: 2 ** 30 }),
  );
  return { own, found: differences(own, theirs) };
}

describe('TLC', () => {
  it.each<[string, Toy]>([
    ['peterson', peterson()],
    ['peterson without waiting', peterson(false)],
    ['philosophers', philosophers(3)],
    ['counters', counters(2, 2, 2)],
  ])(
    'counts %s as we do',
    async (_, { graph, initial }) => {
      if (!installed) return;
      const result = await compare(modelOf(graph, initial));
      expect(result?.found).toEqual([]);
      expect(result?.own.states).toBeGreaterThan(10);
    },
    60_000,
  );

  it('counts random graphs as we do', async () => {
    if (!installed) return;
    await fc.assert(
      fc.asyncProperty(randomGraph, async ({ graph, tree }) => {
        // Its numbers have 32 bits, and so has what is computed on the way.
        const result = await compare(modelOf(comparable(graph), tree)).catch((error: unknown) => {
          if (/number this big|Overflow/.test(String(error))) return null;
          throw error;
        });
        fc.pre(result !== null);
        expect(result.found).toEqual([]);
      }),
      { numRuns: Number(process.env['RUNS'] ?? 3), endOnFailure: true },
    );
  }, 600_000);

  it('is seen to differ if a store is wrong', async () => {
    if (!installed) return;
    const { graph, initial } = peterson();
    const model = modelOf(graph, initial);
    const text = referee.exporter.text(model);
    const wrong = text.replace("turn' = 1", "turn' = 0");
    expect(wrong).not.toBe(text);
    expect((await compare(model, wrong))?.found.length).toBeGreaterThan(0);
  }, 60_000);
});

describe('what TLC says', () => {
  it('is read where it finds nothing', () => {
    const { counts, isComplete, error } = readTlcOutput(
      'Model checking completed. No error has been found.\n13 states generated, 6 distinct states found, 0 states left on queue.\n',
    );
    expect([counts, isComplete, error]).toEqual([{ generated: 13, distinct: 6 }, true, null]);
  });

  it('is read where something is violated', () => {
    const states = 'State 1: <Initial predicate>\n/\\ x = 0\n\nState 2: <Step>\n/\\ x = 1\n\n';
    const behaviour = `Error: The behavior up to this point is:\n${states}`;
    expect(readTlcOutput(`Error: Invariant P1_holds is violated.\n${behaviour}`).error).toMatchObject({
      kind: 'invariant',
      states: 2,
    });
    expect(readTlcOutput('Error: Invariant P1_holds is violated by the initial state:\n').error?.states).toBe(
      1,
    );
    expect(readTlcOutput(`Error: Action property P5_always is violated.\n${behaviour}`).error?.kind).toBe(
      'step',
    );
    const failed = `Error: The first argument of Assert evaluated to FALSE; the second argument was:\n"P5: bad"\n`;
    expect(readTlcOutput(`${failed}${behaviour}`).error).toEqual({
      kind: 'assertion',
      message: 'P5: bad',
      states: 2,
    });
  });

  it('is counted where steps fail', () => {
    const { failures } = readTlcOutput('<<"a step fails", "P5">>\n<<"a step fails", "P5">>\n');
    expect([...failures]).toEqual([['P5', 2]]);
  });
});
