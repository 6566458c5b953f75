/** A page of the gallery: what the bug was, what is taken out of the model to have it again, and the run that shows it. */
import { text } from '../formats/text.js';
import type { Trace } from '../trace.js';
import { staleTranslations, type TranslationModel } from './cached.js';
import type { Exhibit } from './exhibits.js';

/** What model/claims says of a claim. */
export interface DeclaredClaim {
  readonly kind: string;
  readonly says: string;
  readonly where: string | null;
  readonly commit: string | null;
}

/** What a page is made of. */
export interface Shown {
  readonly exhibit: Exhibit;
  readonly declared: DeclaredClaim;
  readonly trace: Trace;
  readonly model: TranslationModel;
}

/** The name of the file in counterexamples/gallery. */
export function fileOf({ claim }: Exhibit): string {
  return `${claim.replace(/[^\w-]+/g, '-').replace(/-+$/, '')}.md`;
}

export function page({ exhibit, declared, trace, model }: Shown): string {
  const { claim, story, scope } = exhibit;
  const { kind, commit, where } = declared;
  return [
    `# ${claim}: ${nameOf(exhibit, declared)}`,
    '',
    ...(where === null ? [] : [kind === 'bug' ? `Fixed by ${commit}, ${where}.` : `${where}.`, '']),
    story,
    '',
    ...(scope === undefined ? [] : [`*Scope:* ${scope}`, '']),
    ...takenOut(trace),
    ...fence('text', text(trace, { hidden: (path) => isNoise(path, trace) })),
    '',
    ...cached(trace, model),
    `\`npx mmucheck check ${trace.scenario.name}\` finds it again.`,
    '',
  ].join('\n');
}

function nameOf(exhibit: Exhibit, declared: DeclaredClaim): string {
  return exhibit.name ?? declared.says;
}

/** Ghosts and bookkeeping, with the properties that are about them: to the others they are noise. */
const ABOUT: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^ghost\.removed_/, ['P8']],
  [/^ghost\./, ['P2', 'P3', 'P3log', 'P8', 'P10', 'P15', 'S000-18', 'T3']],
  [/\.frozen_by\[/, ['P5']],
  // Where buffered stores stand in their buffer.
  [/^store_buffer\[\d+\]\.store/, []],
  [/^rcu_reader\[/, ['P4', 'P5', 'P13', 'P14']],
];

function isNoise(path: string, { property: { id: property }, configuration }: Trace): boolean {
  // A generation, which is zero where no entry can be for MMIO.
  if (/\.mmio$/.test(path) && configuration['mmioGenerations'] === 0) return true;
  return ABOUT.some(([places, properties]) => places.test(path) && !properties.includes(property));
}

function takenOut({ model }: Trace): string[] {
  return model.patches.flatMap(({ name, text: patch }) => {
    const [said = ''] = patch.split('\n\ndiff --git ');
    const hunks = patch.slice(said.length).split(/^(?=@@|diff --git )/m);
    const telling = hunks.filter((hunk) => hunk.startsWith('@@') && !changesImportsOnly(hunk));
    return [`${said.trim().replace(/\n/g, ' ')} (${name})`, '', ...fence('diff', telling.join('')), ''];
  });
}

function changesImportsOnly(hunk: string): boolean {
  const changed = hunk.split('\n').filter((line) => /^[-+]/.test(line));
  return changed.every((line) => /^[-+](import .*| {2}\w+,|\} from .*)$/.test(line));
}

function fence(language: string, content: string): string[] {
  return [`\`\`\`${language}`, content.trimEnd(), '```'];
}

function cached(trace: Trace, model: TranslationModel): string[] {
  const lines = staleTranslations(trace, model);
  if (lines.length === 0) return [];
  return ['What a vCPU in the guest may still use in the end:', '', ...lines.map((line) => `- ${line}`), ''];
}

export function index(shown: readonly Shown[]): string {
  const rows = shown.map(({ exhibit, declared, trace }) => {
    const link = `[${exhibit.claim}](${fileOf(exhibit)})`;
    return `| ${link} | ${nameOf(exhibit, declared)} | ${declared.commit ?? ''} | ${trace.scenario.name} | ${trace.property.id} | ${trace.steps.length} |`;
  });
  return [
    '# Gallery',
    '',
    "Bugs of KVM's MMU that were found and fixed in the kernel, each taken out of its fix again and found by the checker, and the",
    'counterexamples of the claims. A page has the shortest interleaving for the property that is named. Written by `npm run gallery`, from',
    '[exhibits.ts](../exhibits/exhibits.ts) and [model/claims](../../model/claims); a test fails if a page is not what the checker finds.',
    '',
    '| | bug | fix | scenario | property | steps |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}
