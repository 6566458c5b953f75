/** How strongly the operators bind, in JavaScript as in C: what is weaker than its surroundings gets parentheses. */
import type { BinaryOperator } from './program.js';

/** A text, and how strongly it holds together. */
export interface Text {
  readonly text: string;
  readonly strength: number;
}

export const CONDITIONAL = 1;

export const BINARY: Readonly<Record<BinaryOperator, number>> = {
  '||': 2,
  '&&': 3,
  '|': 4,
  '^': 5,
  '&': 6,
  '===': 7,
  '!==': 7,
  '<': 8,
  '<=': 8,
  '>': 8,
  '>=': 8,
  '<<': 9,
  '>>': 9,
  '>>>': 9,
  '+': 10,
  '-': 10,
  '*': 11,
  '/': 11,
  '%': 11,
};

export const UNARY = 20;
export const ATOM = 30;

/** The text in parentheses, if it is weaker than that. */
export function within({ text, strength }: Text, wanted: number): string {
  return strength < wanted ? `(${text})` : text;
}
