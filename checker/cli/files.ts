/** Writing files: whole or not at all. */
import { mkdirSync, statSync } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { InputError } from '../diagnostics.js';
import type { Environment } from './environment.js';

let serial = 0;

/**
 * Writes a file, making its folders. The text goes to a temporary file beside it, which takes its name when it is
 * complete: a full disk or an interrupt leaves what was there before.
 */
export async function writeWholeFile(path: string, text: string): Promise<void> {
  const temporary = join(dirname(path), `.mmucheck-${process.pid}-${serial++}.tmp`);
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(temporary, 'wx');
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw cannotWrite(path, error);
  }
}

/** Makes a folder at once: whether it can be written should not turn out after an hour's search. */
export function makeFolder(path: string, cwd: string): void {
  try {
    mkdirSync(resolve(cwd, path), { recursive: true });
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

export function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** For commands with `--output`: to the file that it names, else to standard output. */
export async function printOrWrite(
  text: string,
  output: string | undefined,
  { stdout, cwd, writeFile }: Pick<Environment, 'stdout' | 'cwd' | 'writeFile'>,
): Promise<void> {
  if (output === undefined || output === '-') stdout.write(text);
  else await writeFile(resolve(cwd, output), text);
}

export function cannotWrite(path: string, error: unknown): InputError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  return InputError.of(
    `cannot write ${path}: ${REASONS[code] ?? code}`,
    code === 'ENOSPC' || code === 'EDQUOT'
      ? 'Make room or write elsewhere.'
      : 'Give a path that can be written.',
  );
}

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'no space left on the device',
  EDQUOT: 'the disk quota is used up',
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EROFS: 'the file system is read-only',
  ENOTDIR: 'a part of the path is not a folder',
  EEXIST: 'a part of the path is not a folder',
  EISDIR: 'it is a folder',
};
