/**
 * Random small programs in the model language, for the differential test.
 *
 * A program is written from a list of numbers, each of which decides one thing; where the list ends, everything is
 * decided by 0, which is the simplest form of it. So whatever makes the list shorter or its numbers smaller makes the
 * program smaller, and fast-check's shrinking of lists works on programs.
 *
 * Programs keep within what direct execution can tell: values of locals stay within their domains (it does not check
 * those), steps end, and arithmetic stays small.
 */

/** A program as the text of one scenario file. */
export function randomProgram(decisions: readonly number[]): string {
  return new ProgramWriter(decisions).write();
}

const TYPES = `import {
  assert, assume, type Below, choose, chooseBelow, type Configuration, current, equal, type Op, process, property,
  type Range, rest, scenarios, type Vector,
} from 'mmucheck/language';

interface Config extends Configuration { readonly n: number; readonly flag: boolean; readonly last: number }
type Small = Range<0, 3>;
type Mode = 'IDLE' | 'RUN' | 'DONE';
interface Pair { readonly a: Small; readonly on: boolean; readonly mode: Mode }
interface Slot { pair: Pair; count: Range<-4, 9>; next: Below<'n'> }
interface Frame { cursor: Small; last: Pair; done: boolean }
interface State {
  readonly config: Config;
  x: Range<0, 7>; y: Range<-2, 'last'>; mode: Mode; ready: boolean; pair: Pair;
  slots: Vector<Slot, 'n'>; bits: Vector<boolean, 3>;
}
function same_mode(left: Mode, right: Mode): boolean { return left === right; }
function mode_of(s: State): Mode { return s.mode; }
`;

/** What may be named where a statement stands. */
interface Scope {
  /** Integers that may be read; those of `variables` (all of them Small) may be assigned as well. */
  readonly ints: readonly string[];
  readonly variables: readonly string[];
  readonly bools: readonly string[];
  readonly pairs: readonly string[];
  readonly slots: readonly string[];
  readonly frames: readonly string[];
  /** Whether a `yield` may stand here. */
  readonly yields: boolean;
  /** Whether calls and choices may (not in guards and predicates). */
  readonly effects: boolean;
  /** Whether indexes may be out of range (not in the condition of a rest). */
  readonly checks: boolean;
  readonly loop: boolean;
  /** What `return` must carry, or null where it may not stand. */
  readonly result: 'nothing' | 'int' | 'bool' | 'pair' | null;
  /** How many helpers and operations, of those declared, may be called. */
  readonly helpers: number;
  readonly operations: number;
}

interface Callable {
  readonly name: string;
  readonly parameters: readonly ('slot' | 'frame' | 'small' | 'bool' | 'pair')[];
  readonly result: 'nothing' | 'int' | 'bool' | 'pair';
}

const EMPTY: Scope = {
  ints: [],
  variables: [],
  bools: [],
  pairs: [],
  slots: [],
  frames: [],
  yields: false,
  effects: true,
  checks: true,
  loop: false,
  result: 'nothing',
  helpers: 0,
  operations: 0,
};

class ProgramWriter {
  private at = 0;
  private names = 0;
  private readonly helpers: Callable[] = [];
  private readonly operations: Callable[] = [];

  constructor(private readonly decisions: readonly number[]) {}

  write(): string {
    const parts = [TYPES];
    const processes = 1 + this.below(3);
    const helpers = this.below(4);
    for (let i = 0; i < helpers; i++) parts.push(this.callable(`helper${i}`, false));
    const operations = this.below(3);
    for (let i = 0; i < operations; i++) parts.push(this.callable(`operation${i}`, true));
    if (this.flip()) parts.push(this.recursion());
    for (let i = 0; i < processes; i++) parts.push(this.process(`process${i}`));
    const predicates = ['invariant0', 'witness0', 'witness1'];
    for (const name of predicates) parts.push(this.predicate(name));
    parts.push(this.scenario(processes));
    return parts.join('\n');
  }

