/** The instructions of a block as statements. */
import type { Instr } from '../ir/graph.js';
import { fixedField, plus, store, testOf, valueOf } from './expressions.js';
import type { Variables } from './variables.js';
import type { WordChanges } from './word-changes.js';

/**
 * @param changes where writes of constants and locals are collected; what is left there at the end is still to be made
 * @param failed the statement that ends the function with a failure
 */
export function statements(
  instrs: readonly Instr[],
  variables: Variables,
  changes: WordChanges,
  failed: (failure: number) => string,
): string[] {
  return instrs.flatMap((instr) => {
    if (instr.do === 'store') return storeStatements(instr, variables, changes);
    return [...changes.flush(variables), statement(instr, variables, failed)];
  });
}

function storeStatements(
  { ref, value }: Instr & { readonly do: 'store' },
  variables: Variables,
  changes: WordChanges,
): string[] {
  const field = fixedField(ref, variables);
  if (field === null || (value.op !== 'const' && value.op !== 'local')) {
    return [...changes.flush(variables), store(ref, valueOf(value, variables), variables)];
  }
  const before = changes.conflicts(field) ? changes.flush(variables) : [];
  changes.put(field, plus(valueOf(value, variables), -field.lo), true);
  return before;
}

function statement(
  instr: Instr & { readonly do: 'set' | 'check' },
  variables: Variables,
  failed: (failure: number) => string,
): string {
  return instr.do === 'set'
    ? `${variables.local(instr.local)} = ${valueOf(instr.value, variables)};`
    : `if (!${testOf(instr.test, variables)}) ${failed(instr.failure)}`;
}

/** The text of a word of the state at `at` in `array`. */
export function element(array: string, at: string, word: number): string {
  return word === 0 ? `${array}[${at}]` : `${array}[${at} + ${word}]`;
}

/** One part per line, without the empty ones. Concatenated, not joined, so that nested text is not copied again. */
export function lines(...parts: readonly string[]): string {
  let all = '';
  for (const part of parts) if (part !== '') all = all === '' ? part : `${all}\n${part}`;
  return all;
}
