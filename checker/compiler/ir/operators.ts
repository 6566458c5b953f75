/**
 * What the operators of the graph mean, on exact integers. The folding passes and the interpreter share this one
 * definition, and generated code is tested against it.
 */
import type { BinaryOperator, UnaryOperator } from './program.js';

/** The range of every value: results outside are an `arithmetic` model error, checked before they are used. */
export const INT_MIN = -0x8000_0000;
export const INT_MAX = 0x7fff_ffff;

export function applyUnary(operator: UnaryOperator, operand: number): number {
  return unary[operator](operand);
}

export function applyBinary(operator: BinaryOperator, left: number, right: number): number {
  return binary[operator](left, right);
}

/** The comparison that holds exactly when the given one does not. */
export const OPPOSITES: Readonly<Partial<Record<BinaryOperator, BinaryOperator>>> = {
  '===': '!==',
  '!==': '===',
  '<': '>=',
  '>=': '<',
  '>': '<=',
  '<=': '>',
};

/** The comparison that says the same with its sides exchanged. */
export const MIRRORS: Readonly<Partial<Record<BinaryOperator, BinaryOperator>>> = {
  '===': '===',
  '!==': '!==',
  '<': '>',
  '>': '<',
  '<=': '>=',
  '>=': '<=',
};

const bit = (value: boolean): number => (value ? 1 : 0);

// `+ 0` turns JavaScript's negative zero into zero: states have one zero only.
const unary: Readonly<Record<UnaryOperator, (operand: number) => number>> = {
  '!': (a) => bit(a === 0),
  '-': (a) => -a + 0,
  '~': (a) => ~a,
};

const binary: Readonly<Record<BinaryOperator, (left: number, right: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b + 0,
  // A zero divisor is checked before; a total function keeps the folding of dead code simple.
  '/': (a, b) => (b === 0 ? 0 : Math.trunc(a / b) + 0),
  '%': (a, b) => (b === 0 ? 0 : (a % b) + 0),
  '<<': (a, b) => a << b,
  '>>': (a, b) => a >> b,
  '>>>': (a, b) => a >>> b,
  '&': (a, b) => a & b,
  '|': (a, b) => a | b,
  '^': (a, b) => a ^ b,
  '<': (a, b) => bit(a < b),
  '<=': (a, b) => bit(a <= b),
  '>': (a, b) => bit(a > b),
  '>=': (a, b) => bit(a >= b),
  '===': (a, b) => bit(a === b),
  '!==': (a, b) => bit(a !== b),
  '&&': (a, b) => bit(a !== 0 && b !== 0),
  '||': (a, b) => bit(a !== 0 || b !== 0),
};
