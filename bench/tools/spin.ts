/** SPIN: its depth-first and its breadth-first search, with and without its partial-order reduction. */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runProcess } from '../process.js';
import type { Mode } from '../rows.js';
import { complaintOf, exportModel, numberIn, succeed, versionOf } from './exported.js';
import type { Contestant, Limits, Prepared } from './tool.js';

/** For safety properties: no cycles, no fairness, no bound checks. `-o2`: writes of what nobody reads are kept. */
const TRANSLATE = ['-o2', '-a'];
const COMPILE = ['-O3', '-march=native', '-w', '-DSAFETY', '-DNOFAIR', '-DNOBOUNDCHECK'];
const SEARCHES = [[], ['-DBFS']] as const;
/** Steps of the longest path without a repeated state; the stack of a depth-first search is made for as many. */
const DEEPEST = 20_000_000;

export const spin: Contestant = {
  tool: 'spin',
  modes: ['full', 'best'],
  version: () => versionOf('spin', ['-V']),
  async prepare(scenario, mode, states, folder, limits) {
    const source = await exportModel(scenario, 'promela', folder);
    const prepared: Prepared[] = [];
    for (const [index, search] of SEARCHES.entries()) {
      const own = join(folder, String(index));
      mkdirSync(own);
      copyFileSync(source, join(own, 'model.pml'));
      prepared.push(await verifier(own, mode, search, states, limits));
    }
    return prepared;
  },
};

async function verifier(
  folder: string,
  mode: Mode,
  search: readonly string[],
  states: number,
  { memoryBytes, timeoutSeconds }: Limits,
): Promise<Prepared> {
  const defines = [
    ...search,
    ...(mode === 'full' ? ['-DNOREDUCE'] : []),
    `-DMEMLIM=${Math.floor(memoryBytes / 2 ** 20)}`,
  ];
  const translating = await succeed('spin', [...TRANSLATE, 'model.pml'], folder);
  allowHidden(join(folder, 'pan.h'));
  const compiling = await succeed('gcc', [...COMPILE, ...defines, '-o', 'pan', 'pan.c'], folder);
  // As many slots as states, or up to twice as many; its stack as deep as it may become.
  const slots = Math.ceil(Math.log2(Math.max(states, 2 ** 18)));
  const options = [`-w${slots}`, `-m${Math.min(2 * states + 10_000, DEEPEST)}`, '-n'];
  return {
    options: [...defines, ...options].join(' '),
    compileSeconds: translating + compiling,
    async run() {
      const run = await runProcess(join(folder, 'pan'), options, { cwd: folder, timeoutSeconds });
      const { stdout, wallSeconds, peakBytes } = run;
      if (run.code === null) return { unfinished: 'time' };
      const stored = numberIn(stdout, /([\d.e+]+) states, stored/);
      if (stored === null) throw new Error(`pan: ${complaintOf(run)}`);
      if (/out of memory|reached -DMEMLIM|max search depth too small/.test(stdout))
        return { unfinished: 'memory' };
      const inMegabytes = numberIn(stdout, /([\d.]+)\s+actual memory usage for states/);
      return {
        states: stored,
        transitions: numberIn(stdout, /([\d.e+]+) transitions/),
        searchSeconds: numberIn(stdout, /elapsed time ([\d.e+-]+) seconds/) || wallSeconds,
        wallSeconds,
        peakBytes,
        bytesPerState: inMegabytes === null ? null : (inMegabytes * 2 ** 20 + 8 * 2 ** slots) / stored,
      };
    },
  };
}

/**
 * SPIN refuses a breadth-first search of models with hidden variables, because it does not restore them. The exported
 * models set theirs before they read them, within one atomic step.
 */
function allowHidden(header: string): void {
  const refusal = /^\s*#error cannot use BFS on models with variables declared hidden$/m;
  writeFileSync(header, readFileSync(header, 'utf8').replace(refusal, ''));
}
