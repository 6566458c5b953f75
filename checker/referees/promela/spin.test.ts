/** Our engine beside SPIN itself. A case takes about a second of gcc's time. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { counters, peterson, philosophers } from '../../compiler/codegen/testing/toys.js';
import { compareWith, type Compared, modelOf, randomModel } from '../testing/compare.js';
import { withTemporaryFolder, writeText } from '../tools/files.js';
import { runToEnd } from '../tools/run.js';
import { spin } from './spin.js';

const installed = (await spin.version()) !== null;

describe.skipIf(!installed)('SPIN', () => {
  it.each([
    ['peterson', peterson()],
    ['philosophers', philosophers(3)],
    ['counters', counters(2, 3, 2)],
  ])('counts %s as we do', async (_, { graph, initial }) => {
    const result = await compareWith(spin, modelOf(graph, initial));
    expect(result?.differences).toEqual([]);
    expect(result?.own.states).toBeGreaterThan(10);
  });

  it('counts random graphs as we do', async () => {
    const compared: Compared[] = [];
    await fc.assert(
      fc.asyncProperty(randomModel, async (model) => {
        const result = await compareWith(spin, model);
        fc.pre(result !== null);
        expect(result.differences).toEqual([]);
        compared.push(result);
      }),
      { numRuns: 4, endOnFailure: true },
    );
    expect(compared).toHaveLength(4);
  });

  it('counts the same depth first, by the command that the file gives', async () => {
    const { graph, initial } = philosophers(3);
    const model = modelOf(graph, initial);
    const own = await compareWith(spin, model);
    const text = spin.exporter.text(model);
    const [, command = ''] = /^ \* {3}(spin .*)$/m.exec(text) ?? [];
    const output = await withTemporaryFolder(async (folder) => {
      await writeText(folder, 'model.pml', text);
      return (await runToEnd('sh', ['-c', command], { cwd: folder })).stdout;
    });
    expect(output).toContain(` ${(own?.own.states ?? 0) + 1} states, stored`);
    expect(output).toContain(` ${(own?.own.transitions ?? 0) + 2} transitions`);
  });

  it('is contradicted if a guard is dropped', async () => {
    const { graph, initial } = philosophers(2);
    const model = modelOf(graph, initial);
    const text = spin.exporter.text(model).replace(/ && fork\[0\] == false/, '');
    expect(text).not.toBe(spin.exporter.text(model));
    const result = await compareWith(spin, model, text);
    expect(result?.differences).not.toEqual([]);
  });
});
