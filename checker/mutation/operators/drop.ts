/** A write of the shared state, or a call of what writes or waits and has no answer, is left out: flushes, requests, marks, barriers. */
import type { Stmt } from '../../compiler/ir/program.js';
import { everyStatement } from '../effects.js';
import { type Edit, leftOut, type Operator, edited } from '../mutant.js';

export const drop: Operator = ({ fn, effects, vocabulary, text }) => {
  const others = new Set([
    ...vocabulary.work,
    ...vocabulary.sections.flatMap(({ acquire, release }) => [acquire, release]),
  ]);
  // Without it a loop would go round within one step, for ever.
  const endless = new Set<Stmt>();
  for (const loop of everyStatement(fn.body)) {
    if (loop.do !== 'loop') continue;
    const stepping = loop.body.filter((each) => each.do !== 'if' && effects.of(each, fn).steps);
    if (stepping.length === 1) for (const each of stepping) endless.add(each);
  }
  return [...everyStatement(fn.body)].flatMap((statement) => {
    if (statement.do !== 'assign' && (statement.do !== 'call' || statement.target !== null)) return [];
    if (statement.do === 'call' && others.has(statement.callee)) return [];
    const { writes, waits } = effects.of(statement, fn);
    if ((!writes && !waits) || endless.has(statement)) return [];
    const edits = new Map<Stmt, Edit>([[statement, leftOut(statement, effects, fn)]]);
    return [
      {
        operator: 'drop' as const,
        what: text(statement),
        span: statement.span,
        edits,
        places: edited(edits),
      },
    ];
  });
};
