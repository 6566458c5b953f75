/** Lets each referee count a scenario that our engine has counted, and says what they do not agree on. */
import { compileScenario } from '../compiler/compile.js';
import type { Scenario } from '../workspace/scenarios.js';
import { differences, ownResult } from './comparison.js';
import { exportable } from './exportable.js';
import type { ExportableModel, Exporter, Referee, RefereeResult } from './referee.js';

export interface CrossCheck {
  readonly scenario: string;
  /** Null if there are more states than asked for: then nobody else was asked. */
  readonly own: RefereeResult | null;
  readonly others: readonly Opinion[];
}

export interface Opinion {
  readonly referee: string;
  readonly result: RefereeResult | null;
  readonly differences: readonly string[];
  /** What kept the referee from an answer. */
  readonly failure: string | null;
  /** With its export and compilation. */
  readonly seconds: number;
}

export interface CrossCheckOptions {
  readonly referees: readonly Referee[];
  readonly maxStates: number;
  readonly memoryBytes: number;
  readonly timeoutSeconds: number;
  /** Calls its argument with an empty folder. */
  readonly inFolder: <T>(use: (folder: string) => Promise<T>) => Promise<T>;
  /** Milliseconds. */
  readonly now: () => number;
  /** Something wrong with a model before it is exported: to show that this is found. */
  readonly spoil?: (model: ExportableModel) => ExportableModel;
}

export async function crossCheck(scenario: Scenario, options: CrossCheckOptions): Promise<CrossCheck> {
  const compiled = await compileScenario(scenario);
  const model = exportable(scenario, compiled);
  const own = ownResult(compiled.machine, model, options.maxStates, options.memoryBytes);
  if (own === null) return { scenario: scenario.name, own, others: [] };
  const exported = options.spoil?.(model) ?? model;
  const texts = new Map<Exporter, string>();
  const others: Opinion[] = [];
  for (const referee of options.referees) {
    const started = options.now();
    const opinion = (rest: Pick<Opinion, 'result' | 'differences' | 'failure'>): number =>
      others.push({ referee: referee.name, ...rest, seconds: (options.now() - started) / 1000 });
    try {
      const text = texts.get(referee.exporter) ?? referee.exporter.text(exported);
      texts.set(referee.exporter, text);
      const result = await options.inFolder((folder) =>
        referee.count({ model: exported, text }, { ...options, folder }),
      );
      const complete = result.limit === null;
      const failure = complete ? null : `the limit of ${result.limit} was hit`;
      opinion({ result, differences: complete ? differences(own, result) : [], failure });
    } catch (error) {
      opinion({
        result: null,
        differences: [],
        failure: error instanceof Error ? error.message : String(error),
      });
    }
  }
  return { scenario: scenario.name, own, others };
}
