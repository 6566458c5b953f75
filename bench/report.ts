/** The measurements as a person reads them. */
import type { Ratios, Row } from './rows.js';

export interface Report {
  readonly version: 1;
  readonly machine: Readonly<Record<string, string | number>>;
  readonly rows: readonly Row[];
  readonly ratios: Ratios;
}

/** What each ratio is, and the goal that the project set itself. */
const GOALS: readonly { readonly ratio: keyof Ratios; readonly text: string; readonly goal: string }[] = [
  {
    ratio: 'statesPerSecondVsSpin',
    text: "states/s, one thread, nothing reduced: times SPIN's",
    goal: '>= 5',
  },
  { ratio: 'statesPerSecondVsRumur', text: "the same, times Rumur's", goal: '>= 15' },
  {
    ratio: 'timeToVerdictVsSpin',
    text: 'to the verdict, each at its best: times faster than SPIN',
    goal: '>= 5',
  },
  { ratio: 'timeToVerdictVsSpinWithCompilation', text: 'the same, compilers included', goal: '' },
  { ratio: 'twoWorkers', text: 'two workers: times faster than one', goal: '>= 1.7' },
  {
    ratio: 'storedStatesReducedVsFull',
    text: 'stored states, reduced to full, over the catalogue',
    goal: '<= 0.1',
  },
  { ratio: 'bytesPerState', text: 'bytes per state, compressed', goal: '<= 16' },
  { ratio: 'compressedVsFull', text: 'compressed: times slower than uncompressed', goal: '' },
  { ratio: 'coldStartSeconds', text: 'seconds to the first small verdict', goal: '< 1' },
];

export function printReport({ machine, rows, ratios }: Report): string {
  const header = [
    'scenario',
    'tool',
    'mode',
    'states',
    'search s',
    'wall s',
    'M states/s',
    'B/state',
    'options',
  ];
  const body = rows.map((row) => [
    row.scenario,
    row.tool,
    row.mode,
    row.unfinished === null ? row.states.toLocaleString('en') : `unfinished: ${row.unfinished}`,
    row.searchSeconds.median.toFixed(2),
    `${row.wallSeconds.median.toFixed(2)} (${row.wallSeconds.min.toFixed(2)}-${row.wallSeconds.max.toFixed(2)})`,
    (row.states / row.searchSeconds.median / 1e6).toFixed(2),
    row.bytesPerState?.toFixed(1) ?? '',
    row.options,
  ]);
  const lines = [
    Object.entries(machine)
      .map(([name, value]) => `${name}: ${value}`)
      .join('; '),
    '',
    ...aligned([header, ...body]),
    '',
    ...aligned(
      GOALS.map(({ ratio, text, goal }) => [text, ratios[ratio]?.toPrecision(3) ?? 'not measured', goal]),
    ),
  ];
  return `${lines.join('\n')}\n`;
}

function aligned(table: readonly (readonly string[])[]): string[] {
  const widths = (table[0] ?? []).map((_, column) =>
    Math.max(...table.map((row) => row[column]?.length ?? 0)),
  );
  return table.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
