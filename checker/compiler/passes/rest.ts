/** The condition of `rest(...)` as one expression: its code is run on symbols, a branch becoming a conditional. */
import type { Expr, Instr, Terminator } from '../ir/graph.js';
import * as simple from '../ir/simplify.js';
import { mapExpr } from '../ir/traverse.js';

/** More blocks than this on all paths together are no condition that a reader could follow. */
const VISIT_LIMIT = 2000;

/**
 * The value of `result` when control gets from the start of block `start` to where block `end` stops, in terms of
 * the locals before; null if the code does more than compute.
 */
export function restExpression(
  block: (block: number) => { readonly instrs: readonly Instr[]; readonly end: Terminator | null },
  start: number,
  end: number,
  result: Expr,
): Expr | null {
  let visits = 0;

  function walk(at: number, before: ReadonlyMap<number, Expr>): Expr | null {
    if (++visits > VISIT_LIMIT) return null;
    const symbols = new Map(before);
    const substitute = (expr: Expr): Expr =>
      mapExpr(expr, (each) =>
        each.op === 'local' ? (symbols.get(each.local) ?? each) : simple.simplify(each),
      );
    const { instrs, end: terminator } = block(at);
    for (const instr of instrs) {
      if (instr.do !== 'set') return null;
      symbols.set(instr.local, substitute(instr.value));
    }
    if (at === end) return substitute(result);
    if (terminator?.to === 'block') return walk(terminator.block, symbols);
    if (terminator?.to !== 'branch') return null;
    const test = substitute(terminator.test);
    if (test.op === 'const') return walk(test.value !== 0 ? terminator.then : terminator.else, symbols);
    const then = walk(terminator.then, symbols);
    const otherwise = walk(terminator.else, symbols);
    return then === null || otherwise === null ? null : simple.conditional(test, then, otherwise);
  }

  return walk(start, new Map());
}
