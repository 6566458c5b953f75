/** Prints what went wrong, for people: the place, the line itself, the way out. Never a stack trace. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { codeFrame } from '../code-frame.js';
import { type Diagnostic, InputError } from '../diagnostics.js';
import type { Environment } from './environment.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { type Style, styleFor } from './style.js';

/** A diagnostic with its code frame: plain data that also crosses from a worker thread. */
export interface Problem extends Diagnostic {
  readonly frame: string | null;
}

/** Bad input whose code frames are already made, from the sources as a patch left them. */
export class FramedInputError extends Error {
  override readonly name = 'FramedInputError';
  constructor(readonly problems: readonly Problem[]) {
    super(problems.map((each) => each.message).join('\n'));
  }
}

/** The checker itself is wrong: a counterexample that direct execution does not confirm, above all. */
export class InternalError extends Error {
  override readonly name = 'InternalError';
}

/** Gives the diagnostics their code frames while the sources are at hand; everything else passes unchanged. */
export function framed(error: unknown, textOf: (file: string) => string | undefined): unknown {
  if (!(error instanceof InputError)) return error;
  return new FramedInputError(error.diagnostics.map((each) => withFrame(each, textOf)));
}

export function reportError(error: unknown, environment: Pick<Environment, 'stderr' | 'cwd'>): ExitCode {
  const { stderr, cwd } = environment;
  const style = styleFor(stderr);
  if (error instanceof InputError) error = framed(error, (file) => textOnDisk(cwd, file));
  if (error instanceof FramedInputError) {
    stderr.write(error.problems.map((problem) => problemText(problem, style)).join('\n'));
    return EXIT.usage;
  }
  stderr.write(
    `${style('red', 'internal error:')} ${error instanceof Error ? error.message : String(error)}\n`,
  );
  stderr.write(`  This is a bug in mmucheck${originOf(error)}; nothing is said about the model.\n`);
  return EXIT.internal;
}

export function problemText(problem: Problem, style: Style): string {
  const { span, message, advice, frame } = problem;
  const place = span === null ? 'mmucheck' : `${span.file}:${span.line}:${span.column}`;
  const lines = [`${style('bold', `${place}:`)} ${message}`];
  if (frame !== null) lines.push(frame.trimEnd());
  if (advice !== '') lines.push(`  ${style('cyan', advice)}`);
  return `${lines.join('\n')}\n`;
}

function withFrame(diagnostic: Diagnostic, textOf: (file: string) => string | undefined): Problem {
  const text = diagnostic.span === null ? undefined : textOf(diagnostic.span.file);
  const frame = diagnostic.span === null || text === undefined ? null : codeFrame(text, diagnostic.span);
  return { ...diagnostic, frame };
}

function textOnDisk(cwd: string, file: string): string | undefined {
  try {
    return readFileSync(resolve(cwd, file), 'utf8');
  } catch {
    return undefined;
  }
}

/** One place of the stack is enough to report the bug by. */
function originOf(error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const place = /\((?:file:\/\/)?[^()]*\/((?:checker|counterexamples)\/[^()]+:\d+):\d+\)/.exec(stack)?.[1];
  return place === undefined ? '' : ` (${place})`;
}
