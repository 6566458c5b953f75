/** Drops what nothing reaches or uses and renumbers the rest, in the order in which a reader would follow it. */
import type {
  BoundaryPoint,
  Expr,
  Failure,
  Graph,
  PredicateGraph,
  ProcessGraph,
  Terminator,
} from '../ir/graph.js';
import {
  blockExprs,
  type Flow,
  flowOfPredicate,
  flowOfProcess,
  mapExpr,
  mapInstr,
  mapTerminator,
  retarget,
  successors,
  visitLocals,
} from '../ir/traverse.js';

/** Applies a pass over control-flow graphs to every process and predicate. */
export function mapFlows(graph: Graph, pass: (flow: Flow) => Flow): Graph {
  const predicate = (each: PredicateGraph): PredicateGraph => {
    const { entry, blocks, locals, result } = pass(flowOfPredicate(each));
    return { name: each.name, entry, blocks, locals, result: result ?? each.result };
  };
  return {
    ...graph,
    processes: mapProcesses(graph.processes, pass),
    invariants: graph.invariants.map(predicate),
    stepPredicates: graph.stepPredicates.map(predicate),
    witnesses: graph.witnesses.map(predicate),
  };
}

/** Applies a pass over control-flow graphs to every process. */
export function mapProcesses(
  processes: readonly ProcessGraph[],
  pass: (flow: Flow) => Flow,
): readonly ProcessGraph[] {
  return processes.map((each) => {
    const { entry, blocks, boundaries, locals } = pass(flowOfProcess(each));
    return { name: each.name, entry, blocks, boundaries, locals };
  });
}

export function compact(flow: Flow): Flow {
  const order = reachableBlocks(flow);
  const blockNumber = new Map(order.map((old, i) => [old, i]));
  const points: BoundaryPoint[] = [];
  const boundaryNumber = new Map<number, number>();
  const reached = new Set(order.map((block) => boundaryOf(flow.blocks[block]?.end)));
  for (const [i, point] of flow.boundaries.entries())
    if (reached.has(i)) boundaryNumber.set(i, points.push(point) - 1);

  const blocks = order.map((old) => flow.blocks[old]).filter((block) => block !== undefined);
  const used = new Set<number>(flow.result === null ? [] : [flow.result]);
  const use = (expr: Expr): void => visitLocals(expr, (local) => used.add(local));
  for (const block of blocks) {
    for (const expr of blockExprs(block)) use(expr);
    for (const instr of block.instrs) if (instr.do === 'set') used.add(instr.local);
    if (block.end.to === 'choose') used.add(block.end.local);
  }
  for (const point of points) if (point.rest !== null) use(point.rest);
  const kept = flow.locals.map((_, i) => i).filter((i) => used.has(i));
  const localNumber = new Map(kept.map((old, i) => [old, i]));

  const toBlock = (old: number): number => blockNumber.get(old) ?? 0;
  const toBoundary = (old: number): number => boundaryNumber.get(old) ?? 0;
  const toLocal = (old: number): number => localNumber.get(old) ?? 0;
  return renumber(
    {
      entry: toBlock(flow.entry),
      blocks,
      boundaries: points,
      locals: kept.map((old) => flow.locals[old]).filter((local) => local !== undefined),
      result: flow.result === null ? null : toLocal(flow.result),
    },
    toBlock,
    toBoundary,
    toLocal,
  );
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

function renumber(
  flow: Flow,
  toBlock: (block: number) => number,
  toBoundary: (boundary: number) => number,
  toLocal: (local: number) => number,
): Flow {
  const rename = (expr: Expr): Expr =>
    expr.op === 'local' ? { op: 'local', local: toLocal(expr.local) } : expr;
  const blocks = flow.blocks.map(({ instrs, end }) => {
    const renamed = retarget(mapTerminator(end, rename), toBlock, toBoundary);
    return {
      instrs: instrs.map((each) => {
        const instr = mapInstr(each, rename);
        return instr.do === 'set' ? { ...instr, local: toLocal(instr.local) } : instr;
      }),
      end: renamed.to === 'choose' ? { ...renamed, local: toLocal(renamed.local) } : renamed,
    };
  });
  const boundaries = flow.boundaries.map((point) => ({
    ...point,
    block: toBlock(point.block),
    rest: point.rest === null ? null : mapExpr(point.rest, rename),
  }));
  return { ...flow, blocks, boundaries };
}

/** Depth first, so that a block usually stands before those that it leads to. */
function reachableBlocks(flow: Flow): readonly number[] {
  const seen = new Set<number>();
  const order: number[] = [];
  const stack = [flow.entry];
  for (let block = stack.pop(); block !== undefined; block = stack.pop()) {
    const end = flow.blocks[block]?.end;
    if (end === undefined || seen.has(block)) continue;
    seen.add(block);
    order.push(block);
    const next = successors(end, flow.boundaries);
    for (let i = next.length - 1; i >= 0; i--) stack.push(next[i] ?? flow.entry);
  }
  return order;
}

function boundaryOf(end: Terminator | undefined): number | null {
  return end?.to === 'boundary' ? end.boundary : null;
}
