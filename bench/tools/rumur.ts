/** Rumur: one thread, symmetry off, for counting; as many threads as there are for the verdict. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { runProcess } from '../process.js';
import { complaintOf, exportModel, numberIn, succeed, versionOf } from './exported.js';
import type { Contestant } from './tool.js';

const COMPILE = ['-std=c11', '-O3', '-march=native', '-mcx16', '-w'];

export const rumur: Contestant = {
  tool: 'rumur',
  modes: ['full', 'best'],
  version: () => versionOf('rumur', ['--version']),
  async prepare(scenario, mode, _states, folder, { timeoutSeconds }) {
    const source = await exportModel(scenario, 'murphi', folder);
    const threads = mode === 'full' ? 1 : availableParallelism();
    const options = [
      '--threads',
      String(threads),
      '--symmetry-reduction',
      mode === 'full' ? 'off' : 'heuristic',
    ];
    const translating = await succeed(
      'rumur',
      [...options, '--deadlock-detection', 'off', '--output', 'model.c', source],
      folder,
    );
    const compiling = await succeed('gcc', [...COMPILE, '-o', 'model', 'model.c', '-lpthread'], folder);
    return [
      {
        options: options.join(' '),
        compileSeconds: translating + compiling,
        async run() {
          const run = await runProcess(join(folder, 'model'), [], { cwd: folder, timeoutSeconds });
          const { stdout, wallSeconds, peakBytes } = run;
          if (run.code === null) return { unfinished: 'time' };
          const summary = /State Space Explored:[\s\S]*/.exec(stdout)?.[0] ?? '';
          const states = numberIn(summary, /([\d,]+) states/);
          if (states === null) throw new Error(`rumur: ${complaintOf(run)}`);
          return {
            states,
            transitions: numberIn(summary, /([\d,]+) rules fired/),
            searchSeconds: numberIn(summary, /in ([\d.]+)s/) || wallSeconds,
            wallSeconds,
            peakBytes,
            bytesPerState: peakBytes === null ? null : peakBytes / states,
          };
        },
      },
    ];
  },
};
