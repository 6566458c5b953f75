/** The instructions of a block as statements. */
import type { Instr } from '../ir/graph.js';
import { store, testOf, valueOf } from './expressions.js';
import type { Variables } from './variables.js';

/** @param failed the statement that ends the function with a failure */
export function statements(
  instrs: readonly Instr[],
  variables: Variables,
  failed: (failure: number) => string,
): string[] {
  return instrs.map((instr) => {
    switch (instr.do) {
      case 'set':
        return `${variables.local(instr.local)} = ${valueOf(instr.value, variables)};`;
      case 'store':
        return store(instr.ref, valueOf(instr.value, variables), variables);
      case 'check':
        return `if (!${testOf(instr.test, variables)}) ${failed(instr.failure)}`;
      default:
        return instr satisfies never;
    }
  });
}

/** The text of a word of the state at `at` in `array`. */
export function element(array: string, at: string, word: number): string {
  return word === 0 ? `${array}[${at}]` : `${array}[${at} + ${word}]`;
}

export function lines(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('\n');
}