  private scenario(processes: number): string {
    const n = 2 + this.below(2);
    const runs = Array.from(
      { length: processes },
      (_, i) => `process('p${i}', process${i}, ${this.below(4)})`,
    );
    return `export function step0(before: State, after: State): boolean { return before.x <= after.x || after.ready; }
export default scenarios({ default: {
  title: 'random', claims: [], config: { n: ${n}, flag: ${this.flip()}, last: ${2 + this.below(3)} },
  setup(root: State) { root.x = ${this.below(4)}; root.ready = ${this.flip()}; root.slots[1].count = ${this.below(5)}; },
  processes: [${runs.join(', ')}],
  properties: [
    property({ id: 'P1', title: 'invariant', invariant: invariant0 }),
    property({ id: 'P2', title: 'step', step: step0 }),
    property({ id: 'P3', title: 'assertions' }),
  ],
  witnesses: [witness0, witness1],
} });
`;
  }

  private process(name: string): string {
    const scope: Scope = {
      ...EMPTY,
      ints: ['seed'],
      variables: ['seed'],
      helpers: this.helpers.length,
      operations: this.operations.length,
      yields: true,
    };
    const forever = this.below(3) > 0;
    const body = this.block({ ...scope, loop: forever }, 3, 2 + this.below(4));
    const looped = forever ? `  for (;;) {\n  yield;\n${body}  }\n` : body;
    return `export function* ${name}(s: State, seed: Small): Op {\n  yield;\n${looped}}\n`;
  }

  private callable(name: string, operation: boolean): string {
    const kinds = ['small', 'slot', 'bool', 'pair', 'frame'] as const;
    const parameters = Array.from({ length: this.below(3) }, () => this.pick(kinds));
    const result = this.pick(['int', 'nothing', 'bool', 'pair'] as const);
    const names = parameters.map((kind, i) => `${kind}${i}`);
    const of = (kind: string) => names.filter((_, i) => parameters[i] === kind);
    const scope: Scope = {
      ...EMPTY,
      ints: of('small'),
      variables: of('small'),
      bools: of('bool'),
      pairs: of('pair'),
      slots: of('slot'),
      frames: of('frame'),
      yields: operation,
      result,
      helpers: this.helpers.length,
      operations: this.operations.length,
    };
    const body = this.block(scope, 2, 1 + this.below(3));
    const end = result === 'nothing' ? '' : `  return ${this.valueOf(result, scope)};\n`;
    const type = { nothing: 'void', int: 'Small', bool: 'boolean', pair: 'Pair' }[result];
    const types = { small: 'Small', slot: 'Slot', bool: 'boolean', pair: 'Pair', frame: 'Frame' };
    const list = ['s: State', ...parameters.map((kind, i) => `${kind}${i}: ${types[kind]}`)].join(', ');
    (operation ? this.operations : this.helpers).push({ name, parameters, result });
    const head = operation ? `function* ${name}(${list}): Op<${type}>` : `function ${name}(${list}): ${type}`;
    return `export ${head} {\n${body}${end}}\n`;
  }

  /** An operation that calls itself, with a level that the compiler can follow. */
  private recursion(): string {
    const scope: Scope = { ...EMPTY, ints: ['level'], yields: true, helpers: this.helpers.length };
    const name = `operation${this.operations.length}`;
    const body = this.block(scope, 1, 2);
    this.operations.push({ name, parameters: [], result: 'nothing' });
    return `export function* descend(s: State, level: Small): Op {
  if (level === 0) return;
  const kept: Small = ((s.x + level) & 3);
${body}  yield* descend(s, level - 1);
  s.x = kept + 0;
}
export function* ${name}(s: State): Op { yield* descend(s, ${1 + this.below(3)}); }
`;
  }

  private predicate(name: string): string {
    return `export function ${name}(s: State): boolean { return ${this.bool({ ...EMPTY, effects: false }, 3)}; }\n`;
  }

  // Statements.

  /** Each statement on its own line; what it declares is known to those after it. */
  private block(scope: Scope, depth: number, length: number): string {
    let text = '';
    let known = scope;
    for (let i = 0; i < length; i++) {
      const statement = this.statement(known, depth);
      text += `  ${statement.text}\n`;
      known = { ...known, ...statement.declares };
    }
    return text;
  }

