/**
 * Random expressions. They keep within what direct execution can tell: arithmetic stays small, and what is stored in
 * a local is in its domain, because it is masked where it is stored.
 */
import type { Decisions } from './decisions.js';
import type { Callable, ResultKind, Scope } from './scope.js';

export class Expressions {
  constructor(protected readonly decide: Decisions) {}

  int(scope: Scope, depth: number): string {
    const { decide } = this;
    const inner = () => this.int(scope, depth - 1);
    const leaves = [
      () => decide.pick(scope.ints) ?? 's.x',
      () => 's.x',
      () => `${this.slot(scope)}.${decide.pick(['count', 'next', 'inner.v'])}`,
      () => `${this.pairRead(scope)}.a`,
      () => decide.pick(['s.y', 's.config.n', 's.slots.length', 'LIMIT', 's.entry.level']) ?? '',
      () => `s.grid[${this.index(scope)}][${this.small(scope)}]`,
    ];
    if (scope.effects) leaves.push(() => 'current()');
    if (depth === 0) return decide.one(() => String(decide.below(4)), ...leaves);
    const calls = [
      () => this.callOf(scope, 'int') ?? inner(),
      () => `bump(s, ${inner()})`,
      () => decide.pick(['choose(0, 1)', 'chooseBelow(3)', 'choose(-1, 2, 4)']) ?? '',
    ];
    return decide.one(
      () => String(decide.below(4)),
      ...leaves,
      () => `(${inner()} + ${inner()})`,
      () => `(${inner()} - ${inner()})`,
      () => `(${inner()} & ${inner()})`,
      () => `((${inner()} & 3) * (${inner()} & 3))`,
      () => `(${this.bool(scope, depth - 1)} ? ${inner()} : ${inner()})`,
      () => `((${inner()} / ${2 + decide.below(2)}) | 0)`,
      () => `(${inner()} % ${2 + decide.below(3)})`,
      () => `(${decide.pick(['-', '~'])}${inner()})`,
      () => `((${inner()} & 7) ${decide.pick(['<<', '>>', '>>>', '|', '^'])} (${inner()} & 3))`,
      () => decide.pick(scope.frames.map((name) => `${name}.cursor`)) ?? inner(),
      ...(scope.effects ? calls : []),
    );
  }

  bool(scope: Scope, depth: number): string {
    const { decide } = this;
    const inner = () => this.bool(scope, depth - 1);
    const number = () => this.int(scope, depth - 1);
    const leaves = [
      // Not the literal, from which TypeScript would conclude that what follows is never reached.
      () => decide.pick(scope.bools) ?? '(1 < 2)',
      () => `s.bits[${this.index(scope)}]`,
      () => `${this.pairRead(scope)}.on`,
      () => decide.pick(['s.config.flag', '(2 < 1)', ...scope.frames.map((name) => `${name}.done`)]) ?? '',
    ];
    if (depth === 0) return decide.one(() => 's.ready', ...leaves);
    const calls = [() => this.callOf(scope, 'bool') ?? inner(), () => 'choose(true, false)'];
    return decide.one(
      () => 's.ready',
      ...leaves,
      // `+ 0` forgets the declared range, of which TypeScript would say that it has nothing in common with another.
      () => `(${number()} + 0 ${decide.pick(['<', '<=', '>', '>='])} ${number()})`,
      () => `(${number()} + 0 ${decide.pick(['===', '!=='])} ${number()})`,
      () => `(${inner()} && ${inner()})`,
      () => `(${inner()} || ${inner()})`,
      () => `!${inner()}`,
      () => `(${inner()} ? ${inner()} : ${inner()})`,
      () => `equal(${this.pairRead(scope)}, ${this.pairRead(scope)})`,
      () => `same_mode(${this.mode(scope, 0)}, ${this.mode(scope, 0)})`,
      ...(scope.effects ? calls : []),
    );
  }

