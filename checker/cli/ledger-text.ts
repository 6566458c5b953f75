/** The ledger of claims: rows for tables and machines, and the Markdown document. */
import { settings } from '../../counterexamples/formats/facts.js';
import { expectations, summary } from '../check/catalogue.js';
import type { Ledger, LedgerClaim, LedgerEntry, LedgerSection } from '../check/ledger.js';
import { markdownTable, grouped } from './table.js';

export const LEDGER_COLUMNS = ['claim', 'kind', 'who', 'scenario', 'verdict', 'states', 'title'] as const;

/** A record for each claim and scenario, and one for each claim or side that none stands for. */
export function ledgerRecords({ sections }: Ledger): Readonly<Record<string, unknown>>[] {
  return sections.flatMap((section) => section.claims.flatMap((claim) => claimRecords(section, claim)));
}

export function ledgerMarkdown({ sections }: Ledger): string {
  return sections.map(sectionMarkdown).join('\n');
}

function claimRecords(section: LedgerSection, claim: LedgerClaim): Readonly<Record<string, unknown>>[] {
  const common = (side: string | null) => ({
    claim: side === null ? claim.id : `${claim.id}(${side})`,
    kind: claim.kind,
    says: side === null ? claim.says : claim.sides[side]?.says,
    who: claim.who ?? null,
    where: claim.where ?? section.where,
    commit: claim.commit ?? null,
    because: claim.because,
  });
  const checked = claim.entries.map(({ scenario, side, declaration, recorded, ...rest }) => ({
    ...common(side),
    scenario: scenario.name,
    variant: scenario.variant,
    title: scenario.spec.title,
    expected: summary(expectations(scenario.spec)),
    verdict: verdictText({ scenario, side, declaration, recorded, ...rest }),
    violated: recorded?.violated ?? null,
    states: recorded?.states ?? null,
    scope: scopeOf(scenario),
    declaration,
    recorded: recorded !== null,
  }));
  const excuses = [[null, claim] as const, ...Object.entries(claim.sides)].flatMap(([side, { unchecked }]) =>
    unchecked === undefined ? [] : [{ ...common(side), scenario: null, title: unchecked, unchecked }],
  );
  return [...checked, ...excuses];
}

/** `violated: P1 in 19 steps, P8 in 12`; what is expected, if nothing was recorded. */
function verdictText({ scenario, recorded }: LedgerEntry): string {
  if (recorded === null) return `${summary(expectations(scenario.spec))} (not recorded)`;
  const [first, ...others] = Object.entries(recorded.violated);
  if (first === undefined) return 'holds';
  const steps = `${first[0]} violated in ${first[1]} ${first[1] === 1 ? 'step' : 'steps'}`;
  return [steps, ...others.map(([property, count]) => `${property} in ${count}`)].join(', ');
}

function scopeOf({ spec }: LedgerEntry['scenario']): string {
  const configuration = { ...spec.config } as Readonly<Record<string, number | boolean | string>>;
  return settings({ configuration, ...(spec.scope && { scope: spec.scope }) }).join(', ');
}

function sectionMarkdown({ title, where, claims }: LedgerSection): string {
  const head = [`## ${title}`, '', ...(where === null ? [] : [`${where}.`, ''])];
  return [...head, ...claims.map(claimMarkdown)].join('\n');
}

function claimMarkdown(claim: LedgerClaim): string {
  const { id, kind, says, who, where, commit, because, sides, unchecked, entries } = claim;
  const origin = [who, where, commit === undefined ? undefined : `\`${commit}\``].filter(
    (each) => each !== undefined,
  );
  const lines = [
    `### ${id}: ${kind}`,
    '',
    `${origin.length === 0 ? '' : `${origin.join(', ')}: `}*${says}* Why: ${because}.`,
    '',
  ];
  for (const [letter, side] of Object.entries(sides)) {
    const excuse = side.unchecked === undefined ? '' : ` No scenario: ${side.unchecked}.`;
    lines.push(`- (${letter}) ${side.verdict}: ${side.says}.${excuse}`);
  }
  if (Object.keys(sides).length > 0) lines.push('');
  if (unchecked !== undefined) lines.push(`No scenario: ${unchecked}.`, '');
  if (entries.length > 0) {
    const titles = ['', 'scenario', 'verdict', 'states', 'scope', 'variant'];
    lines.push(markdownTable(titles, entries.map(entryRow)), '');
  }
  return lines.join('\n');
}

function entryRow(entry: LedgerEntry): string[] {
  const { scenario, side, recorded } = entry;
  return [
    side === null ? '' : `(${side})`,
    `${scenario.name}: ${scenario.spec.title}`,
    verdictText(entry),
    recorded === null ? '' : grouped(recorded.states),
    scopeOf(scenario),
    scenario.variant ?? '',
  ];
}
