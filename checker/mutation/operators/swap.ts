/**
 * Two adjacent writes change places. A unit is a step of this function with what it computes, or a call or a branch that
 * takes steps. Two of them are swapped if both write to the shared state, neither needs what the other computes, and
 * neither leaves the place.
 */
import type { Argument, Expr, Stmt } from '../../compiler/ir/program.js';
import { everyList, everyStatement, expressionsOf, partsOf } from '../effects.js';
import { boundary, type Edit, type Operator, type Place, type Proposal, type Site } from '../mutant.js';

export const swap: Operator = (site) => {
  const { fn, effects, text } = site;
  return [...everyList(fn.body)].flatMap((list) => {
    const units = unitsOf(list, site);
    return units.slice(1).flatMap((second, index): Proposal[] => {
      const first = units[index] ?? [];
      const [one, two] = [first[0], second[0]];
      if (one === undefined || two === undefined || !isMovable(first) || !isMovable(second)) return [];
      if (!effects.ofBody(first, fn).writes || !effects.ofBody(second, fn).writes) return [];
      if (depend(first, second, site)) return [];
      const [left, right] = [nameOf(first), nameOf(second)];
      if (left === right) return [];
      // What moves is there twice in a program that holds both forms: the smaller of the two.
      const moved = effects.sizeOfBody(first) < effects.sizeOfBody(second) ? first : second;
      const edits = new Map<Stmt, Edit>(
        moved === second
          ? [
              [one, { before: [boundary(one), ...second] }],
              [two, { through: second.at(-1) ?? two }],
            ]
          : [
              [one, { through: first.at(-1) ?? one, before: [boundary(one)] }],
              [second.at(-1) ?? two, { after: first }],
            ],
      );
      const what = `${left} and ${right}`;
      const places = [first, second].map((unit) => effective(unit, site));
      return [{ operator: 'swap', what, span: one.span, edits, places }];
    });
  });

  function nameOf(unit: readonly Stmt[]): string {
    const shown = unit.find((each) => {
      const { writes, waits } = effects.of(each, fn);
      return writes || waits;
    });
    return shown === undefined ? '' : text(shown);
  }
};

/** Where a unit does something. */
function effective(unit: readonly Stmt[], { effects, fn }: Site): readonly Place[] {
  return [...everyStatement(unit)].flatMap((statement): Place[] => {
    if (statement.do !== 'call' && statement.do !== 'assign') return [];
    return effects.of(statement, fn).writes ? [{ statement, where: 'before' }] : [];
  });
}

/** The steps of a list; what stands before the first one belongs to the caller's step. */
function unitsOf(list: readonly Stmt[], site: Site): readonly (readonly Stmt[])[] {
  const { effects, fn } = site;
  const units: Stmt[][] = [];
  let pending: Stmt[] = [];
  for (const statement of list) {
    const { steps, reads, writes, waits } = effects.of(statement, fn);
    if (steps) {
      units.push([...pending, statement]);
      pending = [];
    } else if (reads || writes || waits || statement.do === 'assert' || units.length === 0) {
      // Part of the step before, with the local computation that leads to it.
      units.at(-1)?.push(...pending, statement);
      pending = [];
    } else pending.push(statement);
  }
  units.at(-1)?.push(...pending);
  return units;
}

function isMovable(unit: readonly Stmt[]): boolean {
  const labels = new Set<number>();
  const all = [...everyStatement(unit)];
  for (const each of all)
    if (each.do === 'loop' || each.do === 'for' || each.do === 'block') labels.add(each.label);
  return all.every((each) => {
    if (each.do === 'return' || each.do === 'alias') return false;
    return (each.do !== 'break' && each.do !== 'continue') || labels.has(each.label);
  });
}

/** By variables: what both do to the state is the question, not the answer. */
function depend(first: readonly Stmt[], second: readonly Stmt[], { effects, fn }: Site): boolean {
  const [one, two] = [variablesOf(first), variablesOf(second)];
  const meet = (left: ReadonlySet<number>, right: ReadonlySet<number>): boolean =>
    [...left].some((each) => right.has(each));
  return meet(one.set, two.used) || meet(one.used, two.set) || meet(one.set, two.set);

  function variablesOf(unit: readonly Stmt[]): { set: ReadonlySet<number>; used: ReadonlySet<number> } {
    const set = new Set<number>();
    const used = new Set<number>();
    const use = (expr: Expr): void => {
      if (expr.op === 'read') used.add(expr.place.variable);
      for (const part of partsOf(expr)) use(part);
    };
    for (const each of everyStatement(unit)) {
      for (const expr of expressionsOf(each)) use(expr);
      if (each.do === 'set' || each.do === 'choose' || each.do === 'for') set.add(each.variable);
      if (each.do === 'assign') set.add(each.place.variable);
      if (each.do === 'call') {
        if (each.target !== null) set.add(each.target);
        each.args.forEach((argument: Argument) => {
          if ('place' in argument) set.add(argument.place.variable);
        });
      }
    }
    const own = (variables: ReadonlySet<number>): ReadonlySet<number> =>
      new Set([...variables].filter((each) => !effects.isState(each, fn)));
    return { set: own(set), used: own(used) };
  }
}
