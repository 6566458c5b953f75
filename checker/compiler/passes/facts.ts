/** What can be said of a function before it is inlined anywhere. */
import type { Function, Stmt } from '../ir/program.js';

export interface FunctionFacts {
  /** By variable: how many statements assign it, write to its place or pass that on. */
  readonly assignments: ReadonlyMap<number, number>;
  /** By alias: how many statements bind it. */
  readonly aliases: ReadonlyMap<number, number>;
  readonly returnsAtEnd: boolean;
}

export function factsOf(fn: Function): FunctionFacts {
  const assignments = new Map<number, number>();
  const aliases = new Map<number, number>();
  let returns = 0;
  forEachStatement(fn.body, (statement) => {
    for (const variable of assigned(statement))
      assignments.set(variable, (assignments.get(variable) ?? 0) + 1);
    if (statement.do === 'alias') aliases.set(statement.variable, (aliases.get(statement.variable) ?? 0) + 1);
    if (statement.do === 'return') returns++;
  });
  return { assignments, aliases, returnsAtEnd: returns === 1 && fn.body.at(-1)?.do === 'return' };
}

/** The variables that statements set, and those whose places they write to or pass on. */
export function assignedVariables(body: readonly Stmt[]): ReadonlySet<number> {
  const all = new Set<number>();
  forEachStatement(body, (statement) => {
    for (const variable of assigned(statement)) all.add(variable);
  });
  return all;
}

function assigned(statement: Stmt): readonly number[] {
  switch (statement.do) {
    case 'set':
    case 'choose':
    case 'for':
      return [statement.variable];
    case 'alias':
    case 'assign':
      return [statement.place.variable];
    case 'call': {
      const places = statement.args.flatMap((each) => ('place' in each ? [each.place.variable] : []));
      return statement.target === null ? places : [statement.target, ...places];
    }
    case 'yield':
    case 'if':
    case 'loop':
    case 'block':
    case 'assume':
    case 'assert':
    case 'break':
    case 'continue':
    case 'return':
      return [];
    default:
      return statement satisfies never;
  }
}

function forEachStatement(body: readonly Stmt[], visit: (statement: Stmt) => void): void {
  for (const statement of body) {
    visit(statement);
    if (statement.do === 'if') {
      forEachStatement(statement.then, visit);
      forEachStatement(statement.else, visit);
    } else if (statement.do === 'yield') forEachStatement(statement.rest ?? [], visit);
    else if (statement.do === 'loop' || statement.do === 'for' || statement.do === 'block')
      forEachStatement(statement.body, visit);
  }
}
