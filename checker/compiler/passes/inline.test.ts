/** Inlining: what a program means, on graphs before any pass. */
import { expect, test } from 'vitest';
import { InputError } from '../../diagnostics.js';
import type { Graph } from '../ir/graph.js';
import type { RecordType } from '../ir/program.js';
import { type GraphRequest, inlinedGraph } from './build-graph.js';
import { explore, running } from './testing/exploring.js';
import {
  again,
  alias,
  assign,
  assert,
  assume,
  below,
  block,
  bool,
  call,
  choose,
  count,
  declare,
  enumeration,
  type FunctionSpec,
  give,
  leave,
  loop,
  number,
  pause,
  place,
  program,
  range,
  rest,
  set,
  value,
  vector,
  when,
} from './testing/programs.js';

const pair = value('Pair', { a: below(4), b: below(4) });
const entry = place('Entry', { level: range(0, 7), pair });
const root = place('Kvm', {
  x: below(10),
  y: range(-5, 5),
  flag: bool,
  mode: enumeration('free', 'read', 'write'),
  pair,
  list: vector(3, below(10)),
  table: vector('tables', entry),
});
const config = { tables: 2, levels: 3, huge: true };

function inline(
  specs: Readonly<Record<string, FunctionSpec>>,
  request: Partial<GraphRequest> = {},
  state: RecordType = root,
): Graph {
  const names = Object.keys(specs).slice(-1);
  return inlinedGraph(program(state, specs), { ...running(...names), config, ...request });
}

/** The shared states in which a process can end, by the values of these cells. */
function outcomes(graph: Graph, ...cells: readonly string[]): readonly string[] {
  const texts = explore(graph).finished.map((text) =>
    text
      .split(' ')
      .filter((part) => cells.some((cell) => part.startsWith(cell) && !/^\w/.test(part.slice(cell.length))))
      .join(' '),
  );
  return [...new Set(texts)].sort();
}

function diagnosed(build: () => unknown): readonly string[] {
  try {
    build();
  } catch (error) {
    if (error instanceof InputError) return error.diagnostics.map(({ message }) => message);
    throw error;
  }
  return [];
}

const kvm = { kvm: root };

test('a step runs from one yield to the next', () => {
  const graph = inline({
    main: {
      parameters: kvm,
      body: [pause(), assign('kvm.x', '1'), assign('kvm.x', '2'), pause(), assign('kvm.x', '3')],
    },
  });
  expect(explore(graph).states.map((text) => text.slice(0, 3))).toEqual(['x=0', 'x=2', 'x=3']);
});

test('calls are expanded, with results through every return', () => {
  const graph = inline({
    sign: {
      parameters: { n: number },
      result: number,
      body: [when('n < 0', [give('-1')]), when('n > 0', [give('1')]), give('0')],
    },
    main: {
      parameters: kvm,
      locals: { n: number, s: number },
      body: [pause(), choose('n', '3'), call('s', 'sign', 'n - 1'), assign('kvm.y', 's')],
    },
  });
  expect(outcomes(graph, 'y')).toEqual(['y=-1', 'y=0', 'y=1']);
});

test('a place parameter keeps the index that it had at the call', () => {
  const graph = inline(
    {
      raise: { parameters: { e: entry }, body: [pause(), assign('e.level', 'e.level + 1')] },
      main: {
        parameters: kvm,
        locals: { i: below(2) },
        body: [pause(), assign('kvm.x', '1'), call(null, 'raise', '&kvm.table[kvm.x]')],
      },
      other: { parameters: kvm, body: [pause(), assign('kvm.x', '0')] },
    },
    { processes: running('main', 'other').processes },
  );
  for (const text of explore(graph).finished) expect(text).toMatch(/table\[0\].level=0.*table\[1\].level=1/);
});

test('recursion that the configuration bounds unfolds', () => {
  const graph = inline({
    walk: {
      parameters: { kvm: root, level: number },
      body: [
        when('level === 0', [give(null)]),
        assign('kvm.x', 'kvm.x + level'),
        call(null, 'walk', '&kvm', 'level - 1'),
      ],
    },
    main: { parameters: kvm, body: [pause(), call(null, 'walk', '&kvm', 'config.levels')] },
  });
  expect(outcomes(graph, 'x')).toEqual(['x=6']);
  expect(graph.processes[0]?.blocks.every(({ end }) => end.to !== 'failure' && end.to !== 'branch')).toBe(
    true,
  );
});

