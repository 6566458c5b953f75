/** Runs other programs. Of the referees, only this folder touches processes and files. */
import { spawn } from 'node:child_process';

export interface ToolRun {
  /** Null if a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
  readonly timedOut: boolean;
}

export interface ToolOptions {
  readonly cwd?: string;
  readonly timeoutSeconds?: number;
}

/** @throws Error if there is no such program */
export function runTool(
  command: string,
  args: readonly string[],
  { cwd, timeoutSeconds }: ToolOptions = {},
): Promise<ToolRun> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let [stdout, stderr, timedOut] = ['', '', false];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const timer =
      timeoutSeconds === undefined
        ? null
        : setTimeout(() => {
            timedOut = true;
            child.kill('SIGKILL');
          }, timeoutSeconds * 1000);
    const settle = (): void => {
      if (timer !== null) clearTimeout(timer);
    };
    child.on('error', (error) => {
      settle();
      reject(error);
    });
    child.on('close', (code) => {
      settle();
      resolve({ code, stdout, stderr, seconds: (performance.now() - started) / 1000, timedOut });
    });
  });
}

/** The first line that a program says of itself; null if there is none such. */
export async function versionOf(command: string, args: readonly string[]): Promise<string | null> {
  try {
    const { stdout, stderr } = await runTool(command, args);
    return (stdout || stderr).trim().split('\n')[0] ?? '';
  } catch {
    return null;
  }
}

/** Runs a program that must end well. */
export async function runToEnd(
  command: string,
  args: readonly string[],
  options: ToolOptions = {},
): Promise<ToolRun> {
  const run = await runTool(command, args, options);
  if (run.code === 0) return run;
  const said = (run.stderr.trim() || run.stdout.trim()).split('\n').slice(0, 5).join('\n');
  throw new Error(`${[command, ...args].join(' ')} ended with ${run.code}:\n${said}`);
}
