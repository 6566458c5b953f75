/**
 * `npm run bench -- --temporal`: what temporal verdicts take, beside the safety search of the same scenario and beside SPIN's on the
 * same model. With weak fairness of the processes alone, which is what SPIN has.
 */
import { checkTemporal } from '../checker/check/temporal.js';
import { openProject } from '../checker/cli/project.js';
import { selectScenarios } from '../checker/check/select.js';
import { scenarioFileOf } from '../checker/cli/project.js';
import { compileScenario } from '../checker/compiler/compile.js';
import { searchAsync } from '../checker/engine/index.js';
import { DEFAULT_REDUCTIONS, reduce } from '../checker/reduction/index.js';
import { exportable } from '../checker/referees/exportable.js';
import { verifyClaims } from '../checker/referees/promela/claims.js';
import { declare } from '../checker/referees/promela/declarations.js';
import { promela } from '../checker/referees/promela/exporter.js';
import { spin } from '../checker/referees/promela/spin.js';
import { definitionsFor, wantsFairness } from '../checker/referees/promela/temporal.js';
import { weaklyFair } from '../checker/referees/temporal.js';
import { withTemporaryFolder } from '../checker/referees/tools/files.js';
import type { Scenario } from '../checker/workspace/scenarios.js';
import { samplesOf } from './samples.js';

/** The largest with temporal properties, one that holds in each. */
export const TEMPORAL_SCENARIOS = ['progress/nx-flag-after-link', 'progress/nx-split'];

export interface TemporalRow {
  readonly scenario: string;
  readonly property: string;
  readonly states: number;
  readonly holds: boolean | null;
  /** Medians. Of the search for safety violations, reduced as usual, with the loading of what was compiled before. */
  readonly safetySeconds: number;
  /** Of the temporal verdict: the same loading, its own search, the structure, the decision; a trace, if violated. */
  readonly temporalSeconds: number;
  /** Of SPIN's verifier, compiled beforehand with `-O3`; null if it is not installed. */
  readonly spinSeconds: number | null;
  readonly spinHolds: boolean | null;
}

export interface TemporalPlan {
  readonly scenarios: readonly string[];
  readonly runs: number;
  readonly memoryBytes: number;
  readonly timeoutSeconds: number;
  onProgress(line: string): void;
}

export async function measureTemporal(plan: TemporalPlan): Promise<readonly TemporalRow[]> {
  const cwd = process.cwd();
  const project = openProject({ cwd, packageRoot: cwd, remember: true });
  const rows: TemporalRow[] = [];
  for (const entry of selectScenarios(project, plan.scenarios, [], scenarioFileOf(cwd)).entries) {
    if ('error' in entry) throw entry.error;
    rows.push(...(await rowsOf(weaklyFair(entry), plan)));
  }
  return rows;
}

async function rowsOf(scenario: Scenario, plan: TemporalPlan): Promise<TemporalRow[]> {
  const question = { deadlock: scenario.spec.properties.some(({ deadlock }) => deadlock) };
  let states = 0;
  const safety: number[] = [];
  const temporal = new Map<string, { readonly seconds: number[]; holds: boolean | null }>();
  // Once more than asked: the first one is for warming up.
  for (let run = 0; run <= plan.runs; run++) {
    plan.onProgress(`${scenario.name}: run ${run} of ${plan.runs}`);
    // With a new machine each time, from remembered code: so the temporal check has it.
    const begun = performance.now();
    const { machine } = reduce(await compileScenario(scenario), question, DEFAULT_REDUCTIONS);
    const result = await searchAsync(machine, { ...question, memoryBytes: plan.memoryBytes });
    states = result.states;
    if (run > 0) safety.push((performance.now() - begun) / 1000);
    result.release();
    for (const property of scenario.spec.properties) {
      if (property.temporal === undefined) continue;
      const started = performance.now();
      const { results } = await checkTemporal(scenario, [property], {
        search: { memoryBytes: plan.memoryBytes },
        reductions: DEFAULT_REDUCTIONS,
        patches: [],
        unfair: [],
        signal: new AbortController().signal,
      });
      const measured = temporal.get(property.id) ?? { seconds: [], holds: null };
      measured.holds = results[0]?.holds ?? null;
      if (run > 0) measured.seconds.push((performance.now() - started) / 1000);
      temporal.set(property.id, measured);
    }
  }
  const theirs = await spinVerdicts(scenario, states, plan);
  return [...temporal].map(([property, { seconds, holds }]) => ({
    scenario: scenario.name,
    property,
    states,
    holds,
    safetySeconds: samplesOf(safety).median,
    temporalSeconds: samplesOf(seconds).median,
    spinSeconds: theirs.get(property)?.seconds ?? null,
    spinHolds: theirs.get(property)?.holds ?? null,
  }));
}

async function spinVerdicts(
  scenario: Scenario,
  states: number,
  { runs, memoryBytes, timeoutSeconds, onProgress }: TemporalPlan,
): Promise<ReadonlyMap<string, { readonly seconds: number; readonly holds: boolean | null }>> {
  const found = new Map<string, { readonly seconds: number; readonly holds: boolean | null }>();
  if ((await spin.version()) === null) return found;
  const model = exportable(scenario, await compileScenario(scenario, undefined, 'export'));
  const { formulas, processes } = declare(model);
  for (const claim of model.temporal?.claims ?? []) {
    if (claim.refusal !== null) continue;
    onProgress(`${scenario.name}: SPIN on ${claim.property}`);
    const asked = { name: formulas.get(claim.property) ?? '', fair: wantsFairness(claim) };
    const results = await withTemporaryFolder((folder) =>
      verifyClaims(
        promela.text(model),
        Array.from({ length: runs }, () => asked),
        {
          folder,
          timeoutSeconds,
          memoryBytes,
          processes: processes.length + 1,
          definitions: ['-DTEMPORAL', '-DCOUNT', ...definitionsFor(claim, processes)],
          optimised: true,
          pairs: states * 2,
        },
      ),
    );
    const { median } = samplesOf(results.map(({ seconds }) => seconds));
    found.set(claim.property, { seconds: median, holds: results[0]?.holds ?? null });
  }
  return found;
}

/** As a table, the goals in its head. */
export function temporalTable(rows: readonly TemporalRow[]): string {
  const verdict = (holds: boolean | null): string =>
    holds === null ? 'undecided' : holds ? 'holds' : 'violated';
  const lines = rows.map((row) =>
    [
      row.scenario,
      row.property,
      row.states.toLocaleString('en'),
      verdict(row.holds),
      row.safetySeconds.toFixed(2),
      row.temporalSeconds.toFixed(2),
      (row.temporalSeconds / row.safetySeconds).toFixed(2),
      row.spinSeconds === null ? '' : `${row.spinSeconds.toFixed(2)} (${verdict(row.spinHolds)})`,
      row.spinSeconds === null ? '' : (row.spinSeconds / row.temporalSeconds).toFixed(2),
    ].join(' | '),
  );
  const head =
    'scenario | property | states | verdict | safety s | temporal s | times (<= 4) | SPIN s | times faster (>= 3)';
  return `${[head, ...lines].map((line) => `| ${line} |`).join('\n')}\n`;
}
