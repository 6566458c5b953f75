import fc from 'fast-check';
import { expect, test } from 'vitest';
import { initialState, transitions } from '../ir/interpret.js';
import { buildGraph } from './build-graph.js';
import { footprints } from './footprint.js';
import { graphOf, running, zeroTree } from './testing/exploring.js';
import { assign, assume, below, bool, choose, pause, place, program, vector } from './testing/programs.js';
import { randomProgram, randomRoot } from './testing/random.js';

test('a dynamic index reaches every element', () => {
  const root = place('S', { f: bool, v: vector(2, place('E', { k: below(2), l: below(2) })) });
  const graph = graphOf(root, {
    main: {
      parameters: { s: root },
      locals: { i: below(2) },
      body: [pause(), choose('i', '2'), assume('s.f'), assign('s.v[i].l', 's.v[1].k')],
    },
  });
  expect(footprints(graph)).toEqual([
    [{ reads: [0, 3], writes: [2, 4], restReads: [], mayBlock: true, mayFail: false, next: [] }],
  ]);
});

test('no step writes outside its footprint, and only those that may fail or block do', () => {
  fc.assert(
    fc.property(randomProgram, ({ specs }) => {
      const graph = buildGraph(program(randomRoot, specs), running('first', 'second'));
      const all = footprints(graph);
      const states = [initialState(graph, zeroTree(graph))];
      const seen = new Set<string>();
      for (const state of states) {
        if (states.length > 200) break;
        const enabled = transitions(graph, state);
        for (const { process, boundary, target, failure } of enabled) {
          const footprint = all[process]?.[boundary];
          if (failure !== null) expect(footprint?.mayFail).toBe(true);
          if (target === null) continue;
          for (const [cell, value] of target.cells.entries())
            if (value !== state.cells[cell]) expect(footprint?.writes).toContain(cell);
          const next = target.processes[process]?.boundary;
          if (next != null) expect(footprint?.next).toContain(next);
          const key = JSON.stringify(target);
          if (!seen.has(key)) states.push(target);
          seen.add(key);
        }
        for (const [i, own] of state.processes.entries())
          if (own.boundary !== null && !enabled.some(({ process }) => process === i))
            expect(all[i]?.[own.boundary]?.mayBlock).toBe(true);
      }
    }),
    { numRuns: 40 },
  );
});
