/** Prints what went wrong, for people: the place, the line itself, the way out. Never a stack trace. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { codeFrame } from '../code-frame.js';
import { type Diagnostic, InputError } from '../diagnostics.js';
import type { Environment } from './environment.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import type { JobOutcome } from './jobs.js';
import type { Failure, Problem } from './problem.js';
import { type Style, styleFor } from './style.js';
import { UnsoundError } from './unsound.js';

/** Bad input whose code frames are already made, from the sources as a patch left them. */
export class FramedInputError extends Error {
  override readonly name = 'FramedInputError';
  constructor(readonly problems: readonly Problem[]) {
    super(problems.map((each) => each.message).join('\n'));
  }
}

/** Gives the diagnostics their code frames while the sources are at hand; everything else passes unchanged. */
export function framed(error: unknown, textOf: (file: string) => string | undefined): unknown {
  if (!(error instanceof InputError)) return error;
  return new FramedInputError(error.diagnostics.map((each) => withFrame(each, textOf)));
}

export function reportError(error: unknown, environment: Pick<Environment, 'stderr' | 'cwd'>): ExitCode {
  const { cwd } = environment;
  if (error instanceof UnsoundError) return reportUnsound(error, environment);
  const known = framed(error, (file) => textOnDisk(cwd, file));
  if (known instanceof FramedInputError) return reportProblems(known.problems, environment);
  return reportFailure(failureOf(error), environment);
}

function reportUnsound(
  { message, reason, advice }: UnsoundError,
  { stderr }: Pick<Environment, 'stderr'>,
): ExitCode {
  const style = styleFor(stderr);
  stderr.write(`${style('bold', 'mmucheck:')} ${message}\n  ${reason}\n  ${style('cyan', advice)}\n`);
  return EXIT.unsound;
}

export function reportProblems(
  problems: readonly Problem[],
  { stderr }: Pick<Environment, 'stderr'>,
): ExitCode {
  const style = styleFor(stderr);
  stderr.write(problems.map((problem) => problemText(problem, style)).join('\n'));
  return EXIT.usage;
}

export function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return { message: String(error), stack: '' };
  return { message: error.message, stack: error.stack ?? '' };
}

export function reportFailure(
  { message, stack }: Failure,
  { stderr }: Pick<Environment, 'stderr'>,
): ExitCode {
  // One place of the stack is enough to report the bug by.
  const place = /\/((?:checker|counterexamples)\/[^():\s]+:\d+):\d+/.exec(stack)?.[1];
  stderr.write(`${styleFor(stderr)('red', 'internal error:')} ${message}\n`);
  stderr.write(
    `  This is a bug in mmucheck${place === undefined ? '' : ` (${place})`}; it says nothing about the model.\n`,
  );
  return EXIT.internal;
}

/** Prints why a scenario has no report. */
export function reportTrouble(outcome: JobOutcome, environment: Pick<Environment, 'stderr'>): ExitCode {
  if (outcome.kind === 'problems') return reportProblems(outcome.problems, environment);
  if (outcome.kind === 'failure') return reportFailure(outcome, environment);
  throw new Error(`a thread answered with a ${outcome.kind}`);
}

export function problemText(problem: Problem, style: Style): string {
  const { span, message, advice, frame } = problem;
  const place = span === null ? 'mmucheck' : `${span.file}:${span.line}:${span.column}`;
  const lines = [`${style('bold', `${place}:`)} ${message}`];
  // A message of several lines shows the text itself.
  if (frame !== null && !message.includes('\n')) lines.push(frame.trimEnd());
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
