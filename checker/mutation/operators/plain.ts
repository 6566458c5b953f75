/**
 * A locked instruction is made plain: others may come between its read and its write, and it does not wait for the store buffer. (That
 * the comparison of a compare-and-exchange is left out altogether is what `ignore` does to it.) One that only writes becomes
 * one that overtakes the stores before it.
 */
import type { Stmt } from '../../compiler/ir/program.js';
import { type Effects, everyList, everyStatement } from '../effects.js';
import { type Edit, edited, type Operator, type Proposal, type Site } from '../mutant.js';
import { callsOf, dependsOnShared } from './dependence.js';

export const plain: Operator = (site) =>
  site.fn.operation ? [...everyList(site.fn.body)].flatMap((list) => stepsOf(list, site)) : helper(site);

/** The locked steps of a list. */
function stepsOf(list: readonly Stmt[], site: Site): readonly Proposal[] {
  const { fn, effects, text } = site;
  return list.flatMap((guard, at): Proposal[] => {
    if (guard.do !== 'assume' || !isLocked(guard, site) || dependsOnShared(guard.test, site)) return [];
    const step = untilNextStep(list.slice(at + 1), site);
    const torn = step.find((each, index) => {
      if (!effects.of(each, fn).writes || step.slice(0, index).some(({ do: kind }) => kind === 'alias'))
        return false;
      return updates(each, effects, site) || effects.ofBody(step.slice(0, index), fn).reads;
    });
    const edits = new Map<Stmt, Edit>([[guard, { skip: true }]]);
    if (torn === undefined) {
      const write = step.find((each) => effects.of(each, fn).writes) ?? guard;
      const places = edited(edits);
      return [{ operator: 'undrained', what: text(write), span: guard.span, edits, places }];
    }
    edits.set(torn, { torn: true });
    const places = [[{ statement: torn, where: 'before' as const }]];
    return [{ operator: 'plain', what: text(torn), span: torn.span, edits, places }];
  });
}

/** What a locked step leaves to a function. */
function helper(site: Site): readonly Proposal[] {
  const { fn, effects, text, isCalledLocked } = site;
  if (!isCalledLocked(fn.id)) return [];
  return [...everyStatement(fn.body)].flatMap((statement): Proposal[] => {
    if (!updates(statement, effects, site)) return [];
    const edits = new Map<Stmt, Edit>([[statement, { torn: true }]]);
    const what = text(statement);
    return [{ operator: 'plain', what, span: statement.span, edits, places: edited(edits) }];
  });
}

/** `x = x | bit`. */
function updates(statement: Stmt, effects: Effects, { fn }: Site): boolean {
  return (
    statement.do === 'assign' && effects.isWritten(statement.place, fn) && effects.reads(statement.value, fn)
  );
}

export function isLocked(
  guard: Stmt & { readonly do: 'assume' },
  site: Pick<Site, 'fn' | 'vocabulary'>,
): boolean {
  return callsOf(guard.test, site).some((callee) => site.vocabulary.locked.includes(callee));
}

/** The functions that locked steps of a function call. */
export function calledLocked(site: Pick<Site, 'fn' | 'vocabulary' | 'effects'>): readonly string[] {
  return [...everyList(site.fn.body)].flatMap((list) =>
    list.flatMap((guard, at) => {
      if (guard.do !== 'assume' || !isLocked(guard, site)) return [];
      return untilNextStep(list.slice(at + 1), site).flatMap((each) =>
        each.do === 'call' ? [each.callee] : [],
      );
    }),
  );
}

function untilNextStep(
  list: readonly Stmt[],
  { effects, fn }: Pick<Site, 'effects' | 'fn'>,
): readonly Stmt[] {
  const end = list.findIndex((each) => effects.of(each, fn).steps);
  return end < 0 ? list : list.slice(0, end);
}
