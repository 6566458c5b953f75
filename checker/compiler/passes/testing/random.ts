/** Random small programs of two processes, which always end their steps. For tests. */
import fc from 'fast-check';
import type { RecordType } from '../../ir/program.js';
import {
  again,
  alias,
  assert,
  assign,
  assume,
  below,
  block,
  bool,
  call,
  choose,
  count,
  type Draft,
  enumeration,
  type FunctionSpec,
  give,
  leave,
  loop,
  pause,
  place,
  range,
  rest,
  set,
  value,
  vector,
  when,
} from './programs.js';

const pair = value('Pair', { m: below(2), n: bool });
const node = place('Node', { k: below(3), pair });
const colours = enumeration('red', 'green');

export const randomRoot: RecordType = place('S', {
  a: below(3),
  b: range(-1, 1),
  f: bool,
  c: colours,
  v: vector(2, below(3)),
  nodes: vector(2, node),
});

export interface RandomProgram {
  readonly specs: Readonly<Record<string, FunctionSpec>>;
  /** The generated text, for the report of a failing test. */
  readonly text: string;
}

/** A piece of program with its text: shrinking prints it. */
interface Piece {
  readonly text: string;
  readonly drafts: readonly Draft[];
}

const integerLeaves = [
  '0',
  '1',
  '2',
  's.a',
  's.b',
  's.v[x]',
  's.v[0]',
  's.nodes[x].k',
  's.nodes[1].pair.m',
  'x',
  'y',
];
const booleanLeaves = [
  's.f',
  'z',
  "s.c === 'red'",
  'x === 1',
  's.a === y',
  's.nodes[0].pair.n',
  'equal(w, s.nodes[x].pair)',
];

const integer: fc.Arbitrary<string> = fc.letrec<{ integer: string }>((tie) => ({
  integer: fc.oneof(
    { maxDepth: 2, depthIdentifier: 'expression' },
    fc.constantFrom(...integerLeaves),
    fc
      .tuple(
        tie('integer'),
        fc.constantFrom('+', '-', '*', '&', '|', '^', '+', '-', '*', '&', '/', '%'),
        tie('integer'),
      )
      .map(([left, operator, right]) => `(${left} ${operator} ${right})`),
    fc
      .tuple(fc.constantFrom(...booleanLeaves), tie('integer'), tie('integer'))
      .map(([test, then, otherwise]) => `(${test} ? ${then} : ${otherwise})`),
  ),
})).integer;

/** Brings an integer into a range, mostly. */
const masked = fc
  .tuple(integer, fc.integer({ min: 0, max: 19 }))
  .map(([text, mask]) => (mask > 0 ? `(${text}) & 1` : text));

const boolean: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...booleanLeaves) },
  fc
    .tuple(integer, fc.constantFrom('<', '<=', '>', '>=', '===', '!=='), integer)
    .map(([left, operator, right]) => `${left} ${operator} ${right}`),
  fc
    .tuple(fc.constantFrom(...booleanLeaves), fc.constantFrom('&&', '||'), masked)
    .map(([left, operator, right]) => `${left} ${operator} s.v[${right}] === 1`),
  fc.constantFrom(...booleanLeaves).map((leaf) => `!(${leaf})`),
);

let labels = 0;

function statements(depth: number, inLoop: number | null, isOperation: boolean): fc.Arbitrary<Piece> {
  return fc
    .array(statement(depth, inLoop, isOperation), {
      minLength: depth,
      maxLength: depth > 1 ? 6 : 3,
      size: 'max',
    })
    .map((pieces) => ({
      text: pieces.map((piece) => piece.text).join('; '),
      drafts: pieces.flatMap((piece) => piece.drafts),
    }));
}

