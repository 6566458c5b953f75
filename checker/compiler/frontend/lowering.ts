/** Ties the parts of lowering together, which call each other. */
import { lowerAccess } from './access.js';
import { lowerCondition } from './conditions.js';
import type { Lowering } from './context.js';
import { lowerExpression } from './expressions.js';
import { lowerStatement } from './statements.js';

export const lowering: Lowering = {
  access: lowerAccess,
  expression: lowerExpression,
  condition: lowerCondition,
  statement: lowerStatement,
};
