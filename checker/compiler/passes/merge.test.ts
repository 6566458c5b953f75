/** Which boundaries the merging pass takes out. */
import { expect, test } from 'vitest';
import { initialState, transitions } from '../ir/interpret.js';
import { inlinedGraph } from './build-graph.js';
import { fold } from './fold.js';
import { merge } from './merge.js';
import { explore, running, zeroTree } from './testing/exploring.js';
import {
  assert,
  assign,
  assume,
  below,
  bool,
  choose,
  type Draft,
  leave,
  loop,
  pause,
  place,
  program,
  rest,
  set,
  when,
} from './testing/programs.js';

const root = place('S', { x: below(4), f: bool });
const locals = { n: below(4), m: below(4) };

/** The lines of the yields that are left. */
function left(body: readonly Draft[]): readonly number[] {
  const main = { parameters: { s: root }, locals, body: [set('n', '0'), set('m', '0'), ...body] };
  const before = inlinedGraph(program(root, { main }), running('main'));
  const after = merge(before);
  expect(explore(after).states).toEqual(explore(before).states);
  // Line 1 is the function, 2 and 3 the initial sets: statement k of the body stands in line 4 + k.
  return (after.processes[0]?.boundaries ?? []).map(({ frames }) => (frames.at(-1)?.span.line ?? 0) - 4);
}

test('a boundary whose step only computes is taken out, and counted', () => {
  const body = [pause(), assign('s.x', '1'), pause(), set('n', 'n + 1'), pause(), assign('s.x', 'n')];
  expect(left(body)).toEqual([0, 4]);
  const main = { parameters: { s: root }, locals, body: [set('n', '0'), ...body] };
  const graph = merge(inlinedGraph(program(root, { main }), running('main')));
  const [first] = transitions(graph, initialState(graph, zeroTree(graph)));
  expect(first?.boundaries).toBe(2);
});

test('the first boundary stays, where a direct execution stops first', () => {
  expect(left([pause(), set('n', '1'), pause(), assign('s.x', 'n')])).toEqual([0, 2]);
});

test.each<[string, Draft]>([
  ['reads the state', set('n', 's.x')],
  ['writes the state', assign('s.x', '2')],
  ['chooses', choose('n', '2')],
  ['may block', assume('n === 0')],
  ['may fail', assert('n === 0')],
])('a step that %s keeps its boundary', (_, statement) => {
  const unknown = [assign('s.x', '1'), set('n', 's.x - 1')];
  expect(left([pause(), ...unknown, pause(), statement, pause(), assign('s.x', 'n')])).toContain(3);
});

test('a boundary to rest at stays', () => {
  expect(
    left([pause(), assign('s.x', '1'), rest('s.f'), set('n', '1'), pause(), assign('s.x', 'n')]),
  ).toContain(2);
});

test('a circle of local steps keeps a boundary', () => {
  const body = [
    pause(),
    assign('s.x', '1'),
    loop(1, [pause(), set('n', 'n === 3 ? 0 : n + 1'), pause(), set('m', 'n')]),
  ];
  expect(left(body)).not.toEqual([0]);
});

test('going around does not become standing still', () => {
  // The test of the lock and the local step behind it: together they would lead back to the same state.
  const body = [
    pause(),
    loop(1, [pause(), when('s.f', [leave(1)]), pause(), set('n', '0')]),
    assign('s.x', '1'),
  ];
  const main = { parameters: { s: root }, locals, body: [set('n', '0'), ...body] };
  const before = fold(inlinedGraph(program(root, { main }), running('main')));
  expect(explore(before).stuck).toEqual([]);
  expect(explore(merge(before)).stuck).toEqual([]);
});
