/**
 * The answer of a look at the shared state is ignored: a branch that gives up (returns, retries, goes on with the next) is not
 * taken, or what is done only if nothing has changed is done all the same.
 */
import type { Stmt } from '../../compiler/ir/program.js';
import { type Effects, everyStatement } from '../effects.js';
import { type Edit, type Operator, type Site, edited } from '../mutant.js';
import { callsOf, dependsOnShared } from './dependence.js';

type If = Stmt & { readonly do: 'if' };

export const ignore: Operator = (site) => {
  const { fn, text } = site;
  // What ends a loop is no answer that somebody could ignore.
  const endless = new Set(
    [...everyStatement(fn.body)].flatMap((each) => (each.do === 'loop' ? [each.label] : [])),
  );
  return [...everyStatement(fn.body)].flatMap((statement) => {
    if (statement.do !== 'if' || !dependsOnShared(statement.test, site)) return [];
    const truth = wayOn(statement, site, endless);
    if (truth === null) return [];
    const edits = new Map<Stmt, Edit>([[statement, { truth }]]);
    return [
      {
        operator: 'ignore' as const,
        what: text(statement),
        span: statement.span,
        edits,
        places: edited(edits),
      },
    ];
  });
};

/** How the test comes out for who goes on regardless; null if neither branch gives up. */
function wayOn(statement: If, site: Site, endless: ReadonlySet<number>): boolean | null {
  if (leaves(statement.then, endless)) return false;
  if (leaves(statement.else, endless)) return true;
  if (statement.else.length > 0) return null;
  const { effects, fn } = site;
  const isWork = effects.ofBody(statement.then, fn).writes;
  return isWork && callsOf(statement.test, site).some((callee) => isLook(effects, callee)) ? true : null;
}

function leaves(body: readonly Stmt[], endless: ReadonlySet<number>): boolean {
  const last = body.at(-1);
  if (last?.do === 'break') return !endless.has(last.label);
  return last?.do === 'return' || last?.do === 'continue';
}

function isLook(effects: Effects, callee: string): boolean {
  const { reads, writes } = effects.ofFunction(callee);
  return reads && !writes;
}
