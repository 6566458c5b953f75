/** Runs every tool in every mode on every scenario, in turn, so that what slows the machine down meets them all. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Mode, Row, Tool } from './rows.js';
import { samplesOf } from './samples.js';
import type { Answer, Contestant, Limits, Prepared } from './tools/tool.js';

export interface Plan {
  readonly scenarios: readonly string[];
  readonly contestants: readonly Contestant[];
  readonly runs: number;
  readonly limits: Limits;
  onProgress(line: string): void;
}

interface Entry {
  readonly tool: Tool;
  readonly mode: Mode;
  readonly prepared: Prepared;
  readonly answers: Answer[];
  unfinished: string | null;
}

export async function measure(plan: Plan): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const scenario of plan.scenarios) {
    const folder = mkdtempSync(join(tmpdir(), 'mmucheck-bench-'));
    try {
      rows.push(...(await measureScenario(scenario, folder, plan)));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return rows;
}

async function measureScenario(scenario: string, folder: string, plan: Plan): Promise<readonly Row[]> {
  const entries: Entry[] = [];
  let states = 0;
  for (const { tool, modes, prepare } of plan.contestants) {
    for (const mode of modes) {
      const own = join(folder, `${tool}-${mode}`);
      mkdirSync(own);
      plan.onProgress(`${scenario}: ${tool} ${mode}: making it ready`);
      for (const prepared of await prepare(scenario, mode, states, own, plan.limits)) {
        entries.push({ tool, mode, prepared, answers: [], unfinished: null });
        // Ours comes first and tells the others how large it is.
        if (states === 0) states = await sizeOf(prepared);
      }
    }
  }
  for (let run = 1; run <= plan.runs; run++) {
    for (const entry of entries) {
      if (entry.unfinished !== null) continue;
      plan.onProgress(`${scenario}: ${entry.tool} ${entry.mode}: run ${run} of ${plan.runs}`);
      const answer = await entry.prepared.run();
      if ('unfinished' in answer) entry.unfinished = answer.unfinished;
      else entry.answers.push(answer);
    }
  }
  return entries.map((entry) => rowOf(scenario, entry));
}

async function sizeOf(prepared: Prepared): Promise<number> {
  const answer = await prepared.run();
  return 'unfinished' in answer ? 2 ** 24 : answer.states;
}

function rowOf(scenario: string, { tool, mode, prepared, answers, unfinished }: Entry): Row {
  const [first] = answers;
  const peaks = answers.flatMap(({ peakBytes }) => peakBytes ?? []);
  return {
    scenario,
    tool,
    mode,
    options: prepared.options,
    states: first?.states ?? 0,
    transitions: first?.transitions ?? null,
    searchSeconds: samplesOf(answers.map(({ searchSeconds }) => searchSeconds)),
    wallSeconds: samplesOf(answers.map(({ wallSeconds }) => wallSeconds)),
    compileSeconds: prepared.compileSeconds,
    peakBytes: peaks.length === 0 ? null : Math.max(...peaks),
    bytesPerState: first?.bytesPerState ?? null,
    unfinished,
  };
}
