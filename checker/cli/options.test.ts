import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../diagnostics.js';
import { type OptionSpec, parseArguments, parseCount, parseSize } from './options.js';

const OPTIONS: readonly OptionSpec[] = [
  { name: 'patch', value: 'FILE', repeatable: true, help: '' },
  { name: 'out', value: 'DIR', help: '' },
  { name: 'format', value: 'FORMAT', oneOf: ['text', 'json'], help: '' },
  { name: 'output', short: 'o', value: 'FILE', help: '' },
  { name: 'json', help: '' },
];
const parse = (...argv: string[]) =>
  parseArguments(argv, OPTIONS, { usage: '[NAME...]', least: 0, most: 2 }, 'mmucheck x --help');

function problems(run: () => unknown): string[] {
  try {
    run();
  } catch (error) {
    if (error instanceof InputError)
      return error.diagnostics.map((each) => `${each.message} | ${each.advice}`);
    throw error;
  }
  return [];
}

describe('arguments', () => {
  it('may stand in any order', () => {
    const args = parse('a', '--patch', '1', '--json', '--patch=2', 'b', '-o', 'x');
    expect(args.positionals).toEqual(['a', 'b']);
    expect(args.values('patch')).toEqual(['1', '2']);
    expect(args.flag('json')).toBe(true);
    expect(args.value('output')).toBe('x');
    expect(args.value('out')).toBeUndefined();
  });

  it('after -- are never options', () => {
    expect(parse('--', '--json').positionals).toEqual(['--json']);
  });

  it.each([
    [['--jsno'], 'unknown option --jsno | Did you mean --json?'],
    [['--qqqqqqqq'], 'unknown option --qqqqqqqq | See mmucheck x --help.'],
    [['-z'], 'unknown option -z | See mmucheck x --help.'],
    [['--patch'], '--patch needs a value | Write --patch FILE.'],
    [['--patch', '--json'], '--patch needs a value | Write --patch FILE.'],
    [['--out='], '--out has an empty value | Write --out DIR.'],
    [['--out', 'a', '--out', 'b'], '--out is given twice | Give it once.'],
    [['--json=yes'], '--json takes no value | Write just --json.'],
    [['--format', 'jsn'], `--format cannot be "jsn" | Did you mean 'json'?`],
    [['a', 'b', 'c'], 'unexpected argument "c" | See mmucheck x --help.'],
  ])('%j is refused', (argv, message) => {
    expect(problems(() => parse(...argv))).toContain(message);
  });

  it('are refused with everything that is wrong, not the first thing', () => {
    expect(
      problems(() => parse('--nope', '--patch', '--json=1', 'a', 'b', 'c')).length,
    ).toBeGreaterThanOrEqual(3);
  });
});

describe('counts', () => {
  it('are whole numbers above zero', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1 }), (count) => {
        expect(parseCount('n', String(count))).toBe(count);
      }),
    );
    expect(parseCount('n', '1_000_000')).toBe(1e6);
    expect(parseCount('n', undefined)).toBeUndefined();
  });

  it.each(['0', '-1', '1.5', '1e6', '', 'many', '1__0', '_1', '99999999999999999999'])(
    '"%s" is refused',
    (text) => {
      expect(problems(() => parseCount('n', text))).toHaveLength(1);
    },
  );
});

describe('sizes', () => {
  it.each([
    ['1024', 1024],
    ['512M', 512 * 2 ** 20],
    ['2g', 2 * 2 ** 30],
    ['1.5GiB', 1.5 * 2 ** 30],
    ['3MB', 3 * 2 ** 20],
  ])('%s', (text, bytes) => {
    expect(parseSize('memory', text)).toBe(bytes);
  });

  it.each(['0', 'G', '-1G', '1X', '1 G', '0.0001', '9999999T'])('"%s" is refused', (text) => {
    expect(problems(() => parseSize('memory', text))).toHaveLength(1);
  });
});