test('recursion that nothing bounds is a model error', () => {
  const graph = inline({
    walk: {
      parameters: { kvm: root, level: number },
      body: [when('kvm.x === level', [give(null)]), call(null, 'walk', '&kvm', 'level + 1')],
    },
    main: { parameters: kvm, body: [pause(), call(null, 'walk', '&kvm', '1')] },
  });
  expect(explore(graph).failures).toEqual(['walk is called from itself more than 32 deep']);
  const [failure] = graph.failures;
  expect(failure?.kind).toBe('recursion');
  expect(failure?.frames).toHaveLength(33);
});

test('a counted loop over constants is unrolled, with continue and break', () => {
  const graph = inline({
    main: {
      parameters: kvm,
      body: [
        pause(),
        count(1, 'i', '0', '3', [when('i === 1', [again(1)]), assign('kvm.list[i]', 'i + 4')]),
        count(2, 'j', '9', '0', [assign('kvm.x', 'j'), when('j === 7', [leave(2)])], -1),
      ],
    },
  });
  expect(outcomes(graph, 'x', 'list')).toEqual(['x=7 list[0]=4 list[1]=0 list[2]=6']);
  expect(graph.processes[0]?.blocks.every(({ end }) => end.to !== 'branch')).toBe(true);
});

test('a counted loop whose bound the body changes stays a loop', () => {
  const graph = inline({
    main: {
      parameters: kvm,
      body: [
        pause(),
        declare('n', number, '4'),
        count(1, 'i', '0', 'n', [set('n', 'n - 1'), assign('kvm.x', 'kvm.x + 1')]),
      ],
    },
  });
  expect(outcomes(graph, 'x')).toEqual(['x=2']);
});

test('a loop over a choice', () => {
  const graph = inline({
    main: {
      parameters: kvm,
      locals: { n: number },
      body: [
        pause(),
        choose('n', '4'),
        loop(1, [when('n === 0', [leave(1)]), set('n', 'n - 1'), assign('kvm.x', 'kvm.x + 2')]),
      ],
    },
  });
  expect(outcomes(graph, 'x')).toEqual(['x=0', 'x=2', 'x=4', 'x=6']);
});

test('values are snapshots and are written as if at once', () => {
  const graph = inline({
    swap: { parameters: { p: pair }, result: pair, body: [give('{ a: p.b, b: p.a }')] },
    main: {
      parameters: kvm,
      body: [
        pause(),
        assign('kvm.pair', '{ a: 1, b: 2 }'),
        declare('old', pair, 'kvm.pair'),
        assign('kvm.pair', '{ a: kvm.pair.b, b: kvm.pair.a }'),
        declare('seen', pair, 'kvm.pair'),
        call('seen', 'swap', 'seen'),
        assign('kvm.flag', 'equal(seen, old) && !equal(seen, kvm.pair)'),
      ],
    },
  });
  expect(outcomes(graph, 'pair', 'flag')).toEqual(['flag=1 pair.a=2 pair.b=1']);
});

test('a record whose own index it replaces', () => {
  const ring = place('Ring', { nodes: vector(2, value('Node', { next: below(2), mark: below(3) })) });
  const graph = inline(
    {
      main: {
        parameters: { ring },
        body: [pause(), assign('ring.nodes[ring.nodes[0].next]', '{ next: 1, mark: 2 }')],
      },
    },
    {},
    ring,
  );
  expect(explore(graph).finished).toEqual([
    'nodes[0].next=1 nodes[0].mark=2 nodes[1].next=0 nodes[1].mark=0',
  ]);
});

test('a local place is passed by reference', () => {
  const iter = place('Iter', { gfn: below(8), seen: vector(3, bool) });
  const graph = inline({
    next: {
      parameters: { iter, i: number },
      body: [assign('iter.gfn', 'iter.gfn + 2'), assign('iter.seen[i]', 'true'), pause()],
    },
    main: {
      parameters: kvm,
      locals: { iter, i: number },
      body: [
        assign('iter.gfn', '1'),
        pause(),
        choose('i', '3'),
        call(null, 'next', '&iter', 'i'),
        call(null, 'next', '&iter', '0'),
        choose('i', '3'),
        assign('kvm.x', 'iter.gfn'),
        assign('kvm.flag', 'iter.seen[i]'),
      ],
    },
  });
  expect(outcomes(graph, 'x', 'flag')).toEqual(['x=5 flag=0', 'x=5 flag=1']);
});

