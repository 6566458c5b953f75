/** Where the value of a test comes from, within its function: shared memory as it is then, or the answer of a call. */
import type { Expr, Stmt } from '../../compiler/ir/program.js';
import { everyStatement, partsOf } from '../effects.js';
import type { Site } from '../mutant.js';

/** The statements that give the scalars of an expression their values, going back through copies and combinations. */
function sourcesOf(
  expr: Expr,
  { fn }: Pick<Site, 'fn'>,
): { readonly exprs: readonly Expr[]; readonly calls: readonly string[] } {
  const setters = new Map<number, Stmt[]>();
  for (const statement of everyStatement(fn.body)) {
    const target =
      statement.do === 'set' ? statement.variable : statement.do === 'call' ? statement.target : null;
    if (target !== null) setters.set(target, [...(setters.get(target) ?? []), statement]);
  }
  const exprs = [expr];
  const calls: string[] = [];
  const seen = new Set<number>();
  for (let at = 0; at < exprs.length; at++) {
    for (const variable of scalarsOf(exprs[at] as Expr)) {
      if (seen.has(variable) || fn.variables[variable]?.type.kind === 'record') continue;
      seen.add(variable);
      for (const setter of setters.get(variable) ?? []) {
        if (setter.do === 'set') exprs.push(setter.value);
        if (setter.do === 'call') calls.push(setter.callee);
      }
    }
  }
  return { exprs, calls };
}

/** The functions whose results decide. */
export function callsOf(expr: Expr, site: Pick<Site, 'fn'>): readonly string[] {
  return sourcesOf(expr, site).calls;
}

/** Whether shared memory decides, read here or by a function that is asked. */
export function dependsOnShared(expr: Expr, site: Site): boolean {
  const { exprs, calls } = sourcesOf(expr, site);
  const { effects, fn } = site;
  return (
    exprs.some((each) => effects.reads(each, fn)) || calls.some((callee) => effects.ofFunction(callee).reads)
  );
}

function scalarsOf(expr: Expr): readonly number[] {
  const own = expr.op === 'read' && expr.place.path.length === 0 ? [expr.place.variable] : [];
  return [...own, ...partsOf(expr).flatMap(scalarsOf)];
}