  private statement(scope: Scope, depth: number): { text: string; declares?: Partial<Scope> } {
    const plain = this.below(24);
    if (scope.yields && this.below(3) === 1) {
      return this.below(3) === 1 ? this.snapshot(scope) : { text: this.boundary(scope, depth) };
    }
    switch (plain) {
      case 1:
        return {
          text: `s.y = ${this.flip() ? `${this.int(scope, 2)} + 0` : `(${this.int(scope, 2)} & 1)`};`,
        };
      case 2:
        return { text: `${this.slot(scope)}.count = (${this.int(scope, 2)} & 3);` };
      case 3:
        return { text: `${this.slot(scope)}.count ${this.pick(['+=', '-='])} ${this.int(scope, 1)};` };
      case 4:
        return {
          text: this.pick([
            `${this.slot(scope)}.count++;`,
            's.x--;',
            `${this.slot(scope)}.next = ${this.index(scope)};`,
          ]),
        };
      case 5:
        return { text: `s.bits[${this.index(scope)}] = ${this.bool(scope, 2)};` };
      case 6:
        return { text: `s.mode = ${this.mode(scope, 1)};` };
      case 7:
        return { text: `${this.pick(['s', this.slot(scope)])}.pair = ${this.pair(scope, 2)};` };
      case 8: {
        const name = this.name('v');
        const variables = [...scope.variables, name];
        return {
          text: `let ${name}: Small = (${this.int(scope, 2)} & 3);`,
          declares: { variables, ints: [...scope.ints, name] },
        };
      }
      case 9: {
        const name = this.pick(scope.variables);
        return {
          text: name === undefined ? 's.ready = !s.ready;' : `${name} = (${this.int(scope, 2)} & 3);`,
        };
      }
      case 10: {
        const name = this.name('p');
        return {
          text: `const ${name}: Pair = ${this.pair(scope, 2)};`,
          declares: { pairs: [...scope.pairs, name] },
        };
      }
      case 11: {
        const name = this.name('b');
        return {
          text: `const ${name} = ${this.bool(scope, 2)};`,
          declares: { bools: [...scope.bools, name] },
        };
      }
      case 12:
        return { text: `assume(${this.bool(scope, 1)} || ${this.bool(scope, 2)});` };
      case 13:
        return {
          text: `assert(s.x < ${2 + this.below(4)} || ${this.bool(scope, 2)}, ${this.pick(["'P3'", "''"])}, 'random');`,
        };
      case 14: {
        const call = this.call(scope, this.helpers.slice(0, scope.helpers));
        return { text: call === null ? 's.x = 1;' : `${call.text};` };
      }
      case 15: {
        const name = this.name('f');
        const text = `const ${name}: Frame = { cursor: (${this.int(scope, 1)} & 3), last: ${this.pair(scope, 1)}, done: ${this.bool(scope, 1)} };`;
        return { text, declares: { frames: [...scope.frames, name] } };
      }
      case 16: {
        const frame = this.pick(scope.frames);
        if (frame === undefined) return { text: 's.x = 2;' };
        return {
          text: this.pick([
            `${frame}.cursor = (${this.int(scope, 2)} & 3);`,
            `${frame}.last = ${this.pair(scope, 1)};`,
            `${frame}.done = ${this.bool(scope, 1)};`,
          ]),
        };
      }
      case 17: {
        const name = this.name('c');
        const choice = this.pick([
          'choose(0, 2, 3)',
          `chooseBelow(${this.int(scope, 1)} & 3)`,
          'choose(1, 1)',
          'chooseBelow(2)',
        ]);
        const variables = [...scope.variables, name];
        return {
          text: `let ${name}: Small = ${choice};`,
          declares: { variables, ints: [...scope.ints, name] },
        };
      }
      case 18:
        return { text: depth === 0 ? 's.ready = true;' : this.alias(scope, depth) };
      case 19:
        return {
          text: scope.loop ? `if (${this.bool(scope, 1)}) ${this.pick(['break', 'continue'])};` : 's.x = 3;',
        };
      case 20: {
        if (scope.result === null) return { text: 's.x = 0;' };
        const value = scope.result === 'nothing' ? '' : ` ${this.valueOf(scope.result, scope)}`;
        return { text: `if (${this.bool(scope, 2)}) return${value};` };
      }
      case 21:
        return { text: depth === 0 ? 's.ready = false;' : this.loop(scope, depth) };
      case 22:
        return { text: depth === 0 ? 's.x = 4;' : this.selection(scope, depth) };
      case 23:
        return { text: depth === 0 ? 's.x = 5;' : this.condition(scope, depth) };
      default:
        return {
          text: `s.x = ${this.below(6) === 5 ? `${this.int(scope, 2)} + 0` : `(${this.int(scope, 2)} & 7)`};`,
        };
    }
  }

