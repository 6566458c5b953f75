import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { remembered, useBuildStore } from '../build-cache.js';
import { buildFolder } from './build-folder.js';
import { mmucheck, TOY } from './testing/environment.js';

const folder = () => mkdtempSync(join(tmpdir(), 'mmucheck-'));
const entries = (root: string) =>
  readdirSync(join(root, '.mmucheck/cache')).filter((name) => name !== '.gitignore');
afterEach(() => useBuildStore(null));

it('remembers by kind and inputs, for the next process as well', () => {
  const root = folder();
  useBuildStore(buildFolder(root));
  expect(remembered('sum', [1, 2], () => 3)).toBe(3);
  useBuildStore(buildFolder(root));
  expect(remembered('sum', [1, 2], () => 0)).toBe(3);
  expect(remembered('sum', [1, 3], () => 4)).toBe(4);
  expect(remembered('product', [1, 2], () => 2)).toBe(2);
  expect(entries(root)).toHaveLength(3);
});

it('does not remember errors', () => {
  useBuildStore(buildFolder(folder()));
  const fail = () => remembered('x', [], () => JSON.parse('{'));
  expect(fail).toThrow();
  expect(remembered('x', [], () => 1)).toBe(1);
});

it('makes anew what is damaged, and everything where nothing can be written', () => {
  const root = folder();
  useBuildStore(buildFolder(root));
  remembered('x', [], () => 'first');
  for (const name of entries(root))
    writeFileSync(join(root, '.mmucheck/cache', name), 'not what was written');
  expect(remembered('x', [], () => 'second')).toBe('second');
  expect(remembered('x', [], () => 'third')).toBe('second');

  const locked = folder();
  writeFileSync(join(locked, '.mmucheck'), 'a file where the folder should be');
  useBuildStore(buildFolder(locked));
  expect(remembered('x', [], () => 1)).toBe(1);
  expect(remembered('x', [], () => 2)).toBe(2);
});

it('deletes what is oldest when there is too much', () => {
  const root = folder();
  const cache = join(root, '.mmucheck/cache');
  mkdirSync(cache, { recursive: true });
  for (let index = 0; index < 10; index++)
    writeFileSync(join(cache, `old-${index}`), Buffer.alloc(20 * 2 ** 20));
  useBuildStore(buildFolder(root));
  remembered('x', [], () => 1);
  expect(entries(root).filter((name) => name.startsWith('old')).length).toBe(6);
  expect(remembered('x', [], () => 2)).toBe(1);
});

it('a check says the same whether the model is remembered, new or changed', async () => {
  const cwd = folder();
  cpSync(TOY, cwd, { recursive: true });
  const check = async (remember: boolean) => {
    const { stdout } = await mmucheck(['check', 'doors', '--json'], { cwd, remember });
    useBuildStore(null);
    return stdout.replace(/"(s|searchS)econds": .*|"memoryBytes": .*/g, '');
  };
  const plain = await check(false);
  expect(await check(true)).toBe(plain);
  const remembered = entries(cwd);
  expect(remembered.some((name) => name.startsWith('graph-'))).toBe(true);
  expect(await check(true)).toBe(plain);
  expect(entries(cwd)).toEqual(remembered);

  const file = join(cwd, 'model/doors.ts');
  writeFileSync(file, readFileSync(file, 'utf8').replace('house.visits++;', ''));
  const changed = await check(true);
  expect(changed).not.toBe(plain);
  expect(await check(false)).toBe(changed);
});
