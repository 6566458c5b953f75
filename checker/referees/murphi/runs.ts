/**
 * Runs of assignments that stand in several rules, as procedures: most of a step's text is resets of locals that are dead
 * and tables that are freed, and the compiler of what Rumur makes of it takes a third of the time.
 */
import type { Namer } from '../names.js';
import { indented } from './control.js';

/** Shorter ones are written out. */
const WORTH_A_CALL = 4;

export class Runs {
  readonly #counts = new Map<string, number>();
  readonly #names = new Map<string, string>();

  constructor(readonly globals: Namer) {}

  note(lines: readonly string[]): readonly string[] {
    const text = lines.join('\n');
    this.#counts.set(text, (this.#counts.get(text) ?? 0) + 1);
    return lines;
  }

  /** Once everything has been noted. */
  write(lines: readonly string[], process: string): readonly string[] {
    const text = lines.join('\n');
    if (lines.length < WORTH_A_CALL || (this.#counts.get(text) ?? 0) < 2) return lines;
    const name = this.#names.get(text) ?? this.globals.fresh(`${process}_sets_1`);
    this.#names.set(text, name);
    return [`${name}();`];
  }

  get procedures(): readonly string[] {
    return [...this.#names].map(([text, name]) =>
      [`procedure ${name}();`, 'begin', ...indented(text.split('\n')), 'end;'].join('\n'),
    );
  }
}
