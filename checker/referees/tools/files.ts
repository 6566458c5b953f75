/** The files of a referee's run: the model that it reads and what it makes of it. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Calls `use` with the path of an empty folder, which is gone afterwards. */
export async function withTemporaryFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'mmucheck-referee-'));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export function readText(folder: string, name: string): Promise<string> {
  return readFile(join(folder, name), 'utf8');
}

export function writeText(folder: string, name: string, text: string): Promise<void> {
  return writeFile(join(folder, name), text);
}
