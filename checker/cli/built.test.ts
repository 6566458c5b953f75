/** The built program as a process of its own: threads, signals and pipes. Skipped while dist/ is older than the sources. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT, TOY } from './testing/environment.js';

const PROGRAM = join(ROOT, 'dist/checker/cli/main.js');
const ENDLESS = join(ROOT, 'checker/cli/fixtures/endless');

/** A module that says at the end whether TypeScript is among what was loaded. */
const TELL_TYPESCRIPT = `data:text/javascript,${encodeURIComponent(`
  import { createRequire } from 'node:module';
  const { cache } = createRequire('${PROGRAM}');
  process.on('exit', () => {
    if (Object.keys(cache).some((file) => file.endsWith('/typescript.js') || file.endsWith('/ts-morph.js'))) console.error('TypeScript is loaded');
  });
`)}`;

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the program; `onStart` may send it signals or stop reading. */
function run(
  argv: readonly string[],
  cwd: string,
  onStart: (program: ChildProcessWithoutNullStreams) => void = () => undefined,
  nodeOptions: readonly string[] = [],
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const program = spawn(process.execPath, [...nodeOptions, PROGRAM, ...argv], { cwd });
    const output = { stdout: '', stderr: '' };
    program.stdout.on('data', (data) => (output.stdout += data));
    program.stderr.on('data', (data) => (output.stderr += data));
    program.on('error', reject);
    program.on('close', (code) => resolve({ code, ...output }));
    onStart(program);
  });
}

/** Whatever it is doing then, loading or searching: the end is the same. */
const interrupt = (program: ChildProcessWithoutNullStreams) =>
  void setTimeout(() => program.kill('SIGINT'), 1500);

describe.skipIf(!isBuilt())('the built program', () => {
  it('gives the same results with threads as without', async () => {
    const untimed = async (workers: string) => {
      const { code, stdout } = await run(['check', '--json', '--workers', workers], TOY);
      return { code, results: stdout.replace(/"(s|searchS)econds": .*|"memoryBytes": .*/g, '') };
    };
    const alone = await untimed('1');
    expect(alone.code).toBe(0);
    expect(await untimed('3')).toEqual(alone);
  });

  it.each([
    ['one search', ['check', 'counters/first', '--json'], 1],
    ['searches in threads', ['check', '--json', '--workers', '2'], 2],
  ])('ends %s cleanly on Ctrl-C', async (_, argv, scenarios) => {
    const { code, stdout } = await run([...argv, '--memory', '1G'], ENDLESS, interrupt);
    expect(code).toBe(130);
    const { results } = JSON.parse(stdout);
    expect(results).toHaveLength(scenarios);
    for (const { verdict } of results) expect(verdict).toBe('incomplete');
  });

  it('ends with a whole table and the reason in words', async () => {
    const { code, stdout } = await run(['check', 'counters/first', '--memory', '1G'], ENDLESS, interrupt);
    expect(code).toBe(130);
    expect(stdout).toContain('incomplete: interrupted');
  });

  it('stops at the memory limit', async () => {
    const { code, stdout } = await run(['check', 'counters/first', '--memory', '32M'], ENDLESS);
    expect(code).toBe(3);
    expect(stdout).toContain('incomplete: the memory limit was reached (--memory)');
  });

  it('does not load TypeScript for what it remembers', async () => {
    const cwd = mkdtempSync(join(tmpdir(), 'mmucheck-'));
    cpSync(TOY, cwd, { recursive: true, filter: (path) => !path.includes('.mmucheck') });
    const check = async (...options: string[]) => {
      const { code, stdout, stderr } = await run(['check', 'doors/latched', ...options], cwd, undefined, [
        '--import',
        TELL_TYPESCRIPT,
      ]);
      expect(code).toBe(0);
      return { stdout: stdout.replace(/[\d.]+\s+s\n/, ''), loaded: stderr.includes('TypeScript is loaded') };
    };
    const first = await check();
    expect(first.loaded).toBe(true);
    expect(await check()).toEqual({ ...first, loaded: false });
    expect(await check('--no-cache')).toEqual(first);
    // Read from disk again, nothing else.
    const file = join(cwd, 'model/doors.ts');
    writeFileSync(file, `${readFileSync(file, 'utf8')}\n`);
    expect(await check()).toEqual(first);
  });

  it('stops when nobody reads any more', async () => {
    const { code, stderr } = await run(['check'], TOY, (program) => {
      program.stdout.once('data', () => program.stdout.destroy());
    });
    expect(stderr).not.toContain('EPIPE');
    expect(code).toBe(141);
  });
});

/** Whether the program was built since the last change of a source. */
function isBuilt(): boolean {
  const sources = ['checker', 'counterexamples'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.includes('.test.') && !name.includes('fixtures'))
      .map((name) => statSync(join(ROOT, folder, name)).mtimeMs),
  );
  const built = statSync(join(ROOT, 'dist/.tsbuildinfo'), { throwIfNoEntry: false });
  return built !== undefined && built.mtimeMs >= Math.max(...sources);
}