  /** What most operations do: read in one step, and act on it in another. */
  private snapshot(scope: Scope): { text: string; declares: Partial<Scope> } {
    const name = this.name('v');
    const variables = [...scope.variables, name];
    const known = { variables, ints: [...scope.ints, name] };
    const read = `let ${name}: Small = ((s.x + ${this.int({ ...scope, effects: false }, 1)}) & 3);`;
    const act = `s.x = ((${name} + ${this.int({ ...scope, ...known }, 1)}) & 7);`;
    return { text: `yield;\n  ${read}\n  yield;\n  ${act}`, declares: known };
  }

  private boundary(scope: Scope, depth: number): string {
    const still = { ...scope, effects: false };
    switch (this.below(6)) {
      case 1:
        return `yield () => ${this.bool(still, 1)} || ${this.bool(still, 2)};`;
      case 2:
        return `yield rest(() => ${this.bool({ ...still, checks: false }, 2)});`;
      case 3:
      case 4:
      case 5: {
        const call = this.call(scope, this.operations.slice(0, scope.operations));
        if (call === null) return 'yield;';
        if (call.result === 'int' && this.flip()) return `s.x = (yield* ${call.text}) + ${this.below(4)};`;
        if (call.result === 'pair' && this.flip()) return `s.pair = yield* ${call.text};`;
        if (call.result === 'bool' && this.flip()) {
          return `if (yield* ${call.text}) {\n${this.block({ ...scope, yields: false }, 0, 2)}  }`;
        }
        return `yield* ${call.text};`;
      }
      default:
        return 'yield;';
    }
  }

  private condition(scope: Scope, depth: number): string {
    const then = this.block(scope, depth - 1, 1 + this.below(2));
    if (this.flip()) return `if (${this.bool(scope, 2)}) {\n${then}  }`;
    return `if (${this.bool(scope, 2)}) {\n${then}  } else {\n${this.block(scope, depth - 1, 1 + this.below(2))}  }`;
  }

  private selection(scope: Scope, depth: number): string {
    const inside = { ...scope, loop: false };
    const body = () => this.block(inside, depth - 1, 1);
    return `switch (mode_of(s)) {\n  case 'IDLE': {\n${body()}  break;\n  }\n  case 'RUN':\n  case 'DONE': {\n${body()}  break;\n  }\n  }`;
  }

  private loop(scope: Scope, depth: number): string {
    const name = this.name('i');
    const body = (yields: boolean) =>
      this.block({ ...scope, loop: true, yields, ints: [...scope.ints, name] }, depth - 1, 1 + this.below(2));
    switch (this.below(5)) {
      case 1:
        return `for (let ${name} = s.config.n - 1; ${name} >= 0; ${name}--) {\n${body(scope.yields)}  }`;
      case 2:
        // The bound is asked for again each time, and the body may change it.
        return `for (let ${name} = 0; ${name} < (${this.int({ ...scope, effects: false }, 1)} & 3); ${name}++) {\n${body(false)}  }`;
      case 3:
        return `for (let ${name}: Range<0, 4> = 0; ${name} < (s.x & 3); ${name}++) {\n${body(scope.yields)}  }`;
      case 4:
        return `let ${name}: Small = 0;\n  while (${name} < 3 && ${this.bool({ ...scope, effects: false }, 1)}) {\n  ${name}++;\n${body(scope.yields)}  }`;
      default:
        return `for (let ${name} = 0; ${name} < ${1 + this.below(3)}; ${name}++) {\n${body(scope.yields)}  }`;
    }
  }

