/** Which scenarios a command line means: all of them, names, patterns over names, or files. */
import { type Diagnostic, InputError } from '../diagnostics.js';
import type { Patch } from '../workspace/patch.js';
import { scenarioFiles, type Workspace, withFile } from '../workspace/project.js';
import { loadEach, type Scenario, type Unloadable } from '../workspace/scenarios.js';
import { closest } from '../workspace/suggest.js';

export interface Selection {
  /** With the files of scenarios from outside the catalogue, if any were named. */
  readonly workspace: Workspace;
  /** In the order of the catalogue for each argument; each once. */
  readonly entries: readonly (Scenario | Unloadable)[];
  /** Names of those that were asked for one by one, and not as part of a pattern, a file or the whole catalogue. */
  readonly named: ReadonlySet<string>;
}

/**
 * @param wanted the arguments; none means the whole catalogue
 * @param fileOf the path of an argument that is a file, or null
 */
export function selectScenarios(
  workspace: Workspace,
  wanted: readonly string[],
  patches: readonly Patch[],
  fileOf: (argument: string) => string | null,
): Selection {
  const entries = new Map<string, Scenario | Unloadable>();
  const named = new Set<string>();
  const problems: Diagnostic[] = [];
  const take = (each: Scenario | Unloadable) => entries.set(each.name, each);
  const loaded = new Map<string, (Scenario | Unloadable)[]>();
  const load = (file: string) => {
    const known = loaded.get(file) ?? loadEach(workspace, file, patches);
    loaded.set(file, known);
    return known;
  };
  const catalogue = () => scenarioFiles(workspace).flatMap(load);

  if (wanted.length === 0) for (const each of catalogue()) take(each);
  for (const argument of wanted) {
    const path = fileOf(argument);
    if (path !== null) {
      const added = withFile(workspace, path);
      workspace = added.workspace;
      for (const each of load(added.file)) take(each);
      continue;
    }
    // One file is quicker to load than all of them.
    const own = fileOfName(workspace, argument);
    const matches = matcher(argument);
    const found = (own === null ? catalogue() : load(own)).filter(({ name }) => matches(name));
    for (const each of found) {
      take(each);
      if (each.name === argument) named.add(argument);
    }
    if (found.length > 0) continue;
    const near = closest(
      argument,
      catalogue().map(({ name }) => name),
    );
    const message = isPattern(argument)
      ? `no scenario matches '${argument}'`
      : `there is no scenario '${argument}'`;
    const advice = near === null ? '`mmucheck list` shows what there is.' : `Did you mean '${near}'?`;
    problems.push({ span: null, message, advice });
  }
  if (problems.length > 0) throw new InputError(problems);
  if (entries.size === 0)
    throw InputError.of('there are no scenarios', `Write one below ${workspace.settings.scenarios}/.`);
  return { workspace, entries: [...entries.values()], named };
}

/**
 * A name matches itself, and all names in its folder or file: `M4` means `M4/with-flush` too. In a pattern `*` and `?`
 * stand for any characters, slashes included, and `{a,b}` for alternatives.
 */
export function matcher(argument: string): (name: string) => boolean {
  if (!isPattern(argument)) return (name) => name === argument || name.startsWith(`${argument}/`);
  let depth = 0;
  const source = [...argument].map((character) => {
    if (character === '*') return '.*';
    if (character === '?') return '.';
    if (character === '{') return depth++ >= 0 ? '(?:' : '';
    if (character === '}' && depth > 0) return depth-- > 0 ? ')' : '';
    if (character === ',' && depth > 0) return '|';
    return character.replace(/[\\^$+.()|[\]}]/g, '\\$&');
  });
  const expression = new RegExp(`^${source.join('')}${')'.repeat(depth)}$`);
  return (name) => expression.test(name);
}

function isPattern(argument: string): boolean {
  return /[*?{]/.test(argument);
}

/** The file that a name says it is in, if there is such a file. */
function fileOfName(workspace: Workspace, name: string): string | null {
  if (isPattern(name)) return null;
  const files = scenarioFiles(workspace);
  const parts = name.split('/');
  for (let length = parts.length; length > 0; length--) {
    const file = `${workspace.settings.scenarios}/${parts.slice(0, length).join('/')}.ts`;
    if (files.includes(file)) return file;
  }
  return null;
}
