/** The command line in a test: run in this process, with its output caught. */
import { fileURLToPath } from 'node:url';
import type { Environment, Output } from '../environment.js';
import type { ExitCode } from '../exit-codes.js';
import { writeWholeFile } from '../files.js';
import { run } from '../run.js';

export const TOY = fileURLToPath(new URL('../fixtures/toy', import.meta.url));
export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

export interface Outcome {
  readonly code: ExitCode;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `mmucheck ...argv` in the toy project, or where `changes` says. */
export async function mmucheck(
  argv: readonly string[],
  changes: Partial<Environment> = {},
): Promise<Outcome> {
  const stdout = caught();
  const stderr = caught();
  const code = await run(argv, {
    stdout,
    stderr,
    cwd: TOY,
    packageRoot: ROOT,
    now: () => performance.now(),
    signal: new AbortController().signal,
    processors: 1,
    freeMemory: () => 2 ** 30,
    writeFile: writeWholeFile,
    remember: false,
    workerModule: null,
    ...changes,
  });
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}

export interface Caught extends Output {
  text(): string;
}

export function caught(as: Partial<Output> = {}): Caught {
  const parts: string[] = [];
  return {
    terminal: false,
    columns: 100,
    colour: false,
    ...as,
    write: (text) => void parts.push(text),
    text: () => parts.join(''),
  };
}
