/** Random small programs in the model language, for the differential test. */
import { Decisions } from './decisions.js';
import {
  type Callable,
  DECLARATIONS,
  EMPTY,
  type ParameterKind,
  type ResultKind,
  type Scope,
} from './scope.js';
import { Statements } from './statements.js';

/** A program as the text of one scenario file. */
export function randomProgram(numbers: readonly number[]): string {
  return new ProgramWriter(new Decisions(numbers)).write();
}

const PARAMETER_TYPES: Readonly<Record<ParameterKind, string>> = {
  small: 'Small',
  slot: 'Slot',
  bool: 'boolean',
  pair: 'Pair',
  frame: 'Frame',
};

const RESULT_TYPES: Readonly<Record<ResultKind, string>> = {
  nothing: 'void',
  int: 'Small',
  bool: 'boolean',
  pair: 'Pair',
};

class ProgramWriter extends Statements {
  private readonly helpers: Callable[] = [];
  private readonly operations: Callable[] = [];

  write(): string {
    const { decide } = this;
    const parts = [DECLARATIONS];
    const processes = 1 + decide.below(3);
    const helpers = decide.below(4);
    for (let i = 0; i < helpers; i++) parts.push(this.callable(`helper${i}`, false));
    const operations = decide.below(3);
    for (let i = 0; i < operations; i++) parts.push(this.callable(`operation${i}`, true));
    if (decide.flip()) parts.push(this.recursion());
    for (let i = 0; i < processes; i++) parts.push(this.process(`process${i}`));
    for (const name of ['invariant0', 'witness0', 'witness1']) parts.push(this.predicate(name));
    parts.push(this.scenario(processes));
    return parts.join('\n');
  }

  private scenario(processes: number): string {
    const { decide } = this;
    const config = `{ n: ${2 + decide.below(2)}, flag: ${decide.flip()}, last: ${2 + decide.below(3)} }`;
    const setup = `root.x = ${decide.below(4)}; root.ready = ${decide.flip()}; root.slots[1].count = ${decide.below(5)};`;
    const runs = Array.from(
      { length: processes },
      (_, i) => `process('p${i}', process${i}, ${decide.below(4)})`,
    );
    return `export function step0(before: State, after: State): boolean { return before.x <= after.x || after.ready; }
export default scenarios({ default: {
  title: 'random', claims: [], config: ${config},
  setup(root: State) { ${setup} },
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
    const forever = this.decide.below(3) > 0;
    const scope: Scope = {
      ...EMPTY,
      ints: ['seed'],
      variables: ['seed'],
      helpers: [...this.helpers],
      operations: [...this.operations],
      yields: true,
      loop: forever,
    };
    const body = this.block(scope, 3, 2 + this.decide.below(4));
    const looped = forever ? `  for (;;) {\n  yield;\n${body}  }\n` : body;
    return `export function* ${name}(s: State, seed: Small): Op {\n  yield;\n${looped}}\n`;
  }

  private callable(name: string, operation: boolean): string {
    const { decide } = this;
    const kinds = ['small', 'slot', 'bool', 'pair', 'frame'] as const;
    const parameters = Array.from({ length: decide.below(3) }, () => decide.pick(kinds));
    const result = decide.pick(['int', 'nothing', 'bool', 'pair'] as const);
    const of = (kind: ParameterKind) =>
      parameters.flatMap((each, i) => (each === kind ? [`${kind}${i}`] : []));
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
      helpers: [...this.helpers],
      operations: [...this.operations],
    };
    const body = this.block(scope, 2, 1 + decide.below(3));
    const end = result === 'nothing' ? '' : `  return ${this.valueOf(result, scope)};\n`;
    const list = ['s: State', ...parameters.map((kind, i) => `${kind}${i}: ${PARAMETER_TYPES[kind]}`)].join(
      ', ',
    );
    const type = RESULT_TYPES[result];
    (operation ? this.operations : this.helpers).push({ name, parameters, result });
    const head = operation ? `function* ${name}(${list}): Op<${type}>` : `function ${name}(${list}): ${type}`;
    return `export ${head} {\n${body}${end}}\n`;
  }

  /** An operation that calls itself, with a level that the compiler can follow. */
  private recursion(): string {
    const scope: Scope = { ...EMPTY, ints: ['level'], yields: true, helpers: [...this.helpers] };
    const name = `operation${this.operations.length}`;
    const body = this.block(scope, 1, 2);
    this.operations.push({ name, parameters: [], result: 'nothing' });
    return `export function* descend(s: State, level: Small): Op {
  if (level === 0) return;
  const kept: Small = ((s.x + level) & 3);
${body}  yield* descend(s, level - 1);
  s.x = kept + 0;
}
export function* ${name}(s: State): Op { yield* descend(s, ${1 + this.decide.below(3)}); }
`;
  }

  private predicate(name: string): string {
    return `export function ${name}(s: State): boolean { return ${this.bool({ ...EMPTY, effects: false }, 3)}; }\n`;
  }
}