  /** A local that names a place, used before the step ends. */
  private alias(scope: Scope, depth: number): string {
    const name = this.name('t');
    const inside = { ...scope, slots: [...scope.slots, name], yields: false };
    return `{\n  const ${name} = ${this.slot(scope)};\n${this.block(inside, depth - 1, 1 + this.below(3))}  }`;
  }

  // Expressions.

  private valueOf(kind: 'int' | 'bool' | 'pair', scope: Scope): string {
    if (kind === 'int') return `(${this.int(scope, 1)} & 3)`;
    return kind === 'bool' ? this.bool(scope, 1) : this.pair(scope, 1);
  }

  private int(scope: Scope, depth: number): string {
    const inner = () => this.int(scope, depth - 1);
    switch (this.below(depth > 0 ? 18 : 6)) {
      case 1:
        return this.pick(scope.ints) ?? 's.x';
      case 2:
        return 's.x';
      case 3:
        return `${this.slot(scope)}.${this.pick(['count', 'next'])}`;
      case 4:
        return `${this.pairRead(scope)}.a`;
      case 5:
        return (
          this.pick(['current()', 's.config.n', 's.y', 's.slots.length'].slice(scope.effects ? 0 : 1)) ?? '0'
        );
      case 6:
        return `(${inner()} + ${inner()})`;
      case 7:
        return `(${inner()} - ${inner()})`;
      case 8:
        return `(${inner()} & ${inner()})`;
      case 9:
        return `((${inner()} & 3) * (${inner()} & 3))`;
      case 10:
        return `(${this.bool(scope, depth - 1)} ? ${inner()} : ${inner()})`;
      case 11:
        return `((${inner()} / ${2 + this.below(2)}) | 0)`;
      case 12:
        return `(${inner()} % ${2 + this.below(3)})`;
      case 13:
        return `(${this.pick(['-', '~'])}${inner()})`;
      case 14:
        return `((${inner()} & 7) ${this.pick(['<<', '>>', '>>>', '|', '^'])} (${inner()} & 3))`;
      case 15:
        return this.pick(scope.frames.map((name) => `${name}.cursor`)) ?? inner();
      case 16: {
        const call = scope.effects ? this.call(scope, this.helpers.slice(0, scope.helpers), 'int') : null;
        return call?.text ?? inner();
      }
      case 17:
        return scope.effects ? this.pick(['choose(0, 1)', 'chooseBelow(3)', 'choose(-1, 2, 4)']) : inner();
      default:
        return String(this.below(4));
    }
  }

  private bool(scope: Scope, depth: number): string {
    const inner = () => this.bool(scope, depth - 1);
    const number = () => this.int(scope, depth - 1);
    switch (this.below(depth > 0 ? 15 : 5)) {
      case 1:
        return this.pick(scope.bools) ?? '(1 < 2)';
      case 2:
        return `s.bits[${this.index(scope)}]`;
      case 3:
        return `${this.pairRead(scope)}.on`;
      case 4:
        return this.pick(['s.config.flag', '(2 < 1)', ...scope.frames.map((name) => `${name}.done`)]);
      case 5:
      case 6:
        // `+ 0` forgets the declared range, of which TypeScript would say that it has nothing in common with another.
        return `(${number()} + 0 ${this.pick(['<', '<=', '>', '>=', '===', '!=='])} ${number()})`;
      case 7:
        return `(${inner()} && ${inner()})`;
      case 8:
        return `(${inner()} || ${inner()})`;
      case 9:
        return `!${inner()}`;
      case 10:
        return `(${inner()} ? ${inner()} : ${inner()})`;
      case 11:
        return `equal(${this.pairRead(scope)}, ${this.pairRead(scope)})`;
      case 12:
        return `same_mode(${this.mode(scope, 0)}, ${this.mode(scope, 0)})`;
      case 13: {
        const call = scope.effects ? this.call(scope, this.helpers.slice(0, scope.helpers), 'bool') : null;
        return call?.text ?? inner();
      }
      case 14:
        return scope.effects ? 'choose(true, false)' : inner();
      default:
        return 's.ready';
    }
  }

