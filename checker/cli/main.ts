#!/usr/bin/env node
/** The program: real streams, clock and signals around `run`. */
import { existsSync } from 'node:fs';
import { availableParallelism, freemem } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Environment } from './environment.js';
import { EXIT } from './exit-codes.js';
import { cannotWrite, writeWholeFile } from './files.js';
import { outputOf } from './output.js';
import { run } from './run.js';

const interruption = new AbortController();
let interruptedAt: number | null = null;
let readerLeft = false;
let unwritable: Error | null = null;

process.on('SIGINT', interrupt);
process.on('SIGTERM', interrupt);
// A reader that has seen enough (`| head`) is no error; a full disk behind `>` is.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') readerLeft = true;
  else unwritable = error;
  interruption.abort();
});
process.stderr.on('error', () => undefined);

const code = await run(process.argv.slice(2), environment());
await flushed();
// An error is told after the write that it is about.
await new Promise(setImmediate);
if (unwritable !== null)
  process.stderr.write(`mmucheck: ${cannotWrite('standard output', unwritable).message}\n`);
process.exitCode = unwritable !== null ? EXIT.usage : readerLeft ? EXIT.brokenPipe : code;

/** The first time ends cleanly, the second at once. Under npx one Ctrl-C arrives twice: from the terminal and from npm. */
function interrupt(): void {
  const time = performance.now();
  if (interruptedAt === null) interruptedAt = time;
  else if (time - interruptedAt > 300) process.exit(EXIT.interrupted);
  interruption.abort();
}

function environment(): Environment {
  return {
    stdout: outputOf(process.stdout),
    stderr: outputOf(process.stderr),
    cwd: process.cwd(),
    packageRoot: packageRoot(),
    now: () => performance.now(),
    signal: interruption.signal,
    processors: availableParallelism(),
    freeMemory,
    writeFile: writeWholeFile,
    remember: true,
    workerModule: new URL('./worker.js', import.meta.url),
  };
}

/** The folder of the package.json above this file, whether this is the source or the built program. */
function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json')) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}

function freeMemory(): number {
  const limit = process.constrainedMemory();
  const free = freemem();
  return limit > 0 && limit < 2 ** 50 ? Math.min(free, limit - process.memoryUsage.rss()) : free;
}

/** Waits until everything printed has left, or cannot. */
function flushed(): Promise<void> {
  return new Promise((resolve) => {
    if (process.stdout.errored || process.stdout.writableLength === 0) return resolve();
    process.stdout.once('error', () => resolve());
    process.stdout.write('', () => resolve());
  });
}
