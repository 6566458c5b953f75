/** The ledger is what the program prints now, everything in it was found, and the README begins with what works. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { mmucheck, ROOT } from './testing/environment.js';

const text = readFileSync(join(ROOT, 'README.md'), 'utf8');
const claims = readFileSync(join(ROOT, 'CLAIMS.md'), 'utf8');
const parts = [...claims.matchAll(/<!-- mmucheck (.*?) -->\n([\s\S]*?)<!-- end -->/g)];

it('has the list of claims', () => {
  expect(parts.map(([, command]) => command)).toContain('list --claims --markdown');
});

it.each(parts.map(([, command = '', printed = '']) => [command, printed]))(
  'mmucheck %s is current (if not: npm run claims)',
  async (command, printed) => {
    const { stdout } = await mmucheck(command.split(' '), { cwd: ROOT });
    expect(printed).toBe(stdout);
  },
);

it('has found what the ledger says (if not: npm run claims)', async () => {
  const { stdout } = await mmucheck(['list', '--claims', '--json'], { cwd: ROOT });
  const records: { scenario: string | null; recorded?: boolean }[] = JSON.parse(stdout).claims;
  expect(records.filter(({ scenario, recorded }) => scenario !== null && !recorded)).toEqual([]);
});

it('begins with the two commands', () => {
  const lines = text.split('\n');
  expect(lines.slice(0, 30)).toContain('npm ci && npx mmucheck check');
  expect(lines.slice(0, 30)).toContain('npm ci && npm test');
});