  mode(scope: Scope, depth: number): string {
    const { decide } = this;
    const literal = () => decide.pick(["'IDLE'", "'RUN'", "'DONE'"]) ?? '';
    const leaves = [
      literal,
      () => 'mode_of(s)',
      () => `${this.pairRead(scope)}.mode`,
      () => `${this.slot(scope)}.inner.active`,
    ];
    if (depth === 0) return decide.one(literal, ...leaves);
    const either = () => this.mode(scope, 0);
    return decide.one(literal, ...leaves, () => `(${this.bool(scope, 1)} ? ${either()} : ${either()})`);
  }

  /** A value record where its type is known from what it is stored in. */
  pair(scope: Scope, depth: number): string {
    const { decide } = this;
    if (depth === 0) return this.pairRead(scope);
    return decide.one(
      () => this.pairRead(scope),
      () => `{ ...${this.pairRead(scope)}, a: (${this.int(scope, depth - 1)} & 3) }`,
      () =>
        `{ ...${this.pairRead(scope)}, on: ${this.bool(scope, depth - 1)}, mode: ${this.mode(scope, depth - 1)} }`,
      () =>
        `{ a: (${this.int(scope, depth - 1)} & 3), on: ${this.bool(scope, depth - 1)}, mode: ${this.mode(scope, 0)} }`,
      () => (scope.effects ? this.callOf(scope, 'pair') : null) ?? this.pairRead(scope),
      () => `(${this.bool(scope, depth - 1)} ? ${this.pairRead(scope)} : ${this.pairRead(scope)})`,
    );
  }

  pairRead(scope: Scope): string {
    const known = [...scope.pairs, ...scope.frames.map((name) => `${name}.last`)];
    return this.decide.one(
      () => 's.pair',
      () => this.decide.pick(known) ?? 's.pair',
      () => `${this.slot(scope)}.pair`,
      () => this.decide.pick(['s.entry.pair', 'ZERO']) ?? '',
    );
  }

  /** A place. */
  slot(scope: Scope): string {
    return this.decide.one(
      () => `s.slots[${this.index(scope)}]`,
      () => this.decide.pick(scope.slots) ?? `s.slots[${this.index(scope)}]`,
    );
  }

  /** An index of a Vector of 2 or 3 elements, which may be out of range now and then. */
  index(scope: Scope): string {
    const { decide } = this;
    if (!scope.checks) return String(decide.below(2));
    return decide.one(
      () => '0',
      () => '1',
      () => `(${this.int(scope, 1)} & 1)`,
      () => (decide.below(3) === 2 ? decide.pick(scope.ints) : undefined) ?? '0',
      () => `s.slots[${decide.below(2)}].next`,
      () => (decide.below(4) === 3 ? this.int(scope, 1) : '0'),
    );
  }

  /** An index of a Vector of 2 elements, in range. */
  private small(scope: Scope): string {
    return this.decide.one(
      () => '0',
      () => `(${this.int(scope, 0)} & 1)`,
    );
  }

  /** A value of the kind that a parameter or a result has. */
  valueOf(kind: 'int' | 'bool' | 'pair', scope: Scope): string {
    if (kind === 'int') return `(${this.int(scope, 1)} & 3)`;
    return kind === 'bool' ? this.bool(scope, 1) : this.pair(scope, 1);
  }

  call(scope: Scope, callables: readonly Callable[]): { text: string; result: ResultKind } | null {
    const possible = callables.filter(
      ({ parameters }) => scope.frames.length > 0 || !parameters.includes('frame'),
    );
    const callee = this.decide.pick(possible);
    if (callee === undefined) return null;
    const args = callee.parameters.map((kind) => {
      if (kind === 'slot') return this.slot(scope);
      if (kind === 'frame') return this.decide.pick(scope.frames) ?? '';
      return this.valueOf(kind === 'small' ? 'int' : kind, scope);
    });
    return { text: `${callee.name}(${['s', ...args].join(', ')})`, result: callee.result };
  }

  private callOf(scope: Scope, result: ResultKind): string | null {
    const helpers = scope.helpers.filter((each) => each.result === result);
    return this.call(scope, helpers)?.text ?? null;
  }
}
