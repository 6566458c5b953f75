import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Expr, Graph } from '../ir/graph.js';
import { mapInstr, mapTerminator } from '../ir/traverse.js';
import { resetDeadLocals } from '../passes/resets.js';
import { generateMachine, machineSource } from './javascript.js';
import { type Field, pack, type Packing } from './packing.js';
import { compareWithInterpreter } from './testing/compare.js';
import { type RandomGraph, randomGraph } from './testing/random-graphs.js';
import { counters, peterson, philosophers } from './testing/toys.js';

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
    let withSecondEntries = 0;
    fc.assert(
      fc.property(graphs, (random) => {
        states += compare(random);
        const source = machineSource(random.graph, pack(random.graph), false);
        if (/return p\dk/.test(source)) withSecondEntries++;
      }),
      { numRuns: 150 },
    );
    expect(withSecondEntries).toBeGreaterThan(5);
    expect(states).toBeGreaterThan(1000);
  });

  it('does what the interpreter does, on well-known systems', () => {
    for (const { graph: raw, initial } of [peterson(), philosophers(4), counters(2, 3, 2)]) {
      const graph = resetDeadLocals(raw);
      expect(compareWithInterpreter(graph, initial, generateMachine(graph, initial))).toBeGreaterThan(19);
    }
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
          live: { ...process.live, atBoundary: process.live.atBoundary.map((live) => live & ~2n) },
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
