/**
 * Scenario files become scenarios: evaluated once to learn which variants they want, and again on the patched sources,
 * so that the functions that a scenario holds are those of its variant.
 */
import type { Span } from '../compiler/ir/program.js';
import { type Diagnostic, InputError } from '../diagnostics.js';
import type { ScenarioSpec } from '../language/index.js';
import { unknownClaims } from './claims.js';
import { type ModelModules, modulesOf } from './evaluate.js';
import { spanOfMember } from './literals.js';
import { applyPatches, type Fuzz, type Patch, type Patched } from './patch.js';
import type { Workspace } from './project.js';
import { Recent } from './recent.js';
import { contentHash, type ModelSources } from './sources.js';
import { checkSpec, type Roots } from './spec.js';
import { suggestion } from './suggest.js';

export interface Scenario {
  /** `M4/conditional-flush`: the file and the key in it; the file alone where the key is `default`. */
  readonly name: string;
  readonly file: string;
  /** Its key in the file. */
  readonly key: string;
  readonly spec: ScenarioSpec;
  /** The names of its variants, joined by `+`; null for the model as it is. */
  readonly variant: string | null;
  /** The names of the user's patches on top of them. */
  readonly patches: readonly string[];
  readonly roots: Roots;
  /** With all patches applied. */
  readonly sources: ModelSources;
  readonly modules: ModelModules;
  readonly fuzz: readonly Fuzz[];
}

/** A scenario that cannot be loaded, say because its variant and the user's patch exclude each other. */
export interface Unloadable {
  readonly name: string;
  readonly file: string;
  readonly error: InputError;
}

/** Loads the scenarios of a file, with the user's patches on top of each one's variants. Any error is thrown. */
export function loadScenarios(
  workspace: Workspace,
  file: string,
  patches: readonly Patch[] = [],
): Scenario[] {
  const loaded = loadEach(workspace, file, patches);
  const problems = loaded.flatMap((each) => ('error' in each ? each.error.diagnostics : []));
  if (problems.length > 0) throw new InputError(unique(problems));
  return loaded.filter((each): each is Scenario => !('error' in each));
}

/** The same, with the scenarios that cannot be loaded beside those that can. A file without any is thrown. */
export function loadEach(
  workspace: Workspace,
  file: string,
  patches: readonly Patch[] = [],
): (Scenario | Unloadable)[] {
  return Object.entries(setOf(modulesOf(workspace.sources), file)).map(([key, spec]) => {
    const name = nameOf(workspace, file, key);
    try {
      return load(workspace, file, key, spec, name, patches);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      return { name, file, error };
    }
  });
}

function load(
  workspace: Workspace,
  file: string,
  key: string,
  base: unknown,
  name: string,
  patches: readonly Patch[],
): Scenario {
  const variants = variantsOf(workspace, file, key, base);
  const { sources, fuzz } = patched(workspace.sources, [...variants.map(([, patch]) => patch), ...patches]);
  const modules = modulesOf(sources);
  const set = setOf(modules, file);
  if (!Object.hasOwn(set, key)) {
    throw InputError.of(
      `the patched ${file} has no scenario '${key}'`,
      'Leave the scenario out of the patch.',
    );
  }
  const checked = checkSpec(modules, file, key, set[key]);
  if ('problems' in checked) throw new InputError(checked.problems);
  checkClaims(workspace, file, key, checked.spec);
  return {
    name,
    file,
    key,
    variant: variants.length === 0 ? null : variants.map(([variant]) => variant).join('+'),
    patches: patches.map((each) => each.name),
    ...checked,
    sources,
    modules,
    fuzz,
  };
}

/** A scenario of the catalogue stands for declared claims only. Anybody else's may name what they like. */
function checkClaims(workspace: Workspace, file: string, key: string, spec: ScenarioSpec): void {
  const { settings, sources } = workspace;
  if (settings.claims === undefined || !isInCatalogue(workspace, file)) return;
  const problems: Diagnostic[] = [];
  unknownClaims(workspace, spec, (index, message, advice) => {
    const span = spanOfMember(file, sources.texts.get(file) ?? '', [key, 'claims', index]);
    problems.push({ span, message: `scenario '${key}': ${message}`, advice });
  });
  if (problems.length > 0) throw new InputError(problems);
}

/** Where a scenario's configuration, or one member of it, is written. */
export function spanOfConfiguration({ sources, file, key }: Scenario, member: string | null): Span {
  const path = [key, 'config', ...(member === null ? [] : [member])];
  return spanOfMember(file, sources.texts.get(file) ?? '', path);
}

const patchedBefore = new Recent<Patched>(100);

/** The same sources are patched in the same way for many scenarios. */
function patched(sources: ModelSources, patches: readonly Patch[]): Patched {
  if (patches.length === 0) return { sources, fuzz: [] };
  const key = JSON.stringify([contentHash(sources), patches]);
  return patchedBefore.get(key, () => applyPatches(sources, patches));
}

function setOf(modules: ModelModules, file: string): Readonly<Record<string, unknown>> {
  const set = modules.exportsOf(file)['default'];
  if (typeof set !== 'object' || set === null || Object.keys(set).length === 0) {
    const span = spanOfMember(file, modules.sources.texts.get(file) ?? '', []);
    const advice = "End the file with `export default scenarios({ 'a-name': { ... } })`.";
    throw InputError.of(`${file} declares no scenarios`, advice, span);
  }
  return set as Readonly<Record<string, unknown>>;
}

function variantsOf(
  { sources, variants }: Workspace,
  file: string,
  key: string,
  spec: unknown,
): [string, Patch][] {
  const names: unknown = typeof spec === 'object' && spec !== null && 'variant' in spec ? spec.variant : [];
  // A list of anything else is a matter of the shape, which is checked later.
  if (!Array.isArray(names)) return [];
  return names.filter(isString).map((name, index) => {
    const patch = variants.get(name);
    if (patch !== undefined) return [name, patch];
    const span = spanOfMember(file, sources.texts.get(file) ?? '', [key, 'variant', index]);
    throw InputError.of(
      `scenario '${key}': there is no variant '${name}'`,
      suggestion(name, variants.keys()),
      span,
    );
  });
}

const isString = (value: unknown): value is string => typeof value === 'string';

function isInCatalogue({ settings }: Workspace, file: string): boolean {
  return file.startsWith(`${settings.scenarios}/`);
}

function nameOf(workspace: Workspace, file: string, key: string): string {
  const { settings } = workspace;
  const path = isInCatalogue(workspace, file)
    ? file.slice(settings.scenarios.length + 1)
    : file.slice(file.lastIndexOf('/') + 1);
  const stem = path.replace(/\.ts$/, '');
  return key === 'default' ? stem : `${stem}/${key}`;
}

/** A file that does not compile is the same complaint in each of its scenarios. */
function unique(problems: readonly Diagnostic[]): Diagnostic[] {
  return [...new Map(problems.map((each) => [JSON.stringify(each), each])).values()];
}
