/** The program of this project, as its user starts it. */
import { availableParallelism } from 'node:os';
import { type Run, runProcess } from '../process.js';
import type { Mode } from '../rows.js';
import { complaintOf, MMUCHECK, succeed } from './exported.js';
import type { Contestant } from './tool.js';

const OPTIONS: Readonly<Record<Mode, readonly string[]>> = {
  full: ['--no-reduction', '--workers', '1', '--store', 'flat'],
  'two-workers': ['--no-reduction', '--workers', '2', '--store', 'flat'],
  compressed: ['--no-reduction', '--workers', '1', '--store', 'tree'],
  best: ['--workers', String(availableParallelism())],
};

export const mmucheck: Contestant = {
  tool: 'mmucheck',
  modes: ['full', 'two-workers', 'compressed', 'best'],
  version: async () => {
    const { stdout } = await runProcess(process.execPath, [MMUCHECK, '--version']);
    return `${stdout.trim()}, Node ${process.version}`;
  },
  async prepare(scenario, mode, _states, _folder, { memoryBytes, timeoutSeconds }) {
    const args = [MMUCHECK, 'check', scenario, '--json', '--memory', String(memoryBytes), ...OPTIONS[mode]];
    // Nothing remembered, nothing searched: what is left is the compiler.
    const compileSeconds = await succeed(process.execPath, [MMUCHECK, 'export', scenario, '--no-cache']);
    const check = () => runProcess(process.execPath, args, { timeoutSeconds });
    // Once, so that the compiled model is remembered.
    await check();
    return [
      {
        options: OPTIONS[mode].join(' '),
        compileSeconds,
        async run() {
          const run = await check();
          if (run.code === null) return { unfinished: 'time' };
          const [result] = resultsOf(run);
          if (result === undefined) throw new Error(`mmucheck: ${complaintOf(run)}`);
          if (result.verdict === 'incomplete') return { unfinished: 'memory' };
          return {
            states: result.states,
            transitions: result.transitions,
            searchSeconds: result.searchSeconds,
            wallSeconds: run.wallSeconds,
            peakBytes: run.peakBytes,
            bytesPerState: result.memoryBytes / result.states,
          };
        },
      },
    ];
  },
};

export interface CheckResult {
  readonly scenario: string;
  readonly verdict: string;
  readonly states: number;
  readonly transitions: number;
  readonly searchSeconds: number;
  readonly memoryBytes: number;
}

export function resultsOf(run: Run): readonly CheckResult[] {
  try {
    return (JSON.parse(run.stdout) as { readonly results: readonly CheckResult[] }).results;
  } catch {
    throw new Error(`mmucheck: ${complaintOf(run)}`);
  }
}
