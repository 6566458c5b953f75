/**
 * The sources of a model: its text, as read from disk and perhaps patched in memory.
 *
 * A file is named by its path relative to the project's root, with '/' between folders. A user's scenario that lies
 * outside the root has a name that begins with `../`, so that relative imports and messages work for it as for any other.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, posix, relative, resolve, sep } from 'node:path';
import { InputError } from '../diagnostics.js';
import { importsOf } from './imports.js';
import { spanAt } from './transpile.js';

export interface ModelSources {
  /** Absolute. */
  readonly root: string;
  readonly texts: ReadonlyMap<string, string>;
}

/** Reads every model file below the given folders of the root. Tests and declaration files are not part of a model. */
export function readSources(root: string, folders: readonly string[]): ModelSources {
  const texts = new Map<string, string>();
  for (const folder of folders) {
    const path = join(root, folder);
    if (!existsSync(path) || !statSync(path).isDirectory()) {
      throw InputError.of(`there is no folder ${path}`, 'Correct the folders in mmucheck.json.');
    }
    for (const file of filesBelow(path)) texts.set(nameOf(root, file), readText(file));
  }
  return { root: resolve(root), texts };
}

/** Adds a file from anywhere, and what it imports by relative paths. Returns its name as well. */
export function addFile(sources: ModelSources, path: string): { sources: ModelSources; file: string } {
  const file = nameOf(sources.root, resolve(path));
  const texts = new Map(sources.texts);
  const queue = [file];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    if (texts.has(name)) continue;
    const text = readText(join(sources.root, name));
    texts.set(name, text);
    for (const each of importsOf(text)) {
      const target = resolveImport(name, each.specifier);
      if (target === null) continue;
      const ownName = nameOf(sources.root, join(sources.root, target));
      // A second name for a file of the project would be a second copy, which patches do not reach.
      if (ownName !== target) {
        throw InputError.of(
          `${name} imports ${each.specifier}, a file of the project, by its path`,
          `Import it as 'mmucheck/${ownName.replace(/\.ts$/, '.js')}'.`,
          spanAt(name, text, each.position),
        );
      }
      if (existsSync(join(sources.root, target))) queue.push(target);
    }
  }
  return { sources: { root: sources.root, texts }, file };
}

/** The name of the file that an import means, or null for a package (`mmucheck/language` is one). */
export function resolveImport(importer: string, specifier: string): string | null {
  const source = specifier.replace(/\.js$/, '.ts');
  if (specifier.startsWith('./') || specifier.startsWith('../')) {
    return posix.normalize(posix.join(posix.dirname(importer), source));
  }
  // What a file outside the project calls `mmucheck/model/state.js` is `model/state.ts` here.
  return specifier.startsWith('mmucheck/') && specifier !== LANGUAGE
    ? source.slice('mmucheck/'.length)
    : null;
}

/** The one package that model files may import. */
export const LANGUAGE = 'mmucheck/language';

/** The name of every file that `file` needs, itself included, as far as the sources have them. */
export function reachableFiles(sources: ModelSources, file: string): ReadonlySet<string> {
  const reached = new Set<string>();
  const queue = [file];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    const text = sources.texts.get(name);
    if (text === undefined || reached.has(name)) continue;
    reached.add(name);
    for (const each of importsOf(text)) {
      const target = resolveImport(name, each.specifier);
      if (target !== null) queue.push(target);
    }
  }
  return reached;
}

/** A SHA-256 over names and texts: equal for equal sources, whatever the order in which they were read. */
export function contentHash(sources: ModelSources): string {
  const known = hashes.get(sources);
  if (known !== undefined) return known;
  const hash = createHash('sha256');
  for (const [name, text] of [...sources.texts].sort(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(`${name.length}:${name}${text.length}:${text}`);
  }
  const digest = hash.digest('hex');
  hashes.set(sources, digest);
  return digest;
}

/** The same over what can matter to the given files: they themselves and whatever they import. */
export function reachedHash(sources: ModelSources, files: Iterable<string>): string {
  const reached = new Set([...new Set(files)].flatMap((file) => [...reachableFiles(sources, file)]));
  const texts = [...sources.texts].filter(([name]) => reached.has(name));
  return contentHash({ root: sources.root, texts: new Map(texts) });
}

const hashes = new WeakMap<ModelSources, string>();

/** Reads a text file with line ends as git stores them. */
export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
      .replace(/^\uFEFF/, '')
      .replace(/\r\n/g, '\n');
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw InputError.of(`cannot read ${path} (${reason})`, 'Give the path of a readable text file.');
  }
}

function nameOf(root: string, path: string): string {
  return relative(resolve(root), path).split(sep).join('/');
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : filesBelow(path);
      return /\.ts$/.test(entry.name) && !/\.(test|d)\.ts$/.test(entry.name) ? [path] : [];
    });
}