test('an index out of range is a model error that names the place', () => {
  const graph = inline({
    main: {
      parameters: kvm,
      locals: { i: number },
      body: [pause(), choose('i', '4'), assign('kvm.list[i]', '1')],
    },
  });
  expect(explore(graph).failures).toEqual(['kvm.list[i]: the index is outside 0..2']);
  expect(explore(graph).finished).toHaveLength(3);
});

test('what is not evaluated is not checked', () => {
  const graph = inline({
    main: {
      parameters: kvm,
      locals: { i: number },
      body: [
        pause(),
        choose('i', '4'),
        when('i < 3 && kvm.list[i] === 0', [assign('kvm.x', 'i')]),
        when('kvm.x > 8 && kvm.list[kvm.x] === 0', [assign('kvm.x', '1')]),
        assign('kvm.x', 'i === 3 ? 5 : kvm.list[i]'),
      ],
    },
  });
  expect(explore(graph).failures).toEqual([]);
  // The first and third are in range by their tests: no check. The second is not.
  const checks = graph.processes[0]?.blocks.flatMap(({ instrs }) =>
    instrs.filter((each) => each.do === 'check'),
  );
  expect(checks).toHaveLength(1);
});

test('stores outside the domain, division by zero and overflow are model errors', () => {
  const graph = inline({
    main: {
      parameters: kvm,
      locals: { i: number, n: number },
      body: [
        pause(),
        choose('i', '3'),
        when('i === 0', [assign('kvm.x', '8 + kvm.x + i * 2 + (kvm.flag ? 0 : 2)')]),
        when('i === 1', [set('n', '7 / kvm.x')]),
        when('i === 2', [
          set('n', '2147483647'),
          loop(1, [set('n', 'n + kvm.x + 1'), when('n === 5', [leave(1)])]),
        ]),
      ],
    },
  });
  expect(explore(graph).failures).toEqual([
    'division by zero: kvm.x is 0',
    'kvm.x: the value is outside 0..9',
    'n + kvm.x + 1: the result is outside 32 bits',
  ]);
});

test('failures carry the calls that lead to them', () => {
  const graph = inline({
    inner: { parameters: kvm, body: [assert('kvm.x === 0', 'P5', 'x is free')] },
    outer: { parameters: kvm, body: [call(null, 'inner', '&kvm')] },
    main: { parameters: kvm, body: [pause(), call(null, 'outer', '&kvm')] },
  });
  const [failure] = graph.failures;
  expect(failure).toMatchObject({ kind: 'assertion', property: 'P5', message: 'x is free' });
  expect(failure?.frames.map((frame) => frame.function)).toEqual(['main', 'outer', 'inner']);
});

test('assume disables a step, chooseBelow(0) too', () => {
  const graph = inline(
    {
      main: {
        parameters: kvm,
        locals: { i: number },
        body: [pause(), choose('i', 'kvm.x'), pause(), assign('kvm.flag', 'true')],
      },
      open: { parameters: kvm, body: [pause(), assume('!kvm.flag'), assign('kvm.x', '2')] },
    },
    { processes: running('main', 'open').processes },
  );
  expect(explore(graph).stuck).toEqual([]);
  expect(outcomes(graph, 'x', 'flag')).toEqual(['x=2 flag=1']);
});

test('rest becomes an expression, with helpers and loops', () => {
  const graph = inline(
    {
      any: {
        parameters: kvm,
        result: bool,
        body: [count(1, 'i', '0', '3', [when('kvm.list[i] > 0', [give('true')])]), give('false')],
      },
      main: {
        parameters: kvm,
        locals: { some: bool },
        body: [pause(), rest('some && kvm.x > 0', [call('some', 'any', '&kvm')]), assume('false')],
      },
      set: { parameters: kvm, body: [pause(), assign('kvm.list[2]', '1'), pause(), assign('kvm.x', '1')] },
    },
    { processes: running('main', 'set').processes },
  );
  expect(explore(graph).stuck).toEqual([]);
  const stuckWithout = inline({
    main: { parameters: kvm, body: [pause(), rest('kvm.x > 0'), assume('false')] },
  });
  expect(explore(stuckWithout).stuck).toHaveLength(1);
});

test('a rest condition that may fail is reported', () => {
  expect(
    diagnosed(() => inline({ main: { parameters: kvm, body: [pause(), rest('kvm.list[kvm.x] > 0')] } })),
  ).toEqual(['the condition of rest(...) is not a plain expression']);
});