function statement(depth: number, inLoop: number | null, isOperation: boolean): fc.Arbitrary<Piece> {
  const stores = fc
    .tuple(fc.constantFrom('s.a', 's.b', 's.v[x]', 's.v[1]', 's.nodes[x].k', 's.nodes[y].k'), masked)
    .map(([target, text]): Piece => ({ text: `${target} = ${text}`, drafts: [assign(target, text)] }));
  const flags = boolean.map((text): Piece => ({ text: `s.f = ${text}`, drafts: [assign('s.f', text)] }));
  const records = fc
    .tuple(masked, boolean)
    .map(([m, n]) => `{ m: ${m}, n: ${n} }`)
    .chain((text) =>
      fc.constantFrom<Piece>(
        { text: `s.nodes[x].pair = ${text}`, drafts: [assign('s.nodes[x].pair', text)] },
        { text: `w = ${text}`, drafts: [set('w', text)] },
        { text: 's.nodes[0].pair = w', drafts: [assign('s.nodes[0].pair', 'w')] },
        { text: 'w = s.nodes[x].pair', drafts: [set('w', 's.nodes[x].pair')] },
      ),
    );
  const locals = fc.oneof(
    fc
      .tuple(fc.constantFrom('x', 'y'), masked)
      .map(([name, text]): Piece => ({ text: `${name} = ${text}`, drafts: [set(name, text)] })),
    boolean.map((text): Piece => ({ text: `z = ${text}`, drafts: [set('z', text)] })),
  );
  const choices = fc
    .tuple(fc.constantFrom('x', 'y'), fc.constantFrom('2', '1', 's.a', '2'))
    .map(([name, text]): Piece => ({ text: `${name} = choose(${text})`, drafts: [choose(name, text)] }));
  const colour = fc
    .constantFrom("z ? 'red' : 'green'", "'red'")
    .map((text): Piece => ({ text: `s.c = ${text}`, drafts: [colourAssign(text)] }));
  const errors = boolean.chain((text) =>
    fc.constantFrom<Piece>(
      { text: `assume(${text} || s.f)`, drafts: [assume(`${text} || s.f`)] },
      { text: `assert(${text} || s.a < 2)`, drafts: [assert(`${text} || s.a < 2`)] },
    ),
  );
  const simple = [stores, stores, flags, flags, records, locals, locals, choices, choices, colour, errors];
  const yields: fc.Arbitrary<Piece>[] = isOperation
    ? [
        fc.constant<Piece>({ text: 'yield', drafts: [pause()] }),
        fc.constant<Piece>({ text: 'yield', drafts: [pause()] }),
        fc
          .constantFrom(...booleanLeaves.filter((leaf) => !leaf.includes('[x]')))
          .map((text): Piece => ({ text: `yield rest(${text})`, drafts: [rest(text)] })),
      ]
    : [];
  const jumps: fc.Arbitrary<Piece>[] =
    inLoop === null
      ? [fc.constant<Piece>({ text: 'return x', drafts: isOperation ? [give(null)] : [give('x')] })]
      : [
          fc.constant<Piece>({ text: 'break', drafts: [leave(inLoop)] }),
          fc.constant<Piece>({ text: 'continue', drafts: [again(inLoop)] }),
        ];
  const calls: fc.Arbitrary<Piece>[] = isOperation
    ? [
        masked.map(
          (text): Piece => ({ text: `x = helper(s, ${text})`, drafts: [call('x', 'helper', '&s', text)] }),
        ),
        fc.constantFrom('&s.nodes[x]', '&s.nodes[1]').map(
          (target): Piece => ({
            text: `operation(s, ${target})`,
            drafts: [call(null, 'operation', '&s', target, 'y')],
          }),
        ),
      ]
    : [];
  if (depth === 0) return fc.oneof(...simple, ...yields);
  const branch = fc
    .tuple(boolean, statements(depth - 1, inLoop, isOperation), statements(depth - 1, inLoop, isOperation))
    .map(
      ([test, then, otherwise]): Piece => ({
        text: `if (${test}) { ${then.text} } else { ${otherwise.text} }`,
        drafts: [when(test, then.drafts, otherwise.drafts)],
      }),
    );
  const jump = fc.tuple(boolean, fc.oneof(...jumps)).map(
    ([test, { text, drafts }]): Piece => ({
      text: `if (${test}) { ${text} }`,
      drafts: [when(test, drafts)],
    }),
  );
  const label = ++labels;
  const counted = statements(depth - 1, label, isOperation).map(
    (body): Piece => ({
      text: `for (i < 2) { ${body.text} }`,
      drafts: [count(label, `i${label}`, '0', '2', [...body.drafts])],
    }),
  );
  const dynamic = statements(depth - 1, label, false).map(
    (body): Piece => ({
      text: `for (i < s.a) { s.a = 0; ${body.text} }`,
      drafts: [count(label, `i${label}`, '0', 's.a', [assign('s.a', '0'), ...body.drafts])],
    }),
  );
  const named = fc.constantFrom('0', '1').map(
    (index): Piece => ({
      text: `n = s.nodes[${index}]; n.k = n.pair.m`,
      drafts: [alias(`n${label}`, node, `s.nodes[${index}]`), assign(`n${label}.k`, `n${label}.pair.m`)],
    }),
  );
  const labelled = statements(depth - 1, label, isOperation).map(
    (body): Piece => ({ text: `{ ${body.text} }`, drafts: [block(label, [...body.drafts])] }),
  );
  const loops: fc.Arbitrary<Piece>[] = isOperation
    ? [
        fc.tuple(boolean, statements(depth - 1, label, true)).map(
          ([test, body]): Piece => ({
            text: `for (;;) { yield; if (${test}) break; ${body.text} }`,
            drafts: [loop(label, [pause(), when(test, [leave(label)]), ...body.drafts])],
          }),
        ),
      ]
    : [];
  return fc.oneof(
    ...simple,
    ...yields,
    ...yields,
    branch,
    branch,
    jump,
    counted,
    dynamic,
    named,
    labelled,
    ...loops,
    ...calls,
  );
}

