/** Runs a program once as a whole process and says how long it took and how much memory it had at most. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface Run {
  /** Null if it was killed. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** From the start of the process to its end. */
  readonly wallSeconds: number;
  /** The most resident memory seen; null where /proc does not tell. */
  readonly peakBytes: number | null;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly timeoutSeconds?: number;
}

const POLL_MILLISECONDS = 20;

export function runProcess(
  command: string,
  args: readonly string[],
  { cwd, timeoutSeconds = 900 }: RunOptions = {},
): Promise<Run> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: timeoutSeconds * 1000,
      killSignal: 'SIGKILL',
      ...(cwd !== undefined && { cwd }),
    });
    let peakBytes: number | null = null;
    const poll = setInterval(() => {
      peakBytes = Math.max(peakBytes ?? 0, residentBytes(child.pid) ?? 0) || null;
    }, POLL_MILLISECONDS);
    const output = { stdout: '', stderr: '' };
    child.stdout.on('data', (data) => (output.stdout += data));
    child.stderr.on('data', (data) => (output.stderr += data));
    child.on('error', reject);
    child.on('close', (code) => {
      clearInterval(poll);
      resolve({ code, ...output, wallSeconds: (performance.now() - started) / 1000, peakBytes });
    });
  });
}

/** The high-water mark, so that a peak between two looks is not missed (only one after the last look is). */
function residentBytes(pid: number | undefined): number | null {
  try {
    const [, kilobytes] = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return kilobytes === undefined ? null : Number(kilobytes) * 1024;
  } catch {
    return null;
  }
}
