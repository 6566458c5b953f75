/**
 * A function forgets what it owes: a flag of its own that was down is not raised (`flush = true`, `flush = zapped || flush`), so that
 * what is done for it later is not done for this.
 */
import type { Expr, Function, Stmt } from '../../compiler/ir/program.js';
import { everyStatement } from '../effects.js';
import { type Edit, edited, type Operator } from '../mutant.js';

export const forget: Operator = ({ fn, text }) => {
  const given = new Set<number>();
  return [...everyStatement(fn.body)].flatMap((statement) => {
    if (statement.do !== 'set' || fn.variables[statement.variable]?.type.kind !== 'bool') return [];
    const { variable, value } = statement;
    const isFirst = !given.has(variable);
    given.add(variable);
    if (isFirst || !raises(value, variable, fn)) return [];
    const edits = new Map<Stmt, Edit>([[statement, { skip: true }]]);
    const what = text(statement);
    return [{ operator: 'forget' as const, what, span: statement.span, edits, places: edited(edits) }];
  });
};

/** True, or true if it was before: `flag || ...`, which the front end takes apart where a call is in it. */
function raises(value: Expr, flag: number, fn: Function): boolean {
  if (value.op === 'const') return value.value === true;
  if (value.op === 'binary')
    return value.operator === '||' && (isRead(value.left, flag) || isRead(value.right, flag));
  if (value.op !== 'read' || value.place.path.length > 0) return false;
  const { variable } = value.place;
  return [...everyStatement(fn.body)].some(
    (each) => each.do === 'set' && each.variable === variable && isRead(each.value, flag),
  );
}

function isRead(value: Expr, variable: number): boolean {
  return value.op === 'read' && value.place.path.length === 0 && value.place.variable === variable;
}
