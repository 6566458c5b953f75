/** Drops what nothing reaches or uses and renumbers the rest, in the order in which a reader would follow it. */
import type { Block, Expr, Failure, Graph, Instr, PredicateGraph, ProcessGraph } from '../ir/graph.js';
import {
  type Flow,
  flowOfPredicate,
  flowOfProcess,
  instrExprs,
  mapExpr,
  mapInstr,
  mapTerminator,
  retarget,
  terminatorExpr,
  visitLocals,
} from '../ir/traverse.js';
import { reachableBlocks } from './prune.js';

/** Applies a pass over control-flow graphs to every process and predicate. */
export function mapFlows(graph: Graph, pass: (flow: Flow) => Flow): Graph {
  const predicate = (each: PredicateGraph): PredicateGraph =>
    predicateOf(each.name, pass(flowOfPredicate(each)));
  return {
    ...mapProcesses(graph, pass),
    invariants: graph.invariants.map(predicate),
    stepPredicates: graph.stepPredicates.map(predicate),
    witnesses: graph.witnesses.map(predicate),
  };
}

/** Applies a pass over control-flow graphs to every process. */
export function mapProcesses(graph: Graph, pass: (flow: Flow) => Flow): Graph {
  const processes = graph.processes.map((each) => processOf(each.name, pass(flowOfProcess(each))));
  return { ...graph, processes };
}

export function processOf(name: string, { entry, blocks, boundaries, locals }: Flow): ProcessGraph {
  return { name, entry, blocks, boundaries, locals };
}

export function predicateOf(name: string, { entry, blocks, locals, result }: Flow): PredicateGraph {
  if (result === null) throw new TypeError(`${name} has no result`);
  return { name, entry, blocks, locals, result };
}

export function compact(flow: Flow): Flow {
  const order = reachableBlocks(flow);
  const blocks = order.map((old) => flow.blocks[old]).filter((block) => block !== undefined);
  const toBlock = numbering(flow.blocks.length, order);
  const reached = new Uint8Array(flow.boundaries.length);
  for (const { end } of blocks) if (end.to === 'boundary') reached[end.boundary] = 1;
  const points = flow.boundaries.filter((_, i) => reached[i] === 1);
  const toBoundary = numbering(flow.boundaries.length, indexesOf(reached));
  const used = usedLocals(flow, blocks, points);
  const kept = indexesOf(used);
  const toLocal = numbering(flow.locals.length, kept);
  // One node for each local, and the old ones where nothing changes: most of a graph is shared with the old one.
  const nodes = kept.map((_, i): Expr => ({ op: 'local', local: i }));
  const rename = (expr: Expr): Expr => {
    if (expr.op !== 'local') return expr;
    const local = toLocal(expr.local);
    return local === expr.local ? expr : (nodes[local] ?? expr);
  };
  return {
    entry: toBlock(flow.entry),
    blocks: blocks.map(({ instrs, end }): Block => {
      const renamed = retarget(mapTerminator(end, rename), toBlock, toBoundary);
      return {
        instrs: instrs.map((each) => renameTarget(mapInstr(each, rename), toLocal)),
        end: renamed.to === 'choose' ? { ...renamed, local: toLocal(renamed.local) } : renamed,
      };
    }),
    boundaries: points.map((point) => ({
      ...point,
      block: toBlock(point.block),
      rest: point.rest === null ? null : mapExpr(point.rest, rename),
    })),
    locals: kept.map((old) => flow.locals[old]).filter((local) => local !== undefined),
    result: flow.result === null ? null : toLocal(flow.result),
  };
}

/** Drops the failures that no block can end in. */
export function compactFailures(graph: Graph): Graph {
  const numbers = new Map<number, number>();
  const failures: Failure[] = [];
  const renamed = (old: number): number => {
    const known = numbers.get(old);
    const failure = graph.failures[old];
    if (known !== undefined || failure === undefined) return known ?? 0;
    numbers.set(old, failures.length);
    return failures.push(failure) - 1;
  };
  const flows = mapFlows(graph, (flow) => ({
    ...flow,
    blocks: flow.blocks.map(({ instrs, end }) => ({
      instrs: instrs.map((each) =>
        each.do === 'check' ? { ...each, failure: renamed(each.failure) } : each,
      ),
      end: end.to === 'failure' ? { to: 'failure', failure: renamed(end.failure) } : end,
    })),
  }));
  return { ...flows, failures };
}

function usedLocals(flow: Flow, blocks: readonly Block[], points: Flow['boundaries']): Uint8Array {
  const used = new Uint8Array(flow.locals.length);
  const use = (local: number): void => {
    used[local] = 1;
  };
  if (flow.result !== null) use(flow.result);
  for (const { instrs, end } of blocks) {
    for (const instr of instrs) {
      if (instr.do === 'set') use(instr.local);
      for (const expr of instrExprs(instr)) visitLocals(expr, use);
    }
    const expr = terminatorExpr(end);
    if (expr !== null) visitLocals(expr, use);
    if (end.to === 'choose') use(end.local);
  }
  for (const { rest } of points) if (rest !== null) visitLocals(rest, use);
  return used;
}

function renameTarget(instr: Instr, toLocal: (local: number) => number): Instr {
  if (instr.do !== 'set') return instr;
  const local = toLocal(instr.local);
  return local === instr.local ? instr : { do: 'set', local, value: instr.value };
}

/** From old numbers to positions in the list of those that are kept. */
function numbering(count: number, kept: readonly number[]): (old: number) => number {
  const numbers = new Int32Array(count);
  for (const [i, old] of kept.entries()) numbers[old] = i;
  return (old) => numbers[old] ?? 0;
}

function indexesOf(marks: Uint8Array): readonly number[] {
  const indexes: number[] = [];
  for (const [i, mark] of marks.entries()) if (mark === 1) indexes.push(i);
  return indexes;
}
