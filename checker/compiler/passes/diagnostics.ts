/** Collects what is wrong with a program, so that a run reports everything and each thing once. */
import { type Diagnostic, InputError } from '../../diagnostics.js';
import type { Span } from '../ir/program.js';

export class Diagnostics {
  readonly #seen = new Map<string, Diagnostic>();

  add(span: Span | null, message: string, advice: string): void {
    const place = span === null ? '' : `${span.file}:${span.line}:${span.column}`;
    const key = `${place}: ${message}`;
    // Inlining meets the same line many times: the user wants to hear of it once.
    if (!this.#seen.has(key)) this.#seen.set(key, { span, message, advice });
  }

  throwIfAny(): void {
    if (this.#seen.size > 0) throw new InputError([...this.#seen.values()]);
  }
}
