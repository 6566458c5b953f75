/** The files of the gallery, by name: has the scenarios of all exhibits checked, and renders what is found. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseTrace } from '../parse.js';
import type { Trace } from '../trace.js';
import { EXHIBITS, type Exhibit } from './exhibits.js';
import { type DeclaredClaim, fileOf, index, page } from './page.js';

/** @param mmucheck runs the program in the project, and returns what it prints */
export async function galleryFiles(
  mmucheck: (args: readonly string[]) => Promise<string>,
): Promise<ReadonlyMap<string, string>> {
  const folder = mkdtempSync(join(tmpdir(), 'mmucheck-gallery-'));
  try {
    const names = new Set(EXHIBITS.map(({ scenario }) => scenario));
    await mmucheck(['check', ...names, '--out', folder]);
    const list = JSON.parse(await mmucheck(['list', '--claims', '--json'])) as { claims: DeclaredClaim[] };
    const shown = EXHIBITS.map((exhibit) => ({
      exhibit,
      declared: declarationOf(exhibit, list.claims),
      trace: readTrace(folder, exhibit),
    }));
    return new Map([
      ['README.md', index(shown)],
      ...shown.map((each): [string, string] => [fileOf(each.exhibit), page(each)]),
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function declarationOf({ claim }: Exhibit, claims: readonly DeclaredClaim[]): DeclaredClaim {
  const declared = claims.find((each) => each.claim === claim);
  if (declared === undefined) throw new Error(`no scenario stands for the claim ${claim} of the gallery`);
  return declared;
}

function readTrace(folder: string, { scenario, property }: Exhibit): Trace {
  const name = `${scenario.replace('/', '.')}.${property}.trace.json`;
  return parseTrace(readFileSync(join(folder, name), 'utf8'), name);
}
