/**
 * What functions do besides computing a result: whether guards and predicates only look.
 *
 * A guard and a predicate are evaluated at any time and any number of times, so neither may write to the state,
 * choose, or disable a step. Found by following calls to a fixed point.
 */
import type { Function, Place, Span, Stmt } from '../ir/program.js';
import { asksCurrent, expressionsOf } from './build.js';

export interface Effect {
  /** For a message: `writes to the state`. */
  readonly what: string;
  readonly span: Span;
}

/** What a function, or a list of statements of one, does. */
export interface Effects {
  /** The first write through each variable that is a place. */
  readonly writes: Map<number, Effect>;
  choice: Effect | null;
  assumption: Effect | null;
  current: Effect | null;
}

export class EffectAnalysis {
  readonly #effects = new Map<string, Effects>();

  constructor(readonly functions: ReadonlyMap<string, Function>) {
    for (const id of functions.keys()) this.#effects.set(id, noEffects());
    let changed = true;
    while (changed) {
      changed = false;
      for (const [id, each] of functions) {
        const effects = this.of(each, each.body);
        if (sizeOf(effects) > sizeOf(this.#effects.get(id) ?? noEffects())) {
          this.#effects.set(id, effects);
          changed = true;
        }
      }
    }
  }

  /** The effects of statements of a function. */
  of(within: Function, statements: readonly Stmt[]): Effects {
    const effects = noEffects();
    const roots = aliasRoots(within);
    const write = (place: Place, effect: Effect): void => {
      for (const root of roots.get(place.variable) ?? [place.variable]) {
        if (!effects.writes.has(root)) effects.writes.set(root, effect);
      }
    };
    visit(statements, (statement) => {
      const { span } = statement;
      if (expressionsOf(statement).some(asksCurrent))
        effects.current ??= { what: 'asks which process runs it', span };
      if (statement.do === 'assign') write(statement.place, { what: 'writes to the state', span });
      if (statement.do === 'choose') effects.choice ??= { what: 'makes a choice', span };
      if (statement.do === 'assume') effects.assumption ??= { what: 'makes an assumption', span };
      if (statement.do !== 'call') return;
      const called = this.#effects.get(statement.callee);
      if (called === undefined) return;
      const via = (effect: Effect): Effect => ({
        what: `calls \`${statement.callee}\`, which ${effect.what}`,
        span,
      });
      if (called.choice !== null) effects.choice ??= via(called.choice);
      if (called.assumption !== null) effects.assumption ??= via(called.assumption);
      if (called.current !== null) effects.current ??= via(called.current);
      for (const [parameter, effect] of called.writes) {
        const argument = statement.args[parameter];
        if (argument !== undefined && 'place' in argument) write(argument.place, via(effect));
      }
    });
    return effects;
  }
}

/** What keeps a guard from being a mere look at the state, if anything does. */
export function guardImpurity(effects: Effects): Effect | null {
  const [write] = effects.writes.values();
  return write ?? effects.choice ?? effects.assumption;
}

/** The same for a predicate, which may have records of its own, and is run by no process. */
export function predicateImpurity(effects: Effects, predicate: Function): Effect | null {
  const [write] = [...effects.writes].flatMap(([root, effect]) =>
    root < predicate.parameters ? [effect] : [],
  );
  return write ?? effects.choice ?? effects.assumption ?? effects.current;
}

/** Which parameters the aliases of a function may name a part of. */
function aliasRoots(within: Function): ReadonlyMap<number, readonly number[]> {
  const roots = new Map<number, readonly number[]>();
  visit(within.body, (statement) => {
    if (statement.do !== 'alias') return;
    const source = statement.place.variable;
    const found = roots.get(source) ?? [source];
    roots.set(statement.variable, [...(roots.get(statement.variable) ?? []), ...found]);
  });
  return roots;
}

function noEffects(): Effects {
  return { writes: new Map(), choice: null, assumption: null, current: null };
}

function sizeOf(effects: Effects): number {
  const flags = [effects.choice, effects.assumption, effects.current].filter((each) => each !== null);
  return effects.writes.size + flags.length;
}

/** Visits all statements, those inside others included. */
function visit(statements: readonly Stmt[], each: (statement: Stmt) => void): void {
  for (const statement of statements) {
    each(statement);
    switch (statement.do) {
      case 'if':
        visit(statement.then, each);
        visit(statement.else, each);
        break;
      case 'loop':
      case 'for':
      case 'block':
        visit(statement.body, each);
        break;
      case 'yield':
        visit(statement.rest ?? [], each);
        break;
      default:
        break;
    }
  }
}
