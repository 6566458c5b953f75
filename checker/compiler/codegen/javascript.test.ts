import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CellRef, Expr, Graph, Instr } from '../ir/graph.js';
import type { StateTree } from '../machine.js';
import { mapInstr, mapTerminator } from '../ir/traverse.js';
import { resetDeadLocals } from '../passes/resets.js';
import { generateMachine, machineSource } from './javascript.js';
import { type Field, pack, type Packing } from './packing.js';
import { compareWithInterpreter } from './testing/compare.js';
import { type RandomGraph, randomGraph } from './testing/random-graphs.js';
import { Blocks, cell, counters, int, load, num, op, peterson, philosophers, store } from './testing/toys.js';

const LIMIT = 60;

function compare({ graph, tree }: RandomGraph): number {
  return compareWithInterpreter(graph, tree, generateMachine(graph, tree), LIMIT);
}

const graphs = randomGraph.map(({ graph, tree }) => ({ graph: resetDeadLocals(graph), tree }));

/** Whether the comparison finds something wrong with machines that are made in a wrong way. */
function isFound(wrong: (graph: Graph) => { graph: Graph; packing: Packing }): boolean {
  const result = fc.check(
    fc.property(graphs, ({ graph, tree }) => {
      const made = wrong(graph);
      compareWithInterpreter(graph, tree, generateMachine(made.graph, tree, made.packing), LIMIT);
    }),
    { numRuns: 100, endOnFailure: true, seed: 1 },
  );
  return result.failed;
}

function withExprs(graph: Graph, replace: (expr: Expr) => Expr): Graph {
  return {
    ...graph,
    processes: graph.processes.map((process) => ({
      ...process,
      blocks: process.blocks.map(({ instrs, end }) => ({
        instrs: instrs.map((instr) => mapInstr(instr, replace)),
        end: mapTerminator(end, replace),
      })),
    })),
  };
}

describe('generated code', () => {
  it('does what the interpreter does, on graphs of any shape', () => {
    let states = 0;
    fc.assert(
      fc.property(graphs, (random) => {
        states += compare(random);
      }),
      { numRuns: 150 },
    );
    expect(states).toBeGreaterThan(1000);
  });

  it('does what the interpreter does, on well-known systems', () => {
    for (const { graph: raw, initial } of [peterson(), philosophers(4), counters(2, 3, 2)]) {
      const graph = resetDeadLocals(raw);
      expect(compareWithInterpreter(graph, initial, generateMachine(graph, initial))).toBeGreaterThan(19);
    }
  });
});

describe('a step that begins inside nested loops', () => {
  // while (x < 3) { y = 0; while (y < 2) { yield; if (x & 1) break; y++ } x++ }
  const nested = (): { graph: Graph; initial: StateTree } => {
    const b = new Blocks();
    const [x, y] = [cell(0), cell(1)];
    const increment = (ref: CellRef): Instr => store(ref, op(load(ref), '+', num(1)));
    const [outer, inner, behind] = [0, 1, 2];
    b.add([], { to: 'branch', test: op(load(x), '<', num(3)), then: 6, else: 7 });
    b.add([], { to: 'branch', test: op(load(y), '<', num(2)), then: 5, else: behind });
    b.add([increment(x)], { to: 'block', block: outer });
    b.add([], { to: 'branch', test: op(load(x), '&', num(1)), then: behind, else: 4 });
    b.add([increment(y)], { to: 'block', block: inner });
    b.stop([], 1);
    b.add([store(y, num(0))], { to: 'block', block: inner });
    b.add([], { to: 'end' });
    const process = b.process('p', b.stop([], 0), [outer, 3]);
    const cells = ['x', 'y'].map((name) => ({ path: [name], domain: int(0, 3) }));
    const none = { failures: [], invariants: [], stepPredicates: [], witnesses: [] };
    return { graph: { cells, processes: [process], ...none }, initial: { x: 0, y: 0 } };
  };

  it('enters the outer loop by a call, because a loop in JavaScript has one entry', () => {
    const { graph, initial } = nested();
    expect(machineSource(graph, pack(graph), false)).toContain('return p0k');
    expect(compareWithInterpreter(graph, initial, generateMachine(graph, initial))).toBe(7);
  });
});

describe('a seeded miscompilation is found', () => {
  const mapCells = (graph: Graph, change: (field: Field, index: number) => Field): Packing => {
    const packing = pack(graph);
    return { ...packing, cells: packing.cells.map(change) };
  };

  it('when two fields overlap', () => {
    const overlap = (graph: Graph): Packing =>
      mapCells(graph, (field, index) =>
        index > 0 && field.shift > 0 ? { ...field, shift: field.shift - 1 } : field,
      );
    expect(isFound((graph) => ({ graph, packing: overlap(graph) }))).toBe(true);
  });

  it('when a field is too narrow', () => {
    const narrow = (graph: Graph): Packing =>
      mapCells(graph, (field, index) =>
        index === 0 && field.width > 1 ? { ...field, width: field.width - 1 } : field,
      );
    expect(isFound((graph) => ({ graph, packing: narrow(graph) }))).toBe(true);
  });

  it('when a live local is taken to be dead', () => {
    const forgetful = (graph: Graph): Packing => {
      const packing = pack(graph);
      return {
        ...packing,
        processes: packing.processes.map((process) => ({
          ...process,
          live: {
            ...process.live,
            atBoundary: process.live.atBoundary.map((live) => live.map((bits) => bits & ~2)),
          },
        })),
      };
    };
    expect(isFound((graph) => ({ graph, packing: forgetful(graph) }))).toBe(true);
  });

  it('when an operator is another one', () => {
    const other = (expr: Expr): Expr =>
      expr.op === 'binary' && expr.operator === '>' ? { ...expr, operator: '>=' } : expr;
    expect(isFound((graph) => ({ graph: withExprs(graph, other), packing: pack(graph) }))).toBe(true);
  });

  it('and nothing is found where nothing is wrong', () => {
    expect(isFound((graph) => ({ graph, packing: pack(graph) }))).toBe(false);
  });
});
