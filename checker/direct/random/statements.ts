/** Random statements. Every step of a random program ends: what repeats counts, or yields. */
import { Expressions } from './expressions.js';
import type { Scope } from './scope.js';

interface Statement {
  readonly text: string;
  /** What the statements after it may name. */
  readonly declares?: Partial<Scope>;
}

export class Statements extends Expressions {
  /** Each statement on its own line. */
  block(scope: Scope, depth: number, length: number): string {
    let text = '';
    let known = scope;
    for (let i = 0; i < length; i++) {
      const statement = this.statement(known, depth);
      text += `  ${statement.text}\n`;
      known = { ...known, ...statement.declares };
    }
    return text;
  }

  private statement(scope: Scope, depth: number): Statement {
    const { decide } = this;
    if (scope.yields && decide.below(3) === 1) {
      return decide.below(3) === 1 ? this.snapshot(scope) : this.boundary(scope);
    }
    const kinds = [
      () => this.store(scope),
      () => this.store(scope),
      () => this.declaration(scope),
      () => this.local(scope),
      () => this.condition(scope),
      () => this.jump(scope),
    ];
    const nested = [
      () => this.branch(scope, depth),
      () => this.loop(scope, depth),
      () => this.selection(scope, depth),
      () => this.alias(scope, depth),
      () => this.labelled(scope, depth),
    ];
    return decide.one(
      () => ({ text: `s.x = (${this.int(scope, 2)} & 7);` }),
      ...kinds,
      ...(depth > 0 ? nested : []),
    );
  }

  /** A write to the shared state. */
  private store(scope: Scope): Statement {
    const { decide } = this;
    const slot = () => this.slot(scope);
    const text = decide.one(
      () => `s.y = (${this.int(scope, 2)} & 1);`,
      () => `s.${decide.pick(['x', 'y'])} = ${this.int(scope, 2)} + 0;`,
      () => `${slot()}.count = (${this.int(scope, 2)} & 3);`,
      () => `${slot()}.count ${decide.pick(['+=', '-='])} ${this.int(scope, 1)};`,
      () => decide.pick([`${slot()}.count++;`, 's.x--;', `${slot()}.next = ${this.index(scope)};`]) ?? '',
      () => `s.bits[${this.index(scope)}] = ${this.bool(scope, 2)};`,
      () => `s.ready = ${this.bool(scope, 2)};`,
      () => `s.mode = ${this.mode(scope, 1)};`,
      () => `s.pair = ${this.pair(scope, 2)};`,
      () => `${slot()}.pair = ${this.pair(scope, 2)};`,
      () => `${slot()}.inner.v = (${this.int(scope, 2)} & 3);`,
      () => `${slot()}.inner.active = ${decide.pick(["'RUN'", "'DONE'", 'mode_of(s) as Active'])};`,
      () => `s.grid[${this.index(scope)}][(${this.int(scope, 1)} & 1)] = (${this.int(scope, 2)} & 3);`,
      () => `s.entry = { pair: ${this.pairRead(scope)}, level: ${1 + decide.below(2)} };`,
      () => `s.entry = { ...s.entry, pair: ${this.pair(scope, 1)} };`,
      () => {
        const call = this.call(scope, scope.helpers);
        return call === null ? 'bump(s, 1);' : `${call.text};`;
      },
    );
    return { text };
  }

  private declaration(scope: Scope): Statement {
    const { decide } = this;
    const choices = ['chooseBelow(2)', 'choose(0, 2, 3)', 'choose(1, 1)'];
    const integer = (value: () => string) => (): Statement => {
      const name = decide.name('v');
      const declares = { variables: [...scope.variables, name], ints: [...scope.ints, name] };
      return { text: `let ${name}: Small = ${value()};`, declares };
    };
    return decide.one<Statement>(
      integer(() => `(${this.int(scope, 2)} & 3)`),
      integer(() => decide.pick([...choices, `chooseBelow(${this.int(scope, 1)} & 3)`]) ?? ''),
      () => {
        const name = decide.name('p');
        return {
          text: `const ${name}: Pair = ${this.pair(scope, 2)};`,
          declares: { pairs: [...scope.pairs, name] },
        };
      },
      () => {
        const name = decide.name('b');
        return {
          text: `const ${name} = ${this.bool(scope, 2)};`,
          declares: { bools: [...scope.bools, name] },
        };
      },
      () => {
        const name = decide.name('f');
        const fields = `cursor: (${this.int(scope, 1)} & 3), last: ${this.pair(scope, 1)}, done: ${this.bool(scope, 1)}`;
        return {
          text: `const ${name}: Frame = { ${fields} };`,
          declares: { frames: [...scope.frames, name] },
        };
      },
    );
  }

  /** A write to a local. */
  private local(scope: Scope): Statement {
    const { decide } = this;
    const variable = decide.pick(scope.variables);
    const frame = decide.pick(scope.frames);
    const toVariable = `${variable} = (${this.int(scope, 2)} & 3);`;
    if (frame === undefined) return { text: variable === undefined ? 's.ready = !s.ready;' : toVariable };
    const text = decide.one(
      () => `${frame}.cursor = (${this.int(scope, 2)} & 3);`,
      () => `${frame}.last = ${this.pair(scope, 1)};`,
      () => `${frame}.done = ${this.bool(scope, 1)};`,
      () => (variable === undefined ? `${frame}.done = !${frame}.done;` : toVariable),
    );
    return { text };
  }