/** `s.c`, which the expressions above cannot tell an enumeration from. */
function colourAssign(text: string): Draft {
  return assign('s.c', text);
}

/** Every local is set before it is read, as in TypeScript. */
const start: readonly Draft[] = [set('y', '0'), set('z', 'false'), set('w', '{ m: 0, n: false }')];

const localTypes = { x: below(2), y: below(2), z: bool, w: pair } as const;

function body(isOperation: boolean, depth: number): fc.Arbitrary<Piece> {
  return statements(depth, null, isOperation);
}

export const randomProgram: fc.Arbitrary<RandomProgram> = fc
  .record({
    helper: body(false, 1),
    operation: body(true, 1).filter(({ text }) => !text.includes('operation') && !text.includes('helper')),
    first: body(true, 2),
    second: body(true, 2),
  })
  .map(({ helper, operation, first, second }) => {
    const { x: _, ...others } = localTypes;
    const process = (piece: Piece): FunctionSpec => ({
      parameters: { s: randomRoot },
      locals: localTypes,
      body: [set('x', '0'), ...start, pause(), ...piece.drafts],
    });
    const program = {
      specs: {
        helper: {
          parameters: { s: randomRoot, x: below(2) },
          locals: others,
          result: below(2),
          body: [...start, ...helper.drafts, give('x')],
        },
        operation: {
          parameters: { s: randomRoot, o: node, x: below(2) },
          locals: others,
          body: [
            ...start,
            assign('o.k', 'x'),
            pause(),
            ...operation.drafts,
            assign('o.pair', 'o.pair.n ? w : o.pair'),
          ],
        },
        first: process(first),
        second: process(second),
      },
      text: Object.entries({ helper, operation, first, second })
        .map(([name, { text }]) => `${name}: ${text}`)
        .join('\n'),
    };
    // What fast-check prints of a failing program: its text instead of its closures.
    return Object.assign(program, { [fc.toStringMethod]: () => program.text });
  });
