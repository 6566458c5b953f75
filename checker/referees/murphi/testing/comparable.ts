/**
 * Random graphs that keep what models keep, and exports rely on:
 * - Step predicates hold for a step that changes nothing: a step that stores to nothing that one reads is not judged.
 * - A process that rests does not fail: whether its failure, too, means that something can still happen is open.
 */
import type { Block, Expr, Graph, PredicateGraph } from '../../../compiler/ir/graph.js';
import { binary, constant } from '../../../compiler/ir/simplify.js';
import { blockExprs, visitLoads } from '../../../compiler/ir/traverse.js';

export function comparable(graph: Graph): Graph {
  return {
    ...graph,
    processes: graph.processes.map((process) =>
      process.blocks.some(mayFail)
        ? { ...process, boundaries: process.boundaries.map((point) => ({ ...point, rest: null })) }
        : process,
    ),
    stepPredicates: graph.stepPredicates.map((each) => holdingForNoChange(each, graph)),
  };
}

function mayFail({ instrs, end }: Block): boolean {
  return end.to === 'failure' || instrs.some((instr) => instr.do === 'check');
}

function holdingForNoChange(predicate: PredicateGraph, { cells }: Graph): PredicateGraph {
  const { blocks, entry, result } = predicate;
  const read = new Set<unknown>();
  for (const expr of blocks.flatMap(blockExprs))
    visitLoads(expr, ({ base }) => read.add(cells[base]?.path[0]));
  const same = cells
    .flatMap(({ path: [root] }, base) => (read.has(root) ? [base] : []))
    .map((base): Expr => {
      const now: Expr = { op: 'load', ref: { base, indexes: [] } };
      return { op: 'binary', operator: '===', left: now, right: { ...now, state: 'before' } };
    })
    .reduce((all, each) => binary('&&', all, each), constant(1));
  const holds = {
    instrs: [{ do: 'set' as const, local: result, value: constant(1) }],
    end: { to: 'end' as const },
  };
  const start = {
    instrs: [],
    end: { to: 'branch' as const, test: same, then: blocks.length, else: entry },
  };
  return { ...predicate, blocks: [...blocks, holds, start], entry: blocks.length + 1 };
}
