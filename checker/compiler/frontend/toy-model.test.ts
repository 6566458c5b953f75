/** A model of the shape of a real one: its lowering, pinned for people to read. */
import { expect, test } from 'vitest';
import { printProgram } from '../ir/print-program.js';
import { FrontEnd } from './frontend.js';
import { TOY_MODEL, TOY_ROOTS } from './testing/toy-model.js';

const sources = { root: '/project', texts: new Map(Object.entries(TOY_MODEL)) };

test('the toy model lowers to the program that is pinned', async () => {
  const program = new FrontEnd().program(sources, TOY_ROOTS);
  await expect(`${printProgram(program)}\n`).toMatchFileSnapshot('./testing/toy-model.listing');
});

test('a program is plain data', () => {
  const program = new FrontEnd().program(sources, TOY_ROOTS);
  expect(JSON.parse(JSON.stringify(program))).toEqual(program);
});

test('every call and yield has a text at its own position', () => {
  const { callTexts } = new FrontEnd().program(sources, TOY_ROOTS);
  for (const [position, text] of Object.entries(callTexts)) {
    const [file = '', line, column] = position.split(':');
    const rest = (TOY_MODEL[file] ?? '').split('\n').slice(Number(line) - 1);
    const source = [(rest[0] ?? '').slice(Number(column) - 1), ...rest.slice(1)].join('\n');
    expect(source.replace(/\s+/g, ' ')).toContain(text);
    expect(source.replace(/\s+/g, ' ').startsWith(text)).toBe(true);
  }
  expect(Object.values(callTexts)).toContain('split(kvm, iter, shared)');
  expect(Object.values(callTexts)).toContain('yield () => is_free(lock)');
});

test('the program says what the configuration consists of', () => {
  const { configuration } = new FrontEnd().program(sources, TOY_ROOTS);
  expect(configuration?.map(({ name, type }) => `${name}: ${type.kind}`)).toEqual([
    'gfns: int',
    'fanout: int',
    'tables: int',
    'cpus: int',
    'flush: enum',
  ]);
});
