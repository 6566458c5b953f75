/**
 * The folder in which compiled models are remembered: `.mmucheck/cache` of a project, or where that cannot be written
 * the user's own cache. It may be deleted at any time.
 */
import { createHash } from 'node:crypto';
import {
  accessSync,
  constants,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deflateSync, inflateSync } from 'node:zlib';
import type { BuildStore } from '../build-cache.js';

/** What is oldest is deleted when there is more than this. */
const MOST_BYTES = 128 * 2 ** 20;

/**
 * A store in a project's folder. What cannot be read or written is not remembered: no reason to fail.
 * @param otherwise the folder to take if the project's cannot be written
 */
export function buildFolder(root: string, otherwise: string | null = null): BuildStore {
  const own = join(root, '.mmucheck', 'cache');
  const folder = otherwise === null || makeFolder(own) ? own : otherwise;
  const version = checkerVersion();
  const pathOf = (key: string) => join(folder, `${key}-${version}`);
  let tidied = false;
  return {
    read(key) {
      try {
        return inflateSync(readFileSync(pathOf(key))).toString();
      } catch {
        return null;
      }
    },
    write(key, text) {
      try {
        makeFolder(folder);
        const temporary = `${pathOf(key)}.${process.pid}-${performance.now()}`;
        writeFileSync(temporary, deflateSync(text, { level: 1 }));
        renameSync(temporary, pathOf(key));
        if (!tidied) tidy(folder);
        tidied = true;
      } catch {
        // Compiled again the next time.
      }
    },
  };
}

/**
 * A folder of the user's, for projects that are only read. Not the folder for temporary files: what lies there may be
 * from anyone, and it is run.
 */
export function userCache(): string {
  return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'mmucheck');
}

/** Whether the folder is there now and can be written. */
function makeFolder(folder: string): boolean {
  try {
    if (mkdirSync(folder, { recursive: true }) !== undefined)
      writeFileSync(join(folder, '.gitignore'), '*\n');
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** A hash of the checker's own program and TypeScript's version: others may compile differently. */
function checkerVersion(): string {
  const folder = fileURLToPath(new URL('..', import.meta.url));
  const hash = createHash('sha256').update(createRequire(import.meta.url)('ts-morph/package.json').version);
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  for (const name of names.filter((each) => /\.[jt]s$/.test(each)).sort())
    hash.update(`${name}\0`).update(readFileSync(join(folder, name)));
  return hash.digest('hex').slice(0, 16);
}

function tidy(folder: string): void {
  const files = readdirSync(folder)
    .filter((name) => !name.startsWith('.'))
    .map((name) => ({ path: join(folder, name), ...statsOf(join(folder, name)) }))
    .sort((left, right) => right.time - left.time);
  let bytes = 0;
  for (const { path, size } of files) {
    bytes += size;
    if (bytes > MOST_BYTES) rmSync(path, { force: true });
  }
}

/** Another process may have deleted it meanwhile. */
function statsOf(path: string): { size: number; time: number } {
  const stats = statSync(path, { throwIfNoEntry: false });
  return { size: stats?.size ?? 0, time: stats?.mtimeMs ?? 0 };
}
