/** The ledger as text: what is not killed, and the figures. */
import { isEquivalent, type Ledger, type MutantRecord } from '../ledger.js';

export function tableOf(ledger: Ledger): string {
  const left = ledger.mutants
    .filter(({ status }) => status !== 'killed')
    .sort((a, b) => (a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1));
  const groups = [
    [
      'survived, explained',
      left.filter(({ status, explanation }) => status === 'survived' && explanation !== null),
    ],
    [
      'not reached, explained',
      left.filter(({ status, explanation }) => status === 'unreached' && explanation !== null),
    ],
    [
      'survived, not explained yet',
      left.filter(({ status, explanation }) => status === 'survived' && explanation === null),
    ],
    [
      'not reached, not explained yet',
      left.filter(({ status, explanation }) => status === 'unreached' && explanation === null),
    ],
  ] as const;
  const sections = groups.flatMap(([title, records]) =>
    records.length === 0 ? [] : [`${title}:`, ...records.map(lineOf), ''],
  );
  const stale =
    ledger.stale.length === 0
      ? []
      : [
          'explanations of mutants that are killed, or that there are none of:',
          ...ledger.stale.map((key) => `  ${key}`),
          '',
        ];
  return `${[...sections, ...stale, ...operatorsOf(ledger), '', summaryOf(ledger)].join('\n')}\n`;
}

function operatorsOf({ mutants }: Ledger): readonly string[] {
  const rows = [...new Set(mutants.map(({ operator }) => operator))].sort().map((operator) => {
    const own = mutants.filter((each) => each.operator === operator);
    const count = (...states: readonly MutantRecord['status'][]): number =>
      own.filter(({ status }) => states.includes(status)).length;
    const equivalent = own.filter(isEquivalent).length;
    return [
      operator,
      own.length,
      count('killed'),
      equivalent,
      count('survived') - equivalent,
      count('unreached'),
    ];
  });
  return [['operator', 'mutants', 'killed', 'equivalent', 'survived', 'not reached'], ...rows].map((row) =>
    row.map((cell, index) => (index === 0 ? String(cell).padEnd(12) : String(cell).padStart(12))).join(''),
  );
}

export function summaryOf({
  killed,
  survived,
  unreached,
  explained,
  equivalent,
  mutants,
  stale,
}: Ledger): string {
  const share = (part: number, whole = mutants.length): string =>
    `${((100 * part) / Math.max(1, whole)).toFixed(1)} %`;
  const real = mutants.length - equivalent;
  return [
    `${mutants.length} mutants: ${killed} killed (${share(killed)}), ${survived} survived (${share(survived)}), ${unreached} not reached`,
    `without the ${equivalent} that are equivalent: ${share(killed, real)} killed, ${share(survived - equivalent, real)} survived`,
    `${explained} of ${survived + unreached} explained${stale.length === 0 ? '' : `, ${stale.length} explanations stale`}`,
  ].join('\n');
}

function lineOf({ mutant, file, line, survived, open, explanation }: MutantRecord): string {
  const tried = [
    ...(survived > 0 ? [`in ${survived} ${survived === 1 ? 'scenario' : 'scenarios'}`] : []),
    ...(open > 0 ? [`undecided in ${open}`] : []),
  ];
  const where = `${file}:${line}${tried.length === 0 ? '' : `, ${tried.join(', ')}`}`;
  return `  ${mutant}\n    (${where})${explanation === null ? '' : `\n    ${explanation}`}`;
}
