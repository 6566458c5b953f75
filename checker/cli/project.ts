/** Finds the project that a command works on, and the files that its arguments name. */
import { existsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { useBuildStore } from '../build-cache.js';
import type { Patch } from '../workspace/patch.js';
import { openWorkspace, type Workspace } from '../workspace/project.js';
import { readText } from '../workspace/sources.js';
import { buildFolder, userCache } from './build-folder.js';
import type { Environment } from './environment.js';

/** The project around the working directory; outside of any, the model that comes with this package. */
export function openProject({
  cwd,
  packageRoot,
  remember,
}: Pick<Environment, 'cwd' | 'packageRoot' | 'remember'>): Workspace {
  const root = projectRoot(cwd) ?? packageRoot;
  useBuildStore(remember ? buildFolder(root, userCache()) : null);
  return openWorkspace(root);
}

function projectRoot(cwd: string): string | null {
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'mmucheck.json'))) return folder;
    if (dirname(folder) === folder) return null;
  }
}

/** The patches of `--patch`, under the names that the user gave them. */
export function readPatches(files: readonly string[], cwd: string): Patch[] {
  return files.map((name) => ({ name, text: readText(resolve(cwd, name)) }));
}

/** The path of an argument that looks like a scenario file: it must exist then. */
export function scenarioFileOf(cwd: string): (argument: string) => string | null {
  return (argument) => {
    const path = resolve(cwd, argument);
    const isFile = existsSync(path) && statSync(path).isFile();
    return isFile || argument.endsWith('.ts') ? path : null;
  };
}
