/**
 * The ledger: every claim with the scenarios that stand for it and what they found. What was found is recorded, because
 * finding it takes minutes; what a record is of is a hash over the scenario's declaration. That the model has not changed underneath
 * is for a check of the whole catalogue to say.
 */
import { createHash } from 'node:crypto';
import type { Diagnostic } from '../diagnostics.js';
import type { ClaimKind, ClaimSide, ClaimSpec, PropertySpec } from '../language/index.js';
import { type Claim, claimSections, parseTag } from '../workspace/claims.js';
import type { Workspace } from '../workspace/project.js';
import type { Scenario } from '../workspace/scenarios.js';
import { type RecordedVerdict, recordedVerdicts } from '../workspace/verdicts.js';
import { allProperties, expectations, naturally } from './catalogue.js';

export interface LedgerEntry {
  readonly scenario: Scenario;
  readonly side: string | null;
  /** What `recorded` must be of. */
  readonly declaration: string;
  /** Null if nothing was found since the scenario has been declared like this. */
  readonly recorded: RecordedVerdict | null;
}

export interface LedgerClaim extends Omit<ClaimSpec, 'kind' | 'sides'> {
  readonly id: string;
  readonly kind: ClaimKind | 'property';
  readonly sides: Readonly<Record<string, ClaimSide>>;
  readonly entries: readonly LedgerEntry[];
}

export interface LedgerSection {
  readonly title: string;
  readonly where: string | null;
  readonly claims: readonly LedgerClaim[];
}

export interface Ledger {
  readonly sections: readonly LedgerSection[];
  /** Claims and sides that nothing stands for, and scenarios that find something else than they are said to. */
  readonly problems: readonly Diagnostic[];
}

export function ledgerOf(workspace: Workspace, scenarios: readonly Scenario[]): Ledger {
  const entries = entriesByClaim(workspace, scenarios);
  const entriesOf = (id: string) => entries.get(id) ?? [];
  const sections = claimSections(workspace);
  const declared = sections.map(({ title, where, claims }) => ({
    title,
    where,
    claims: claims.map(({ id, spec }) => ({ ...spec, id, sides: spec.sides ?? {}, entries: entriesOf(id) })),
  }));
  const problems = sections.flatMap(({ claims }) => claims).flatMap((each) => gaps(each, entriesOf(each.id)));
  const properties = allProperties(scenarios, workspace).filter(
    ({ id }) => !declared.some(({ claims }) => claims.some((claim) => claim.id === id)),
  );
  return { sections: [...declared, teeth(properties, entriesOf)], problems };
}

/** What tells one declaration of a scenario from another, as far as it is data. */
export function declarationOf({ variants }: Workspace, { spec }: Scenario): string {
  // What is off is as good as absent: a new option that a scenario does not choose makes it no other scenario.
  const chosen = Object.entries(spec.config).filter(
    ([name, value]) => spec.scope?.includes(name) ?? (value !== false && value !== 0),
  );
  // Where a hunk stands says nothing about what it does.
  const patches = (spec.variant ?? []).map((name) =>
    (variants.get(name)?.text ?? '').split('\n').filter((line) => /^[-+](?![-+]{2} )/.test(line)),
  );
  const processes = spec.processes.map(({ name, run, args }) => [name, run.name, args]);
  const properties = spec.properties.map(({ id }) => id);
  const text = JSON.stringify([chosen, patches, processes, properties, spec.fairness ?? null]);
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

function entriesByClaim(
  workspace: Workspace,
  scenarios: readonly Scenario[],
): ReadonlyMap<string, LedgerEntry[]> {
  const recorded = recordedVerdicts(workspace);
  const found = new Map<string, LedgerEntry[]>();
  for (const scenario of scenarios) {
    const declaration = declarationOf(workspace, scenario);
    const before = recorded.get(scenario.name);
    for (const tag of scenario.spec.claims) {
      const { id, side } = parseTag(tag);
      const entry = { scenario, side, declaration, recorded: before?.of === declaration ? before : null };
      found.set(id, [...(found.get(id) ?? []), entry]);
    }
  }
  for (const each of found.values()) {
    each.sort(
      (left, right) =>
        naturally(left.side ?? '', right.side ?? '') || naturally(left.scenario.name, right.scenario.name),
    );
  }
  return found;
}

/** What scenarios of every kind of claim must find, if no side says so. */
const BY_KIND: Readonly<Partial<Record<ClaimKind, ClaimSide['verdict']>>> = {
  holds: 'holds',
  hardware: 'holds',
  refuted: 'violated',
};

function gaps({ id, spec, span }: Claim, entries: readonly LedgerEntry[]): Diagnostic[] {
  const problems: Diagnostic[] = [];
  const complain = (path: readonly string[], message: string, advice: string) =>
    problems.push({ span: span(...path), message: `claim '${id}': ${message}`, advice });
  const sides = Object.entries(spec.sides ?? {});
  const stand = (name: string, path: readonly string[], unchecked: string | undefined, count: number) => {
    if (count === 0 && unchecked === undefined)
      complain(path, `no scenario stands for ${name}`, "Write one, or say why not: unchecked: '...'.");
    if (count > 0 && unchecked !== undefined)
      complain([...path, 'unchecked'], `scenarios stand for ${name}`, 'Leave out why none does.');
  };
  if (sides.length === 0) stand('it', [], spec.unchecked, entries.length);
  for (const [letter, { unchecked }] of sides) {
    const own = entries.filter(({ side }) => side === letter);
    stand(`side ${letter}`, ['sides', letter], unchecked, own.length);
  }
  for (const { scenario, side } of entries) {
    const wanted = side === null ? BY_KIND[spec.kind] : spec.sides?.[side]?.verdict;
    const violated = expectations(scenario.spec).some(([, verdict]) => verdict === 'violated');
    if (wanted === undefined || (wanted === 'violated') === violated) continue;
    const found = violated ? 'violated' : 'holds';
    complain(
      side === null ? ['kind'] : ['sides', side, 'verdict'],
      `${scenario.name} finds '${found}', not '${wanted}'`,
      'Correct one of the two, or which side the scenario stands for.',
    );
  }
  return problems;
}

/** For each property the scenarios that were written to see it fail, or to see it hold where it could. */
function teeth(
  properties: readonly PropertySpec[],
  entriesOf: (id: string) => readonly LedgerEntry[],
): LedgerSection {
  return {
    title: 'Properties with teeth',
    where: null,
    claims: properties
      .filter(({ id }) => entriesOf(id).length > 0)
      .map(({ id, title }) => ({
        id,
        says: title,
        kind: 'property',
        because: 'scenarios see it fail on wrong models, and hold beside them',
        sides: {},
        entries: entriesOf(id),
      })),
  };
}
