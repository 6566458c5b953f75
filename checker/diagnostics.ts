/** Errors about the user's input: data with a place, a message and a way out, made anywhere and printed in one place. */
import type { Span } from './compiler/ir/program.js';

export interface Diagnostic {
  /** Where; null for input that is not a text file (a flag). */
  readonly span: Span | null;
  readonly message: string;
  /** What to do about it, in one sentence. */
  readonly advice: string;
}

/** Bad input, with everything that is wrong with it. Ends the command with exit code 2. */
export class InputError extends Error {
  override readonly name = 'InputError';
  constructor(readonly diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map((each) => each.message).join('\n'));
  }

  static of(message: string, advice: string, span: Span | null = null): InputError {
    return new InputError([{ span, message, advice }]);
  }
}
