/**
 * What is tried again until it succeeds is tried once: `do ... while (failed)`, and `while (frozen)` behind the first try. (A loop
 * that goes through something is no retry, and its `for` has something to do at the end of each round.)
 */
import type { Stmt } from '../../compiler/ir/program.js';
import { everyStatement } from '../effects.js';
import { type Edit, edited, type Operator } from '../mutant.js';
import { callsOf } from './dependence.js';

export const once: Operator = (site) => {
  const { fn, effects, text } = site;
  return [...everyStatement(fn.body)].flatMap((loop) => {
    if (loop.do !== 'loop') return [];
    const { steps, writes } = effects.ofBody(loop.body, fn);
    const exit = loop.body.find(
      (each): each is Stmt & { readonly do: 'if' } =>
        each.do === 'if' && each.then.some((inner) => inner.do === 'break' && inner.label === loop.label),
    );
    if (!steps || !writes || exit === undefined) return [];
    const isRetry = exit === loop.body.at(-1) || callsOf(exit.test, site).length > 0;
    if (!isRetry) return [];
    const edits = new Map<Stmt, Edit>([[exit, { truth: true }]]);
    const what = text(exit);
    return [{ operator: 'once' as const, what, span: loop.span, edits, places: edited(edits) }];
  });
};
