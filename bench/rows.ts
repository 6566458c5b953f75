/** What one tool took for one scenario in one of its modes, and what follows from all of that. */
import { geometricMean, type Samples } from './samples.js';

export type Tool = 'mmucheck' | 'spin' | 'rumur';

/**
 * How the tool was run. `full`: every state, one thread, no reduction. `two-workers`: the same with two threads.
 * `compressed`: the same as `full` with states stored compressed. `best`: to the verdict by the tool's fastest way.
 */
export type Mode = 'full' | 'two-workers' | 'compressed' | 'best';

export interface Row {
  readonly scenario: string;
  readonly tool: Tool;
  readonly mode: Mode;
  /** The options in the tool's own words. */
  readonly options: string;
  readonly states: number;
  readonly transitions: number | null;
  /** Of the search alone, by the tool's own clock. */
  readonly searchSeconds: Samples;
  /** Of the whole process, compiled model at hand. */
  readonly wallSeconds: Samples;
  /** Before that: translating the model, and compiling what came out. */
  readonly compileSeconds: number;
  readonly peakBytes: number | null;
  /** Of the store, where the tool tells. */
  readonly bytesPerState: number | null;
  /** Null, or why there is no result: the limit that was hit. */
  readonly unfinished: string | null;
}

export interface Ratios {
  /** States per second of `full`, ours to the faster of SPIN's two searches. */
  readonly statesPerSecondVsSpin: number | null;
  readonly statesPerSecondVsRumur: number | null;
  /** Seconds of the whole process in mode `best`, SPIN's to ours, compiled models at hand on both sides. */
  readonly timeToVerdictVsSpin: number | null;
  /** The same from the model's source on, compilers included. */
  readonly timeToVerdictVsSpinWithCompilation: number | null;
  /** Search seconds of `full` to those of `two-workers`. */
  readonly twoWorkers: number | null;
  /** Stored states with all reductions to those without any: geometric mean over the catalogue. */
  readonly storedStatesReducedVsFull: number | null;
  /** In mode `compressed`, of the scenario with the most states. */
  readonly bytesPerState: number | null;
  /** Search seconds of `compressed` to those of `full`. */
  readonly compressedVsFull: number | null;
  /** Of a whole process: the first small scenario, compiled before. */
  readonly coldStartSeconds: number | null;
}

export interface OtherFigures {
  readonly storedStatesReducedVsFull: number | null;
  readonly coldStartSeconds: number | null;
}

/** Means over the scenarios that both sides finished. */
export function ratiosOf(rows: readonly Row[], others: OtherFigures): Ratios {
  const speed = ({ states, searchSeconds }: Row) => states / searchSeconds.median;
  const wall = ({ wallSeconds }: Row) => wallSeconds.median;
  const wallAndCompiling = (row: Row) => wall(row) + row.compileSeconds;
  const search = ({ searchSeconds }: Row) => searchSeconds.median;
  const compare = (
    over: readonly [Tool, Mode],
    under: readonly [Tool, Mode],
    valueOf: (row: Row) => number,
    better: (values: readonly number[]) => number,
  ): number | null => {
    const best = (scenario: string, [tool, mode]: readonly [Tool, Mode]): number | null => {
      const candidates = rows.filter(
        (row) =>
          row.scenario === scenario && row.tool === tool && row.mode === mode && row.unfinished === null,
      );
      return candidates.length === 0 ? null : better(candidates.map(valueOf));
    };
    const quotients = [...new Set(rows.map(({ scenario }) => scenario))].flatMap((scenario) => {
      const a = best(scenario, over);
      const b = best(scenario, under);
      return a === null || b === null ? [] : [a / b];
    });
    return quotients.length === 0 ? null : geometricMean(quotients);
  };
  const most = (values: readonly number[]) => Math.max(...values);
  const least = (values: readonly number[]) => Math.min(...values);
  const compressed = rows.filter(({ mode }) => mode === 'compressed');
  const largest = compressed.reduce<Row | null>(
    (found, row) => (found === null || row.states > found.states ? row : found),
    null,
  );
  return {
    statesPerSecondVsSpin: compare(['mmucheck', 'full'], ['spin', 'full'], speed, most),
    statesPerSecondVsRumur: compare(['mmucheck', 'full'], ['rumur', 'full'], speed, most),
    timeToVerdictVsSpin: compare(['spin', 'best'], ['mmucheck', 'best'], wall, least),
    timeToVerdictVsSpinWithCompilation: compare(
      ['spin', 'best'],
      ['mmucheck', 'best'],
      wallAndCompiling,
      least,
    ),
    twoWorkers: compare(['mmucheck', 'full'], ['mmucheck', 'two-workers'], search, least),
    compressedVsFull: compare(['mmucheck', 'compressed'], ['mmucheck', 'full'], search, least),
    bytesPerState: largest?.bytesPerState ?? null,
    ...others,
  };
}
