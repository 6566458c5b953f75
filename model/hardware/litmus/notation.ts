/** The notation of litmus tests (program.ts), read when a scenario is loaded. */
import type { Instruction } from './state.js';

export const words = (text: string, separator: string): string[] =>
  text
    .split(separator)
    .map((word) => word.trim())
    .filter((word) => word !== '');

/** All values are below 8. */
export const digit = (text: string): number => '01234567'.indexOf(text);

/** Two registers for each thread: r1 and r2. */
export const register_of = (thread: number, register: number): number => 2 * thread + register - 1;

/** The cells that instructions name, in the order in which they come. */
export function cells_of(instructions: readonly string[]): string[] {
  const named = instructions.filter((text) => text !== 'F').map(cell_of);
  return named.filter((cell, index) => named.indexOf(cell) === index);
}

/** @param nowhere the register of an instruction that keeps nothing */
export function instruction_of(
  text: string,
  cells: readonly string[],
  thread: number,
  nowhere: number,
): Instruction {
  const base = {
    cell: text === 'F' ? 0 : cells.indexOf(cell_of(text)),
    expected: 0,
    value: 0,
    register: keeps(text) ? register_of(thread, digit(text.slice(1, 2))) : nowhere,
  };
  const rest = without_register(text);
  if (rest === 'F') return { ...base, operation: 'FENCE' };
  if (rest.includes('|=')) return { ...base, operation: 'OR', value: digit(rest.slice(-1)) };
  if (rest.endsWith(':acquire')) return { ...base, operation: 'ACQUIRE', value: 1 };
  if (rest.includes('->')) {
    const [expected = '', value = ''] = words(words(rest, ':')[1] ?? '', '->');
    return { ...base, operation: 'COMPARE_EXCHANGE', expected: digit(expected), value: digit(value) };
  }
  if (!rest.includes(':=')) return { ...base, operation: 'LOAD' };
  return { ...base, operation: rest.startsWith('X ') ? 'EXCHANGE' : 'STORE', value: digit(rest.slice(-1)) };
}

/** `r1=x`. */
function keeps(text: string): boolean {
  return text.startsWith('r') && text.slice(2, 3) === '=';
}

function without_register(text: string): string {
  return keeps(text) ? text.slice(3) : text;
}

function cell_of(text: string): string {
  const [cell = ''] = words(without_register(text).replace('X ', '').replace('|=', ':'), ':');
  return cell;
}
