/** The claims of a project: what its files of claims declare, and whether what a scenario names is one of them. */
import type { Span } from '../compiler/ir/program.js';
import { type Diagnostic, InputError } from '../diagnostics.js';
import type { ClaimKind, ClaimSet, ClaimSpec, ScenarioSpec } from '../language/index.js';
import { modulesOf } from './evaluate.js';
import { isRecord } from './json.js';
import { spanOfMember } from './literals.js';
import type { Workspace } from './project.js';
import { declaredProperties } from './properties.js';
import { Recent } from './recent.js';
import { contentHash } from './sources.js';
import { suggestion } from './suggest.js';

export interface Claim {
  readonly id: string;
  readonly spec: ClaimSpec;
  /** The place of a member of the declaration, for complaints. */
  readonly span: (...path: readonly string[]) => Span;
}

export interface ClaimSection {
  readonly title: string;
  /** Where the claims were made, unless one says otherwise. */
  readonly where: string | null;
  readonly claims: readonly Claim[];
}

const registers = new Recent<readonly ClaimSection[]>(10);

/** The sections of the project's ledger, one for each file of claims, in the order of their names; none if it has no such folder. */
export function claimSections({ sources, settings: { claims } }: Workspace): readonly ClaimSection[] {
  if (claims === undefined) return [];
  return registers.get(`${claims}:${contentHash(sources)}`, () => {
    const files = [...sources.texts.keys()].filter((file) => file.startsWith(`${claims}/`)).sort();
    const problems: Diagnostic[] = [];
    const modules = modulesOf(sources);
    const sections = files.map((file) =>
      readSection(file, sources.texts.get(file) ?? '', modules.exportsOf(file)['default'], problems),
    );
    problems.push(...declaredTwice(sections));
    if (problems.length > 0) throw new InputError(problems);
    return sections;
  });
}

/** `S000-5(b)`: side b of the claim S000-5; without brackets the claim as such. */
export function parseTag(tag: string): { id: string; side: string | null } {
  const [, id = tag, side = null] = /^(.+?)\((\w+)\)$/.exec(tag) ?? [];
  return { id, side };
}

/** What is wrong with the claims that a scenario names. The ids of properties are claims of their own: that it can fail. */
export function unknownClaims(
  workspace: Workspace,
  { claims: tags, properties: checked }: Pick<ScenarioSpec, 'claims' | 'properties'>,
  complain: (index: number, message: string, advice: string) => void,
): void {
  const declared = new Map(
    claimSections(workspace).flatMap((section) => section.claims.map((claim) => [claim.id, claim.spec])),
  );
  tags.forEach((tag, index) => {
    const { id, side } = parseTag(tag);
    const claim = declared.get(id);
    if (claim !== undefined) {
      const sides = Object.keys(claim.sides ?? {});
      if (side === null || sides.includes(side)) return;
      complain(
        index,
        `claim '${id}' has no side '${side}'`,
        sides.length === 0 ? 'It is declared without sides.' : suggestion(side, sides),
      );
      return;
    }
    const properties = [...checked, ...declaredProperties(workspace)].map((each) => each.id);
    if (side === null && properties.includes(id)) return;
    complain(index, `there is no claim '${tag}'`, suggestion(id, [...declared.keys(), ...properties]));
  });
}

const KINDS: Readonly<Record<ClaimKind, true>> = {
  holds: true,
  depends: true,
  refuted: true,
  cost: true,
  naming: true,
  hardware: true,
  bug: true,
  situation: true,
};

function readSection(file: string, text: string, value: unknown, problems: Diagnostic[]): ClaimSection {
  const spanOf = (path: readonly string[]) => spanOfMember(file, text, path);
  const complain = (path: readonly string[], message: string, advice: string) =>
    problems.push({ span: spanOf(path), message, advice });
  if (!isRecord(value) || !isText(value['title']) || !isRecord(value['claims'])) {
    complain(
      [],
      `${file} declares no claims`,
      "End the file with `export default claims({ title: '...', claims: { 'A-1': { ... } } })`.",
    );
    return { title: file, where: null, claims: [] };
  }
  for (const [id, claim] of Object.entries(value['claims']))
    checkClaim(id, claim, (path, message, advice) => complain(['claims', id, ...path], message, advice));
  const set = value as unknown as ClaimSet;
  return {
    title: set.title,
    where: set.where ?? null,
    claims: Object.entries(set.claims).map(([id, spec]) => ({
      id,
      spec,
      span: (...path) => spanOf(['claims', id, ...path]),
    })),
  };
}

type Complain = (path: readonly string[], message: string, advice: string) => void;

/** Members of a claim and of a side: whether they are needed, and that all but `sides` are texts. */
const MEMBERS = {
  says: true,
  who: false,
  where: false,
  commit: false,
  kind: true,
  because: true,
  sides: false,
  unchecked: false,
} as const;
const SIDE_MEMBERS = { says: true, verdict: true, unchecked: false } as const;

function checkClaim(id: string, claim: unknown, complain: Complain): void {
  if (/[\s()]/.test(id)) complain([], `'${id}' is no name for a claim`, 'Leave out spaces and brackets.');
  if (!checkMembers(claim, MEMBERS, [], complain)) return;
  const kind = String(claim['kind']);
  if (!(kind in KINDS))
    complain(['kind'], `there is no kind '${kind}'`, suggestion(kind, Object.keys(KINDS)));
  const sides = claim['sides'] ?? {};
  if (!isRecord(sides)) {
    complain(['sides'], 'sides is no object', "Write { a: { says: '...', verdict: 'holds' } }.");
    return;
  }
  for (const [letter, side] of Object.entries(sides)) {
    if (!checkMembers(side, SIDE_MEMBERS, ['sides', letter], complain)) continue;
    const verdict = String(side['verdict']);
    if (verdict !== 'holds' && verdict !== 'violated')
      complain(
        ['sides', letter, 'verdict'],
        `a side cannot be '${verdict}'`,
        suggestion(verdict, ['holds', 'violated']),
      );
  }
}

function checkMembers(
  value: unknown,
  members: Readonly<Record<string, boolean>>,
  path: readonly string[],
  complain: Complain,
): value is Record<string, unknown> {
  if (!isRecord(value)) {
    complain(path, 'is no object', `Write { ${Object.keys(members).join(', ')} }.`);
    return false;
  }
  let good = true;
  const bad = (at: readonly string[], message: string, advice: string) => {
    good = false;
    complain([...path, ...at], message, advice);
  };
  for (const name of Object.keys(value))
    if (!(name in members)) bad([name], `unknown field '${name}'`, suggestion(name, Object.keys(members)));
  for (const [name, needed] of Object.entries(members)) {
    const given = value[name];
    if (given === undefined && needed) bad([], `${name} is missing`, `Give ${name}, a text.`);
    if (given !== undefined && name !== 'sides' && !isText(given))
      bad([name], `${name} is no text`, `Give ${name}: a text.`);
  }
  return good;
}

function declaredTwice(sections: readonly ClaimSection[]): Diagnostic[] {
  const seen = new Set<string>();
  return sections
    .flatMap(({ claims }) => claims)
    .flatMap(({ id, span }) => {
      const again = seen.has(id);
      seen.add(id);
      const advice = 'Declare it once.';
      return again ? [{ span: span(), message: `claim '${id}' is declared twice`, advice }] : [];
    });
}

const isText = (value: unknown) => typeof value === 'string' && value !== '';
