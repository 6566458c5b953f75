/** A project: the folders that `mmucheck.json` names, read into memory once. */
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { InputError } from '../diagnostics.js';
import { isRecord, parseJson } from './json.js';
import type { Patch } from './patch.js';
import { addFile, type ModelSources, readSources, readText } from './sources.js';

/** What `mmucheck.json` says: folders, relative to the file's own. */
export interface Settings {
  readonly model: string;
  readonly properties: string;
  readonly scenarios: string;
  readonly variants: string;
  /** Where claims are declared; absent: scenarios may name whatever they like. */
  readonly claims?: string;
}

export interface Workspace {
  /** Absolute. */
  readonly root: string;
  readonly settings: Settings;
  readonly sources: ModelSources;
  /** By name without `.patch`. */
  readonly variants: ReadonlyMap<string, Patch>;
}

/** Reads the project whose `mmucheck.json` lies in `root`. */
export function openWorkspace(root: string): Workspace {
  const settings = readSettings(root);
  const folders = [settings.model, settings.properties, settings.scenarios, settings.claims].filter(isString);
  const outermost = folders.filter((each) => !folders.some((other) => each.startsWith(`${other}/`)));
  return {
    root: resolve(root),
    settings,
    sources: readSources(root, [...new Set(outermost)]),
    variants: readVariants(root, settings.variants),
  };
}

/** A project that was never on disk: for tests. */
export function workspaceOf(
  texts: Readonly<Record<string, string>>,
  variants: Readonly<Record<string, string>> = {},
  settings: Partial<Settings> = {},
): Workspace {
  const root = '/project';
  const patches = Object.entries(variants).map(
    ([name, text]) => [name, { name: `${DEFAULTS.variants}/${name}.patch`, text }] as const,
  );
  return {
    root,
    settings: { ...DEFAULTS, ...settings },
    sources: { root, texts: new Map(Object.entries(texts)) },
    variants: new Map(patches),
  };
}

/** The names of the catalogue's scenario files. A file there without a default export is a helper of theirs. */
export function scenarioFiles({ sources, settings }: Workspace): string[] {
  return [...sources.texts]
    .filter(([file, text]) => file.startsWith(`${settings.scenarios}/`) && /^export default\b/m.test(text))
    .map(([file]) => file)
    .sort();
}

/** Adds a user's scenario file, from anywhere, and returns its name in the sources. */
export function withFile(workspace: Workspace, path: string): { workspace: Workspace; file: string } {
  const { sources, file } = addFile(workspace.sources, path);
  return { workspace: { ...workspace, sources }, file };
}

/** Reads a patch that the user names. */
export function readPatchFile(path: string): Patch {
  return { name: path, text: readText(path) };
}

const DEFAULTS: Settings = {
  model: 'model',
  properties: 'properties',
  scenarios: 'model/scenarios',
  variants: 'model/variants',
};

/** What a project may have besides. */
const OPTIONAL = ['claims'];

const isString = (value: unknown): value is string => typeof value === 'string';

function readSettings(root: string): Settings {
  const file = 'mmucheck.json';
  const path = join(root, file);
  const span = { file, line: 1, column: 1 };
  const advice = `Write ${JSON.stringify(DEFAULTS)}.`;
  if (!existsSync(path)) throw InputError.of(`there is no ${path}`, `Run inside a project. ${advice}`);
  const names = [...Object.keys(DEFAULTS), ...OPTIONAL].join(', ');
  const wrong = `may name these folders only: ${names}`;
  const given = parseJson(readText(path), { name: file, isRight: isSettings, wrong, advice, span });
  return { ...DEFAULTS, ...given };
}

function isSettings(given: unknown): given is Partial<Settings> {
  return (
    isRecord(given) &&
    Object.entries(given).every(
      ([key, value]) => (key in DEFAULTS || OPTIONAL.includes(key)) && isString(value),
    )
  );
}

function readVariants(root: string, folder: string): Map<string, Patch> {
  const path = join(root, folder);
  const names = existsSync(path)
    ? readdirSync(path)
        .filter((name) => name.endsWith('.patch'))
        .sort()
    : [];
  return new Map(
    names.map((name) => [
      name.slice(0, -'.patch'.length),
      { name: `${folder}/${name}`, text: readText(join(path, name)) },
    ]),
  );
}