  private mode(scope: Scope, depth: number): string {
    switch (this.below(depth > 0 ? 6 : 5)) {
      case 3:
        return 'mode_of(s)';
      case 4:
        return `${this.pairRead(scope)}.mode`;
      case 5:
        return `(${this.bool(scope, 1)} ? ${this.mode(scope, 0)} : ${this.mode(scope, 0)})`;
      default:
        return this.pick(["'IDLE'", "'RUN'", "'DONE'"]);
    }
  }

  /** A value with a declared type: a literal only where its type is known from what it is stored in. */
  private pair(scope: Scope, depth: number): string {
    switch (this.below(depth > 0 ? 6 : 1)) {
      case 1:
        return `{ ...${this.pairRead(scope)}, a: (${this.int(scope, depth - 1)} & 3) }`;
      case 2:
        return `{ ...${this.pairRead(scope)}, on: ${this.bool(scope, depth - 1)}, mode: ${this.mode(scope, depth - 1)} }`;
      case 3:
        return `{ a: (${this.int(scope, depth - 1)} & 3), on: ${this.bool(scope, depth - 1)}, mode: ${this.mode(scope, 0)} }`;
      case 4: {
        const call = scope.effects ? this.call(scope, this.helpers.slice(0, scope.helpers), 'pair') : null;
        return call?.text ?? this.pairRead(scope);
      }
      case 5:
        return `(${this.bool(scope, depth - 1)} ? ${this.pairRead(scope)} : ${this.pairRead(scope)})`;
      default:
        return this.pairRead(scope);
    }
  }

  private pairRead(scope: Scope): string {
    const known = [...scope.pairs, ...scope.frames.map((name) => `${name}.last`)];
    switch (this.below(3)) {
      case 1:
        return this.pick(known) ?? 's.pair';
      case 2:
        return `${this.slot(scope)}.pair`;
      default:
        return 's.pair';
    }
  }

  private slot(scope: Scope): string {
    const known = this.below(2) === 1 ? this.pick(scope.slots) : undefined;
    return known ?? `s.slots[${this.index(scope)}]`;
  }

  /** An index of a Vector of 2 or 3 elements, which may be out of range now and then. */
  private index(scope: Scope): string {
    if (!scope.checks) return String(this.below(2));
    switch (this.below(6)) {
      case 1:
        return '1';
      case 2:
        return `(${this.int(scope, 1)} & 1)`;
      case 3:
        return this.below(3) === 2 ? (this.pick(scope.ints) ?? '0') : '0';
      case 4:
        return `s.slots[${this.below(2)}].next`;
      case 5:
        return this.below(4) === 3 ? this.int(scope, 1) : '0';
      default:
        return '0';
    }
  }

  private call(
    scope: Scope,
    callables: readonly Callable[],
    result: Callable['result'] | null = null,
  ): { text: string; result: Callable['result'] } | null {
    const fitting = callables.filter(
      (each) =>
        (result === null || each.result === result) &&
        (scope.frames.length > 0 || !each.parameters.includes('frame')),
    );
    const callee = this.pick(fitting);
    if (callee === undefined) return null;
    const args = callee.parameters.map((kind) => {
      if (kind === 'slot') return this.slot(scope);
      if (kind === 'frame') return this.pick(scope.frames) ?? '';
      return this.valueOf(kind === 'small' ? 'int' : kind, scope);
    });
    return { text: `${callee.name}(${['s', ...args].join(', ')})`, result: callee.result };
  }

  // Decisions.

  private below(count: number): number {
    return (this.decisions[this.at++] ?? 0) % count;
  }

  private flip(): boolean {
    return this.below(2) === 1;
  }

  private pick<T>(of: readonly [T, ...T[]]): T;
  private pick<T>(of: readonly T[]): T | undefined;
  private pick<T>(of: readonly T[]): T | undefined {
    return of.length === 0 ? undefined : of[this.below(of.length)];
  }

  private name(prefix: string): string {
    return `${prefix}${this.names++}`;
  }
}
