/** Locals in the state: which share a slot, which have none, and what is left of them when they are dead. */
import { expect, test } from 'vitest';
import type { Graph } from '../ir/graph.js';
import { initialState, transitions, type InterpretedState } from '../ir/interpret.js';
import { explore, graphOf, zeroTree } from './testing/exploring.js';
import {
  assign,
  below,
  bool,
  choose,
  type Draft,
  pause,
  place,
  range,
  rest,
  set,
} from './testing/programs.js';

const root = place('S', { x: below(8), f: bool });
const locals = { a: below(8), b: range(-2, 5), c: bool, d: below(2) };

function slotsOf(body: readonly Draft[]): readonly string[] {
  const { processes } = graphOf(root, { main: { parameters: { s: root }, locals, body } });
  const packed = (processes[0]?.locals ?? []).filter(({ domain }) => domain !== null);
  return packed.map(({ name, domain }) => `${name.replaceAll('main.', '')}: ${domain?.lo}..${domain?.hi}`);
}

test('locals that are never live together share a slot, which covers both domains', () => {
  const body = [
    pause(),
    set('a', 's.x'),
    pause(),
    assign('s.x', 'a'),
    set('b', 's.x - 2'),
    pause(),
    assign('s.x', 'b + 2'),
  ];
  // Four bits for both, instead of three for each.
  expect(slotsOf(body)).toEqual(['a | b: -2..7']);
  const narrow = [
    pause(),
    set('a', 's.x'),
    pause(),
    assign('s.x', 'a'),
    set('c', 's.f'),
    pause(),
    assign('s.f', 'c'),
  ];
  expect(slotsOf(narrow)).toEqual(['a | c: 0..7']);
});

test('locals that are live together do not', () => {
  const body = [
    pause(),
    set('c', 's.f'),
    set('d', 's.x & 1'),
    pause(),
    assign('s.x', 'd'),
    assign('s.f', 'c'),
  ];
  expect(slotsOf(body)).toHaveLength(2);
});

test('what lives within a step has no slot', () => {
  expect(slotsOf([pause(), choose('a', '3'), assign('s.x', 'a'), assign('s.f', 'a === 1')])).toEqual([]);
});

test('a rest condition keeps its locals', () => {
  const body = [pause(), set('c', 's.f'), rest('c'), assign('s.x', '1')];
  expect(slotsOf(body)).toEqual(['c: 0..1']);
});

test('a dead local has its lowest value, also at the end', () => {
  const graph = graphOf(root, {
    main: {
      parameters: { s: root },
      locals,
      body: [pause(), choose('b', '3'), pause(), assign('s.x', 'b'), pause(), assign('s.f', 'true')],
    },
  });
  const seen = allStates(graph);
  for (const { processes } of seen) {
    const [own] = processes;
    if (own === undefined || own.boundary === 1) continue;
    expect(own.locals.filter((_, i) => graph.processes[0]?.locals[i]?.domain !== null)).toEqual([-2]);
  }
  // One state before the choice, three behind it, then three contents of x, twice.
  expect(explore(graph).size).toBe(1 + 3 + 3 + 3);
});

function allStates(graph: Graph): readonly InterpretedState[] {
  const states = [initialState(graph, zeroTree(graph))];
  for (const state of states)
    for (const { target } of transitions(graph, state)) if (target !== null) states.push(target);
  return states;
}
