/** The model of a scenario in another tool's language, as `mmucheck export` writes it. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Run, runProcess } from '../process.js';

export const MMUCHECK = fileURLToPath(new URL('../../checker/cli/main.js', import.meta.url));

/** Writes the model into the folder and returns its path. */
export async function exportModel(
  scenario: string,
  target: 'promela' | 'murphi',
  folder: string,
): Promise<string> {
  const file = join(folder, target === 'promela' ? 'model.pml' : 'model.m');
  await succeed(process.execPath, [MMUCHECK, 'export', '--to', target, scenario, '--output', file]);
  return file;
}

/** Runs a program that must end well. Returns how long it took. */
export async function succeed(command: string, args: readonly string[], cwd?: string): Promise<number> {
  const run = await runProcess(command, args, cwd === undefined ? {} : { cwd });
  if (run.code !== 0) throw new Error(`${[command, ...args].join(' ')}: ${complaintOf(run)}`);
  return run.wallSeconds;
}

/** The first line of `--version` or the like, if there is such a program. */
export async function versionOf(command: string, args: readonly string[]): Promise<string | null> {
  try {
    const { stdout, stderr } = await runProcess(command, args);
    return (stdout || stderr).trim().split('\n')[0] ?? null;
  } catch {
    return null;
  }
}

export function complaintOf({ code, stdout, stderr }: Run): string {
  return `exit ${code}: ${(stderr.trim() || stdout.trim()).split('\n').slice(-3).join(' / ')}`;
}

/** The number that a pattern finds, commas removed. */
export function numberIn(text: string, pattern: RegExp): number | null {
  const found = pattern.exec(text)?.[1];
  return found === undefined ? null : Number(found.replaceAll(',', ''));
}
