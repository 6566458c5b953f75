/** A cross-check as lines of a table, and as a document. */
import { type Column, grouped, tableHeader, tableRow } from '../cli/table.js';
import type { CrossCheck, Opinion } from './cross-check.js';
import type { RefereeResult } from './referee.js';

export class Table {
  readonly #columns: readonly Column[];

  constructor(scenarios: readonly string[], referees: readonly string[]) {
    this.#columns = [
      { title: 'scenario', width: Math.max(8, ...scenarios.map(({ length }) => length)) },
      { title: 'states', width: 9, right: true },
      { title: 'transitions', width: 11, right: true },
      { title: 'shortest violations', width: 22 },
      ...referees.map((title) => ({ title, width: 15 })),
    ];
  }

  header(): string {
    return tableHeader(this.#columns);
  }

  /** With what is not agreed on below. */
  row({ scenario, own, others }: CrossCheck): string {
    if (own === null) return tableRow(this.#columns, [scenario, 'too many']);
    const cells = [
      scenario,
      grouped(own.states),
      own.transitions === null ? '' : grouped(own.transitions),
      violations(own),
      ...others.map((other) => `${verdict(other)} ${other.seconds.toFixed(1)} s`),
    ];
    const details = others.flatMap(({ referee, differences, failure }) =>
      [...differences, ...(failure === null ? [] : [failure])].map((each) => `    ${referee}: ${each}`),
    );
    return [tableRow(this.#columns, cells), ...details].join('\n');
  }
}

export function agrees({ others }: CrossCheck): boolean {
  return others.every((each) => verdict(each) === 'equal');
}

/** `P1 30, P5 41`: how many steps the shortest take. */
function violations({ properties }: RefereeResult): string {
  return properties
    .flatMap(({ property, verdict: found, length }) =>
      found === 'violated' ? [`${property} ${length}`] : [],
    )
    .join(', ');
}

function verdict({ differences, failure }: Opinion): 'equal' | 'differs' | 'failed' {
  if (failure !== null) return 'failed';
  return differences.length === 0 ? 'equal' : 'differs';
}

export interface Document {
  readonly version: 1;
  readonly referees: Readonly<Record<string, string | null>>;
  readonly maxStates: number;
  readonly scenarios: readonly (CrossCheck & { readonly agreed: boolean })[];
  readonly agreed: boolean;
}

export function documentOf(
  checks: readonly CrossCheck[],
  referees: Document['referees'],
  maxStates: number,
): Document {
  return {
    version: 1,
    referees,
    maxStates,
    scenarios: checks.map((each) => ({ ...each, agreed: agrees(each) })),
    agreed: checks.every(agrees),
  };
}
