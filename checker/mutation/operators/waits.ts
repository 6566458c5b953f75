/** A step does not wait for what it waits for. */
import type { Stmt } from '../../compiler/ir/program.js';
import { everyStatement } from '../effects.js';
import { type Edit, edited, type Operator } from '../mutant.js';
import { dependsOnShared } from './dependence.js';

export const waits: Operator = (site) => {
  const { fn, text } = site;
  return [...everyStatement(fn.body)].flatMap((statement) => {
    // Waiting for the store buffer is no look at shared memory.
    if (statement.do !== 'assume' || !dependsOnShared(statement.test, site)) return [];
    const edits = new Map<Stmt, Edit>([[statement, { skip: true }]]);
    const what = text(statement);
    return [{ operator: 'wait' as const, what, span: statement.span, edits, places: edited(edits) }];
  });
};