  private condition(scope: Scope): Statement {
    const { decide } = this;
    const text = decide.one(
      () => `assume(${this.bool(scope, 1)} || ${this.bool(scope, 2)});`,
      () => `assert(s.x < ${2 + decide.below(4)} || ${this.bool(scope, 2)}, 'P3', 'random');`,
      () => `assert(s.x < ${4 + decide.below(4)} || ${this.bool(scope, 2)}, '', 'random');`,
    );
    return { text };
  }

  private jump(scope: Scope): Statement {
    const { decide } = this;
    const out = scope.labels.map((label) => `break ${label}`);
    const jumps = [...(scope.loop ? ['break', 'continue'] : []), ...out];
    const jump = decide.pick(jumps);
    if (jump !== undefined && decide.flip()) return { text: `if (${this.bool(scope, 1)}) ${jump};` };
    const value = scope.result === 'nothing' ? '' : ` ${this.valueOf(scope.result, scope)}`;
    return { text: `if (${this.bool(scope, 2)}) return${value};` };
  }

  /** The end of a step, or an operation that has some. */
  private boundary(scope: Scope): Statement {
    const { decide } = this;
    const still = { ...scope, effects: false };
    const text = decide.one(
      () => 'yield;',
      () => `yield () => ${this.bool(still, 1)} || ${this.bool(still, 2)};`,
      () => `yield rest(() => ${this.bool({ ...still, checks: false }, 2)});`,
      () => this.operation(scope),
      () => this.operation(scope),
    );
    return { text };
  }

  private operation(scope: Scope): string {
    const { decide } = this;
    const call = this.call(scope, scope.operations);
    if (call === null) return 'yield;';
    const run = `yield* ${call.text}`;
    if (call.result === 'int' && decide.flip()) return `s.x = (${run}) + ${decide.below(4)};`;
    if (call.result === 'pair' && decide.flip()) return `s.pair = ${run};`;
    if (call.result === 'bool' && decide.flip()) {
      return decide.one(
        () => `if (${run}) {\n${this.block({ ...scope, yields: false }, 0, 2)}  }`,
        () => `s.ready = ${this.bool(scope, 1)} && (${run});`,
        () => `s.ready = ${this.bool(scope, 1)} ? (${run}) : ${this.bool(scope, 1)};`,
      );
    }
    return `${run};`;
  }

  /** What most operations do: read in one step, and act on it in another. */
  private snapshot(scope: Scope): Statement {
    const name = this.decide.name('v');
    const declares = { variables: [...scope.variables, name], ints: [...scope.ints, name] };
    const read = `let ${name}: Small = ((s.x + ${this.int({ ...scope, effects: false }, 1)}) & 3);`;
    const act = `s.x = ((${name} + ${this.int({ ...scope, ...declares }, 1)}) & 7);`;
    return { text: `yield;\n  ${read}\n  yield;\n  ${act}`, declares };
  }

  private branch(scope: Scope, depth: number): Statement {
    const body = () => `{\n${this.block(scope, depth - 1, 1 + this.decide.below(2))}  }`;
    const text = this.decide.one(
      () => `if (${this.bool(scope, 2)}) ${body()}`,
      () => `if (${this.bool(scope, 2)}) ${body()} else ${body()}`,
    );
    return { text };
  }

  private selection(scope: Scope, depth: number): Statement {
    const body = () => this.block({ ...scope, loop: false }, depth - 1, 1);
    const cases = `  case 'IDLE': {\n${body()}  break;\n  }\n  case 'RUN':\n  case 'DONE': {\n${body()}  break;\n  }`;
    return { text: `switch (mode_of(s)) {\n${cases}\n  }` };
  }

  private labelled(scope: Scope, depth: number): Statement {
    const label = this.decide.name('out');
    const inside = { ...scope, labels: [...scope.labels, label] };
    return { text: `${label}: {\n${this.block(inside, depth - 1, 1 + this.decide.below(3))}  }` };
  }

  private loop(scope: Scope, depth: number): Statement {
    const { decide } = this;
    const name = decide.name('i');
    const still = { ...scope, effects: false };
    const body = (yields: boolean) =>
      this.block(
        { ...scope, loop: true, yields, ints: [...scope.ints, name] },
        depth - 1,
        1 + decide.below(2),
      );
    const { yields } = scope;
    const text = decide.one(
      () => `for (let ${name} = 0; ${name} < ${1 + decide.below(3)}; ${name}++) {\n${body(yields)}  }`,
      () => `for (let ${name} = s.config.n - 1; ${name} >= 0; ${name}--) {\n${body(yields)}  }`,
      // The bound is asked for again each time, and the body may change it.
      () => `for (let ${name} = 0; ${name} < (${this.int(still, 1)} & 3); ${name}++) {\n${body(false)}  }`,
      () => `for (let ${name}: Range<0, 4> = 0; ${name} < (s.x & 3); ${name}++) {\n${body(yields)}  }`,
      () =>
        `let ${name}: Small = 0;\n  while (${name} < 3 && ${this.bool(still, 1)}) {\n  ${name}++;\n${body(yields)}  }`,
      () =>
        `let ${name}: Small = 0;\n  do {\n  ${name}++;\n${body(yields)}  } while (${name} < 3 && ${this.bool(still, 1)});`,
    );
    return { text };
  }

  /** A local that names a place, used before the step ends. */
  private alias(scope: Scope, depth: number): Statement {
    const { decide } = this;
    const name = decide.name('t');
    const inside = { ...scope, slots: [...scope.slots, name], yields: false };
    const body = this.block(inside, depth - 1, 1 + decide.below(3));
    return { text: `{\n  const ${name} = ${this.slot(scope)};\n${body}  }` };
  }
}
