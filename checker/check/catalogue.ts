/** What the catalogue has, as records from which text, Markdown and JSON are made. */
import type { PropertySpec, ScenarioSpec, Verdict } from '../language/index.js';
import { modulesOf } from '../workspace/evaluate.js';
import type { Workspace } from '../workspace/project.js';
import { declaredProperties } from '../workspace/properties.js';
import type { Scenario } from '../workspace/scenarios.js';

export interface CatalogueList {
  /** The members of a record that a table shows, in this order: strings, numbers, lists of strings, or null. */
  readonly columns: readonly string[];
  readonly records: readonly Readonly<Record<string, unknown>>[];
}

export type CatalogueName = 'scenarios' | 'properties' | 'operations' | 'variants' | 'claims';

export const CATALOGUE: Readonly<
  Record<CatalogueName, (scenarios: readonly Scenario[], workspace: Workspace) => CatalogueList>
> = {
  scenarios: (scenarios) => ({
    columns: ['scenario', 'claims', 'expected', 'title'],
    records: scenarios.map(({ name, file, variant, spec }) => ({
      scenario: name,
      claims: [...spec.claims].sort(naturally),
      variant,
      properties: spec.properties.map((each) => ({
        property: titleOf(each),
        expected: spec.expect?.[each.id] ?? 'holds',
      })),
      expected: summary(expectations(spec)),
      title: spec.title,
      because: spec.because ?? null,
      file,
    })),
  }),

  properties: (scenarios, workspace) => ({
    columns: ['property', 'title', 'kind', 'scenarios'],
    records: allProperties(scenarios, workspace).map((property) => ({
      property: property.id,
      title: property.title,
      kind: kindOf(property),
      scenarios: scenarios.filter(({ spec }) => spec.properties.some(({ id }) => id === property.id)).length,
    })),
  }),

  operations: (scenarios, workspace) => ({
    columns: ['operation', 'file', 'scenarios'],
    records: operationsOf(workspace).map(({ name, file }) => ({
      operation: name,
      file,
      scenarios: scenarios.filter(({ roots }) =>
        roots.processes.some((each) => each.name === name && each.file === file),
      ).length,
    })),
  }),

  variants: (scenarios, { variants }) => ({
    columns: ['variant', 'about', 'scenarios'],
    records: [...variants].map(([name, { name: file, text }]) => ({
      variant: name,
      about: descriptionOf(text),
      scenarios: scenarios.filter(({ spec }) => spec.variant?.includes(name)).map((each) => each.name),
      file,
    })),
  }),

  claims: (scenarios) => ({
    columns: ['claim', 'scenario', 'variant', 'verdict', 'title'],
    records: scenarios
      .flatMap(({ name, variant, spec }) =>
        spec.claims.map((claim) => ({
          claim,
          scenario: name,
          variant,
          verdict: summary(expectations(spec)),
          title: spec.title,
        })),
      )
      .sort((left, right) => naturally(left.claim, right.claim) || naturally(left.scenario, right.scenario)),
  }),
};

/** `P1 no access after revocation`: how a property is called wherever one is reported. */
export function titleOf(property: PropertySpec): string {
  return `${property.id} ${property.title}`;
}

/** Verdicts by property in a few words: the violated ones by name, then what is said of the others, if not `holds`. */
export function summary(verdicts: readonly (readonly [property: string, verdict: Verdict])[]): string {
  const groups = new Map<Verdict, string[]>();
  for (const [property, verdict] of verdicts) groups.set(verdict, [...(groups.get(verdict) ?? []), property]);
  const violated = groups.get('violated');
  groups.delete('violated');
  // One thing is said of all the others, or each is named.
  const shared = groups.size === 1;
  const parts = violated === undefined ? [] : [`${violated.join(' ')} violated`];
  for (const [verdict, properties] of groups) {
    if (verdict === 'holds') continue;
    if (!shared) parts.push(`${properties.join(' ')} ${verdict}`);
    else parts.push(violated === undefined ? verdict : `others ${verdict}`);
  }
  return parts.length === 0 ? 'holds' : parts.join(', ');
}

export function expectations(spec: ScenarioSpec): (readonly [string, Verdict])[] {
  return spec.properties.map(({ id }) => [id, spec.expect?.[id] ?? 'holds'] as const);
}

const collator = new Intl.Collator('en', { numeric: true });

/** M2 before M10. */
export function naturally(left: string, right: string): number {
  return collator.compare(left, right);
}

function kindOf(property: PropertySpec): string {
  if (property.temporal) return 'temporal';
  if (property.deadlock) return 'deadlock';
  if (property.invariant && property.step) return 'invariant, step';
  return property.invariant ? 'invariant' : property.step ? 'step' : 'assertions';
}

/** Those that scenarios check, and those that are declared without being checked. */
export function allProperties(scenarios: readonly Scenario[], workspace: Workspace): PropertySpec[] {
  const byId = new Map(
    [...declaredProperties(workspace), ...scenarios.flatMap(({ spec }) => spec.properties)].map((each) => [
      each.id,
      each,
    ]),
  );
  return [...byId.values()].sort((left, right) => naturally(left.id, right.id));
}

/** The exported generators of the model. */
function operationsOf({ sources, settings }: Workspace): { name: string; file: string }[] {
  const modules = modulesOf(sources);
  return [...sources.texts.keys()]
    .filter((file) => file.startsWith(`${settings.model}/`) && !file.startsWith(`${settings.scenarios}/`))
    .sort()
    .flatMap((file) =>
      Object.entries(modules.exportsOf(file))
        .filter(([, value]) => isGenerator(value))
        .map(([name]) => ({ name, file })),
    );
}

function isGenerator(value: unknown): boolean {
  return (
    typeof value === 'function' && Object.prototype.toString.call(value) === '[object GeneratorFunction]'
  );
}

/** The first line of text above the diff: of a commit, its subject. */
function descriptionOf(patch: string): string {
  const lines = patch.split(/^(?:diff |--- )/m)[0]?.split('\n') ?? [];
  const subject = lines.find((line) => line.startsWith('Subject: '));
  if (subject !== undefined) return subject.replace(/^Subject: (?:\[[^\]]*\] )?/, '');
  return lines.find((line) => line.trim() !== '' && !/^(?:From|Date)\b/.test(line)) ?? '';
}
