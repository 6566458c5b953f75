/** Lets each referee count a scenario that our engine has counted, and says what they do not agree on. */
import { compileScenario } from '../compiler/compile.js';
import type { Scenario } from '../workspace/scenarios.js';
import { differences, ownResult } from './comparison.js';
import { exportable } from './exportable.js';
import { ownOpinions, remarks, someStepFails, temporalDifferences } from './own-temporal.js';
import type { ExportableModel, Exporter, Referee, RefereeResult, TemporalOpinion } from './referee.js';

export interface CrossCheck {
  readonly scenario: string;
  /** Null if there are more states than anybody is asked about. */
  readonly own: RefereeResult | null;
  readonly others: readonly Opinion[];
}

export interface Opinion {
  readonly referee: string;
  /** Whether there are more states than this one is asked about. */
  readonly skipped: boolean;
  readonly result: RefereeResult | null;
  readonly differences: readonly string[];
  /** Of temporal properties; empty where there are none, or the referee takes none. */
  readonly temporal: readonly TemporalOpinion[];
  /** What was not compared, or not as the scenario says it. */
  readonly remarks: readonly string[];
  /** What kept the referee from an answer. */
  readonly failure: string | null;
  /** With its export and compilation. */
  readonly seconds: number;
}

export interface Asked {
  readonly referee: Referee;
  /** Of scenarios with more states it is not asked. */
  readonly maxStates: number;
}

export interface CrossCheckOptions {
  readonly referees: readonly Asked[];
  readonly memoryBytes: number;
  readonly timeoutSeconds: number;
  /** Calls its argument with an empty folder. */
  readonly inFolder: <T>(use: (folder: string) => Promise<T>) => Promise<T>;
  /** Milliseconds. */
  readonly now: () => number;
}

/** More than our own search takes for any state, for a bound on what it reserves: two run beside other programs. */
const BYTES_PER_STATE = 1024;
const LEAST_BYTES = 64 * 2 ** 20;

export async function crossCheck(scenario: Scenario, options: CrossCheckOptions): Promise<CrossCheck> {
  const compiled = await compileScenario(scenario, undefined, 'export');
  const model = exportable(scenario, compiled);
  const mostStates = Math.max(0, ...options.referees.map(({ maxStates }) => maxStates));
  const ownBytes = Math.min(options.memoryBytes, LEAST_BYTES + mostStates * BYTES_PER_STATE);
  const own = ownResult(compiled.machine, model, mostStates, ownBytes);
  if (own === null) return { scenario: scenario.name, own, others: [] };
  const texts = new Map<Exporter, string>();
  const others: Opinion[] = [];
  for (const { referee, maxStates } of options.referees) {
    const started = options.now();
    const skipped = own.states > maxStates;
    const opinion = (rest: Partial<Opinion>): number =>
      others.push({
        referee: referee.name,
        skipped,
        result: null,
        differences: [],
        temporal: [],
        remarks: [],
        failure: null,
        ...rest,
        seconds: (options.now() - started) / 1000,
      });
    if (skipped) {
      opinion({});
      continue;
    }
    try {
      const text = texts.get(referee.exporter) ?? referee.exporter.text(model);
      texts.set(referee.exporter, text);
      const result = await options.inFolder((folder) =>
        referee.count({ model, text }, { ...options, folder }),
      );
      const complete = result.limit === null;
      const failure = complete ? null : `the limit of ${result.limit} was hit`;
      const counted = complete ? differences(own, result) : [];
      if (!complete) opinion({ result, failure });
      else {
        const temporal = await compareTemporal(scenario, { model, text }, own, referee, {
          ...options,
          ownBytes,
        });
        opinion({ result, ...temporal, differences: [...counted, ...temporal.differences] });
      }
    } catch (error) {
      opinion({ failure: error instanceof Error ? error.message : String(error) });
    }
  }
  return { scenario: scenario.name, own, others };
}

async function compareTemporal(
  scenario: Scenario,
  exported: { readonly model: ExportableModel; readonly text: string },
  own: RefereeResult,
  referee: Referee,
  options: CrossCheckOptions & { readonly ownBytes: number },
): Promise<Pick<Opinion, 'differences' | 'temporal' | 'remarks'>> {
  const { temporal } = exported.model;
  const { judge } = referee;
  if (temporal === undefined || judge === undefined) return { differences: [], temporal: [], remarks: [] };
  if (someStepFails(exported.model, own)) {
    const remark = 'temporal properties are not compared where a step fails';
    return { differences: [], temporal: [], remarks: [remark] };
  }
  const ours = await ownOpinions(scenario, temporal, options.ownBytes);
  const theirs = await options.inFolder((folder) =>
    judge(exported, { ...options, folder, states: own.states }),
  );
  const { differences: found, undecided } = temporalDifferences(ours, theirs);
  return {
    differences: found,
    temporal: theirs,
    remarks: [
      ...remarks(temporal),
      ...undecided.map((property) => `${property} is not compared: no answer within the limits`),
    ],
  };
}
