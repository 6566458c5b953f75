/** What folding finds that inlining could not, and what it must leave alone. */
import { expect, test } from 'vitest';
import type { Graph } from '../ir/graph.js';
import { printGraph } from '../ir/print.js';
import { inlinedGraph } from './build-graph.js';
import { fold } from './fold.js';
import { explore, running } from './testing/exploring.js';
import {
  assert,
  assign,
  assume,
  below,
  bool,
  choose,
  type Draft,
  declare,
  loop,
  number,
  pause,
  place,
  program,
  set,
  vector,
  when,
} from './testing/programs.js';

const root = place('S', { x: below(4), y: below(4), f: bool, g: bool, v: vector(2, below(4)) });

function folded(body: readonly Draft[], locals = {}): Graph {
  const main = { parameters: { s: root }, locals, body };
  return fold(inlinedGraph(program(root, { main }), running('main')));
}

/** The code of the only process. */
function code(graph: Graph): readonly string[] {
  const lines = printGraph(graph)
    .split('\n')
    .map((line) => line.trim());
  return lines
    .slice(lines.indexOf('entry:') + 1)
    .filter((line) => line !== '' && !line.startsWith('boundary'));
}

test('what was stored is known until the next boundary', () => {
  const graph = folded([
    pause(),
    assign('s.f', 'true'),
    assert('s.f', 'P1', 'held'),
    when('s.f', [assign('s.x', '1')], [assign('s.x', '2')]),
    pause(),
    assert('s.f', 'P1', 'held'),
  ]);
  expect(code(graph)).toEqual([
    'b0:',
    'stop at boundary 0',
    'b1:',
    'f = true',
    'x = 1',
    'stop at boundary 1',
    'b2:',
    'check f else assertion P1: held (test.ts:9)',
    'end',
  ]);
});

test('a store through an index may change any element', () => {
  const graph = folded(
    [
      pause(),
      assign('s.v[0]', '1'),
      choose('i', '2'),
      assign('s.v[i]', '2'),
      when('s.v[0] === 1', [assign('s.x', '1')]),
    ],
    { i: number },
  );
  expect(explore(graph).finished).toEqual(['x=0 y=0 f=0 g=0 v[0]=2 v[1]=0', 'x=1 y=0 f=0 g=0 v[0]=1 v[1]=2']);
});

test('a test decides the same test behind it', () => {
  const graph = folded([
    pause(),
    when('s.f && s.g', [assume('s.g'), assert('s.f', null, 'again'), assign('s.x', '1')]),
  ]);
  expect(code(graph)).toEqual([
    'b0:',
    'stop at boundary 0',
    'b1:',
    'if (f && g) goto b2 else b3',
    'b2:',
    'x = 1',
    'end',
    'b3:',
    'end',
  ]);
});

test('a branch on what each path has set is taken on each path', () => {
  const graph = folded(
    [
      pause(),
      when('s.f', [set('r', '1')], [assign('s.x', '1'), set('r', '2')]),
      when('r === 2', [assign('s.y', '3')]),
    ],
    { r: number },
  );
  expect(code(graph).filter((line) => line.startsWith('if'))).toEqual(['if (f) goto b2 else b3']);
  expect(explore(graph).finished).toEqual(['x=1 y=3 f=0 g=0 v[0]=0 v[1]=0']);
});

test('a value is moved to where it is used, but not across a store', () => {
  const graph = folded([
    pause(),
    declare('a', number, 's.x + 1'),
    declare('b', number, 's.y + 1'),
    assign('s.y', '0'),
    assume('a < b'),
  ]);
  expect(code(graph)).toEqual([
    'b0:',
    'stop at boundary 0',
    'b1:',
    // `a` could be moved, were it known that the store does not touch `x`.
    'a = x + 1',
    'b = y + 1',
    'y = 0',
    'if (a < b) goto b2 else b3',
    'b2:',
    'end',
    'b3:',
    'disabled',
  ]);
});

test('a choice stays, also if its answer is not used', () => {
  const graph = folded([pause(), choose('i', '2'), choose('i', '1'), assign('s.x', 'i')], { i: number });
  expect(code(graph).filter((line) => line.includes('any below'))).toEqual(['i = any below 2, goto b2']);
});

test('a loop that never ends keeps its head', () => {
  const graph = folded([pause(), when('s.f', [loop(1, [])])]);
  expect(graph.processes[0]?.blocks.some(({ end }, i) => end.to === 'block' && end.block === i)).toBe(true);
});
