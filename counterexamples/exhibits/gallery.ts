/** The files of the gallery, by name: has the scenarios of all exhibits checked, and renders what is found. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseTrace } from '../parse.js';
import type { Trace } from '../trace.js';
import { EXHIBITS, type Exhibit } from './exhibits.js';
import { fileOf, index, page } from './page.js';

/** @param mmucheck runs the program in the project */
export async function galleryFiles(
  mmucheck: (args: readonly string[]) => Promise<unknown>,
): Promise<ReadonlyMap<string, string>> {
  const folder = mkdtempSync(join(tmpdir(), 'mmucheck-gallery-'));
  try {
    const names = new Set(EXHIBITS.map(({ scenario }) => scenario));
    await mmucheck(['check', ...names, '--out', folder]);
    const pairs = EXHIBITS.map((exhibit) => ({ exhibit, trace: readTrace(folder, exhibit) }));
    return new Map([
      ['README.md', index(pairs)],
      ...pairs.map(({ exhibit, trace }): [string, string] => [fileOf(exhibit), page(exhibit, trace)]),
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function readTrace(folder: string, { scenario, property }: Exhibit): Trace {
  const name = `${scenario.replace('/', '.')}.${property}.trace.json`;
  return parseTrace(readFileSync(join(folder, name), 'utf8'), name);
}
