/** A cross-check as lines of a table, and as a document. */
import { type Column, grouped, tableHeader, tableRow } from '../cli/table.js';
import type { Asked, CrossCheck, Opinion } from './cross-check.js';
import type { RefereeResult, TemporalOpinion } from './referee.js';

export class Table {
  readonly #columns: readonly Column[];

  constructor(
    scenarios: readonly { readonly name: string }[],
    readonly referees: readonly Asked[],
  ) {
    this.#columns = [
      { title: 'scenario', width: Math.max(8, ...scenarios.map(({ name }) => name.length)) },
      { title: 'states', width: 9, right: true },
      { title: 'transitions', width: 11, right: true },
      { title: 'shortest violations', width: 22 },
      ...referees.map(({ referee }) => ({ title: referee.name, width: 15 })),
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
      ...others.map((other) => (other.skipped ? '' : `${verdict(other)} ${other.seconds.toFixed(1)} s`)),
    ];
    const details = others.flatMap(({ referee, differences, failure, temporal, remarks }) =>
      [
        ...differences,
        ...(failure === null ? [] : [failure]),
        ...(temporal.length === 0 ? [] : [`temporal: ${temporal.map(temporalText).join(', ')}`]),
        ...remarks,
      ].map((each) => `    ${referee}: ${each}`),
    );
    return [tableRow(this.#columns, cells), ...details].join('\n');
  }

  summary(checks: readonly CrossCheck[]): string {
    const lines = this.referees.map(({ referee, maxStates }) => {
      const opinions = checks.flatMap(({ others }) =>
        others.filter((each) => each.referee === referee.name && !each.skipped),
      );
      const wrong = opinions.filter((each) => verdict(each) !== 'equal').length;
      const outcome = wrong === 0 ? 'all are equal' : `${wrong} are not equal`;
      return `${referee.name} was asked about ${opinions.length} of ${checks.length} scenarios, those with at most ${grouped(maxStates)} states: ${outcome}`;
    });
    return lines.join('\n');
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

function temporalText({ property, holds }: TemporalOpinion): string {
  return `${property} ${holds === null ? 'undecided' : holds ? 'holds' : 'violated'}`;
}

function verdict({ differences, failure }: Opinion): 'equal' | 'differs' | 'failed' {
  if (failure !== null) return 'failed';
  return differences.length === 0 ? 'equal' : 'differs';
}

export interface Document {
  readonly version: 1;
  readonly referees: Readonly<Record<string, string | null>>;
  readonly maxStates: Readonly<Record<string, number>>;
  readonly scenarios: readonly (CrossCheck & { readonly agreed: boolean })[];
  readonly agreed: boolean;
}

export function documentOf(
  checks: readonly CrossCheck[],
  versions: Document['referees'],
  asked: readonly Asked[],
): Document {
  return {
    version: 1,
    referees: versions,
    maxStates: Object.fromEntries(asked.map(({ referee, maxStates }) => [referee.name, maxStates])),
    scenarios: checks.map((each) => ({ ...each, agreed: agrees(each) })),
    agreed: checks.every(agrees),
  };
}
