import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from './commands.js';
import { wantsColour } from './environment.js';
import { EXIT, worstExitCode } from './exit-codes.js';
import { writeWholeFile } from './files.js';
import { progressDisplay } from './progress.js';
import { caught, mmucheck } from './testing/environment.js';

describe('help', () => {
  it.each(COMMANDS.map(({ name }) => name))(
    'of %s fits a screen and is the same in every form',
    async (name) => {
      const { code, stdout, stderr } = await mmucheck([...name.split(' '), '--help']);
      expect(code).toBe(EXIT.ok);
      expect(stderr).toBe('');
      expect(stdout).toContain(`mmucheck ${name}`);
      const lines = stdout.trimEnd().split('\n');
      expect(lines.length).toBeLessThanOrEqual(40);
      for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(100);
      expect((await mmucheck(['help', ...name.split(' ')])).stdout).toBe(stdout);
    },
  );

  it('names every command and exit status', async () => {
    const { code, stdout } = await mmucheck(['--help']);
    expect(code).toBe(EXIT.ok);
    for (const { name } of COMMANDS) expect(stdout).toContain(`  ${name} `);
    for (const status of [0, 1, 2, 3, 4, 5, 130])
      expect(stdout).toMatch(new RegExp(`^ +${status}  \\w`, 'm'));
    for (const line of stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(120);
  });

  it('is what one gets for nothing, as an error', async () => {
    const { code, stdout, stderr } = await mmucheck([]);
    expect([code, stdout]).toEqual([EXIT.usage, '']);
    expect(stderr).toContain('Commands:');
  });

  it('of a family shows each member', async () => {
    const { code, stdout } = await mmucheck(['trace', '--help']);
    expect(code).toBe(EXIT.ok);
    for (const name of ['show', 'export', 'replay']) expect(stdout).toContain(`mmucheck trace ${name}`);
  });
});

describe('what is not understood', () => {
  it.each([
    [['chekc'], 'Did you mean "check"?'],
    [['frobnicate'], 'See mmucheck --help.'],
    [['trace'], '"trace" needs a second word'],
    [['trace', 'shwo'], 'Did you mean "trace show"?'],
    [['--json', 'check'], 'comes before a command'],
    [['check', '--josn'], 'Did you mean --json?'],
    [['check', '--workers', '0'], '--workers is not a count: "0"'],
    [['check', '--memory', 'lots'], '--memory is not a size: "lots"'],
    [['validate'], 'missing argument: PATCH...'],
    [['trace', 'show'], 'missing argument: FILE'],
    [['trace', 'show', 'no-such-file'], 'cannot read'],
    [['trace', 'export', 'x', '--format', 'pdf'], '--format cannot be "pdf"'],
    [['list', 'scenarois'], "Did you mean 'scenarios'?"],
    [['export', 'doors/latched', '--to', 'png'], '--to cannot be "png"'],
  ])('%j', async (argv, message) => {
    const { code, stdout, stderr } = await mmucheck(argv);
    expect(stderr).toContain(message);
    expect([code, stdout]).toEqual([EXIT.usage, '']);
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});

it('version is that of the package', async () => {
  const { stdout } = await mmucheck(['--version']);
  expect(stdout).toMatch(/^mmucheck \d+\.\d+\.\d+\n$/);
  expect((await mmucheck(['version'])).stdout).toBe(stdout);
});

describe('list', () => {
  it.each(['scenarios', 'properties', 'operations', 'variants', 'claims'])('%s', async (what) => {
    const { code, stdout } = await mmucheck(['list', what]);
    expect(code).toBe(EXIT.ok);
    expect(stdout).toMatchSnapshot();
    const records = JSON.parse((await mmucheck(['list', what, '--json'])).stdout)[what];
    expect(records.length).toBe(stdout.trimEnd().split('\n').length - 2);
  });

  it('as Markdown', async () => {
    const { stdout } = await mmucheck(['list', 'claims', '--markdown']);
    expect(stdout).toContain('| claim | scenario |');
    expect(stdout).toContain('| A1(b) | doors/unlatched | no-wait | T1 T2 violated |');
  });
});

describe('cost', () => {
  it('counts the steps of a process that runs alone', async () => {
    const { code, stdout } = await mmucheck(['cost', 'doors/latched', 'doors/opposite-order', '--json']);
    expect(code).toBe(EXIT.ok);
    expect(JSON.parse(stdout).costs).toMatchObject([
      { scenario: 'doors/latched', steps: 4 },
      { scenario: 'doors/opposite-order', steps: 6 },
    ]);
  });

  it.each([
    [['--count', 'nothing'], 'no file exports a function nothing'],
    [['--process', 'carol'], "doors/latched has no process 'carol'"],
  ])('%j', async (options, message) => {
    const { code, stdout, stderr } = await mmucheck(['cost', 'doors/latched', ...options]);
    expect(stderr).toContain(message);
    expect([code, stdout]).toEqual([EXIT.usage, '']);
  });
});

describe('export', () => {
  it.each([
    ['ir', 'ann'],
    ['dot', 'digraph'],
    ['program', 'operation visit'],
    ['promela', 'active proctype'],
    ['murphi', 'startstate'],
  ])('to %s', async (format, part) => {
    const { code, stdout } = await mmucheck(['export', '--to', format, 'doors/latched']);
    expect(code).toBe(EXIT.ok);
    expect(stdout).toContain(part);
    expect(stdout.endsWith('\n')).toBe(true);
  });

  it('of several scenarios is refused', async () => {
    const { code, stdout, stderr } = await mmucheck(['export', 'doors']);
    expect(stderr).toContain('Name one of: doors/latched, doors/unlatched, doors/opposite-order.');
    expect([code, stdout]).toEqual([EXIT.usage, '']);
  });
});

describe('files', () => {
  it('are written whole, with their folders', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mmucheck-'));
    const path = join(folder, 'a/b/c.txt');
    await writeWholeFile(path, 'text');
    expect(readFileSync(path, 'utf8')).toBe('text');
    expect(readdirSync(join(folder, 'a/b'))).toEqual(['c.txt']);
  });

  it('leave nothing behind when they cannot be written', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mmucheck-'));
    writeFileSync(join(folder, 'file'), 'kept');
    await expect(writeWholeFile(join(folder, 'file/below'), 'text')).rejects.toThrow(
      /cannot write .*file\/below/,
    );
    await expect(writeWholeFile(folder, 'text')).rejects.toThrow('cannot write');
    expect(readdirSync(folder)).toEqual(['file']);
    expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('kept');
  });
});

describe('progress', () => {
  function display(terminal: boolean) {
    let time = 0;
    const stderr = caught({ terminal, columns: 20 });
    const shown = progressDisplay({ stderr, now: () => time });
    return { stderr, shown, wait: (milliseconds: number) => (time += milliseconds) };
  }

  it('is one line on a terminal, at most four times a second and never wrapped', () => {
    const { stderr, shown, wait } = display(true);
    for (let step = 0; step < 100; step++) {
      wait(10);
      shown.update(() => `line ${step} ${'x'.repeat(50)}`);
    }
    shown.clear();
    const lines = stderr.text().split('\r').slice(1);
    expect(lines).toHaveLength(5);
    expect(lines.at(-1)).toBe('\x1b[K');
    for (const line of lines) expect(line.replace('\x1b[K', '').length).toBeLessThan(20);
    expect(stderr.text()).not.toContain('\n');
  });

  it('is a plain line every ten seconds elsewhere, so none in a short run', () => {
    const { stderr, shown, wait } = display(false);
    for (let second = 1; second <= 25; second++) {
      wait(1000);
      shown.update(() => `second ${second}`);
    }
    shown.clear();
    expect(stderr.text()).toBe('second 10\nsecond 20\n');
  });
});

it('colour follows the terminal, NO_COLOR and FORCE_COLOR', () => {
  expect(wantsColour(true, {})).toBe(true);
  expect(wantsColour(false, {})).toBe(false);
  expect(wantsColour(true, { NO_COLOR: '1' })).toBe(false);
  expect(wantsColour(true, { NO_COLOR: '' })).toBe(true);
  expect(wantsColour(true, { TERM: 'dumb' })).toBe(false);
  expect(wantsColour(false, { FORCE_COLOR: '1' })).toBe(true);
  expect(wantsColour(true, { FORCE_COLOR: '0' })).toBe(false);
  expect(wantsColour(true, { FORCE_COLOR: '1', NO_COLOR: '1' })).toBe(false);
});

it('of several exit codes the one wins that says least about the model', () => {
  expect(worstExitCode([])).toBe(0);
  expect(worstExitCode([0, 3, 0])).toBe(3);
  expect(worstExitCode([3, 1, 0])).toBe(1);
  expect(worstExitCode([1, 2])).toBe(2);
  expect(worstExitCode([1, 130, 5])).toBe(130);
});