test('locals without a domain and names of places may not cross a yield', () => {
  const messages = diagnosed(() =>
    inline({
      main: {
        parameters: kvm,
        locals: { n: number },
        body: [
          pause(),
          choose('n', '3'),
          alias('e', entry, 'kvm.table[0]'),
          assign('e.level', '1'),
          pause(),
          assign('kvm.x', 'n'),
          assign('e.level', '2'),
        ],
      },
    }),
  );
  expect(messages).toEqual([
    'local `n` lives across a yield (line 6) and `number` has no finite domain',
    '`e` names a place and is used again behind a yield (line 6)',
  ]);
});

test('a name of a place may be made again in each round', () => {
  const body = [
    pause(),
    loop(1, [
      alias('e', entry, 'kvm.table[0]'),
      when('e.level === 3', [leave(1)]),
      assign('e.level', 'e.level + 1'),
      pause(),
    ]),
  ];
  expect(outcomes(inline({ main: { parameters: kvm, body } }), 'table[0].level')).toEqual([
    'table[0].level=3',
  ]);
});

test('before its first yield a process has only its locals', () => {
  expect(
    diagnosed(() =>
      inline({
        main: {
          parameters: kvm,
          locals: { n: number },
          body: [assign('kvm.x', '1'), choose('n', '2'), pause(), assign('kvm.x', '2')],
        },
      }),
    ),
  ).toEqual([
    'the shared state is used before the first yield of the process',
    'a choice is made before the first yield of the process',
  ]);
});

test('a loop with its yield inside is not before the first yield', () => {
  const body = [loop(1, [pause(), when('kvm.x === 2', [leave(1)]), assign('kvm.x', 'kvm.x + 1')])];
  expect(outcomes(inline({ main: { parameters: kvm, body } }), 'x')).toEqual(['x=2']);
});

test('arguments of a process are constants, of any scalar type', () => {
  const mode = enumeration('free', 'read', 'write');
  const main: FunctionSpec = {
    parameters: { kvm: root, n: below(4), mode },
    body: [pause(), set('n', 'n + 1'), assign('kvm.x', 'n'), assign('kvm.mode', 'mode')],
  };
  const run = (args: readonly (string | number)[]): Graph =>
    inline({ main }, { processes: [{ name: 'p', function: 'main', args }] });
  expect(outcomes(run([2, 'write']), 'x', 'mode')).toEqual(['x=3 mode=2']);
  expect(diagnosed(() => run([4, 'none']))).toHaveLength(2);
  expect(diagnosed(() => run([1]))).toHaveLength(1);
});

test('bounds that the configuration does not give', () => {
  const bad = place('S', { a: below('missing'), b: below('none'), c: vector('text', bool), d: number });
  const build = (): Graph =>
    inlinedGraph(program(bad, { main: { parameters: { s: bad }, body: [] } }), {
      ...running('main'),
      config: { none: 0, text: 'x' },
    });
  expect(diagnosed(build)).toEqual([
    '`S.a` is bounded by `missing`, which the configuration does not have',
    '`S.b` has no possible value: its domain is 0..-1',
    '`S.c` is bounded by `text`, which is "x"',
    '`d` of `S` is a `number`, which has no finite domain',
  ]);
});

test('predicates compute with loops and helpers, over one state or two', () => {
  const specs = {
    sum: {
      parameters: kvm,
      result: number,
      locals: { total: number },
      body: [
        set('total', '0'),
        count(1, 'i', '0', '3', [set('total', 'total + kvm.list[i]')]),
        give('total'),
      ],
    },
    small: {
      parameters: kvm,
      result: bool,
      locals: { s: number },
      body: [call('s', 'sum', '&kvm'), give('s < 3')],
    },
    grows: { parameters: { a: root, b: root }, result: bool, body: [give('b.x >= a.x')] },
    main: { parameters: kvm, body: [pause(), block(1, [assign('kvm.list[1]', '3'), leave(1)])] },
  };
  const graph = inline(specs, {
    invariants: [{ id: 'P1', function: 'small' }],
    stepPredicates: [{ id: 'P2', function: 'grows' }],
  });
  expect(graph.invariants.map(({ name }) => name)).toEqual(['P1']);
  const loads = JSON.stringify(graph.stepPredicates[0]?.blocks);
  expect(loads).toContain('before');
});
