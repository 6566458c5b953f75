/** JSON that somebody may have changed by hand: what is wrong with it is said, and what to do. */
import type { Span } from '../compiler/ir/program.js';
import { InputError } from '../diagnostics.js';

export interface JsonRules<T> {
  /** For messages: the file, perhaps with a line. */
  readonly name: string;
  readonly isRight: (value: unknown) => value is T;
  /** What is said of JSON that is not right, behind the name. */
  readonly wrong?: string;
  readonly advice: string;
  readonly span?: Span;
}

/** @throws InputError */
export function parseJson<T>(text: string, rules: JsonRules<T>): T {
  const { name, isRight, wrong = 'has not what belongs there', advice, span } = rules;
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw InputError.of(`${name} is no JSON: ${reason}`, advice, span);
  }
  if (!isRight(found)) throw InputError.of(`${name} ${wrong}`, advice, span);
  return found;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
