/** Writes to fields of state words that are still to be made, so that those to one word become one statement. */
import { maskOf, numberIn, shiftLeft } from './expressions.js';
import type { Field } from './packing.js';
import type { Variables } from './variables.js';

export class WordChanges {
  readonly #words = new Map<number, { clear: number; constant: number; parts: string[] }>();

  /** Whether a write to the field must wait until those before it are made. */
  conflicts(field: Field): boolean {
    const { clear = 0 } = this.#words.get(field.word) ?? {};
    return (clear & (maskOf(field.width) << field.shift)) !== 0;
  }

  /**
   * @param raw the bits to put there, unshifted, as text that reads no word
   * @param mayHold whether the field may hold anything but zero now
   */
  put(field: Field, raw: string, mayHold: boolean): void {
    if (field.width === 0) return;
    const word = this.#words.get(field.word) ?? { clear: 0, constant: 0, parts: [] };
    if (mayHold) word.clear |= maskOf(field.width) << field.shift;
    const constant = numberIn(raw);
    if (constant === null) word.parts.push(shiftLeft(raw, field.shift));
    else word.constant |= constant << field.shift;
    this.#words.set(field.word, word);
  }

  /** The statements that make the writes. */
  flush(variables: Variables): string[] {
    const statements = [...this.#words].map(([index, { clear, constant, parts }]) => {
      const word = variables.word(index);
      const kept = clear === 0 ? [word] : clear === -1 ? [] : [`${word} & ${~clear}`];
      const put = constant === 0 ? parts : [String(constant), ...parts];
      return `${word} = ${[...kept, ...put].join(' | ') || '0'};`;
    });
    this.#words.clear();
    return statements;
  }
}
