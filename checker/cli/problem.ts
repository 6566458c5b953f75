/** What went wrong, as plain data: it also comes from worker threads. */
import type { Diagnostic } from '../diagnostics.js';

/** Bad input: a diagnostic with its code frame. */
export interface Problem extends Diagnostic {
  readonly frame: string | null;
}

/** An internal error. */
export interface Failure {
  readonly message: string;
  readonly stack: string;
}
