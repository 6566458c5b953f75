/**
 * The merging pass takes out boundaries whose step touches only locals of its process: the step before runs on
 * through them. What is left out of the state space is a stop at which nothing shared has changed.
 *
 * Why no property can see the difference. Let `b` be such a boundary, and a state with the process at `b`.
 * - Its shared part is that of the state one local step further, so a predicate holds in both or in neither.
 * - The local step is always enabled, deterministic, and neither reads nor writes what other processes write or read:
 *   it commutes with all of their steps. What they can do before it they can do after it.
 * - A step predicate sees one step less, and that one changed nothing shared. (A step predicate must therefore hold
 *   for a step that changes nothing; any process that only computes makes such steps.)
 * - The state at `b` is no deadlock, because the local step leads to another state, and its removal makes none: see
 *   `contractible` about steps that would come to lead back to where they started.
 *
 * A boundary that the entry of a process leads to stays, as the place where a direct execution stops first.
 */
import type { Block, Graph } from '../ir/graph.js';
import { blockExprs, type Flow, stepSuccessors, visitLoads } from '../ir/traverse.js';
import { compact, mapProcesses } from './compact.js';

interface LocalStep {
  readonly next: readonly number[];
  readonly local: boolean;
}

export function merge(graph: Graph): Graph {
  return mapProcesses(graph, mergeFlow);
}

function mergeFlow(flow: Flow): Flow {
  const { blocks, boundaries } = flow;
  const first = new Set(stepFrom(flow, flow.entry).next);
  const steps = boundaries.map((point, i): LocalStep => {
    const { next, local } = stepFrom(flow, point.block);
    return { next, local: local && point.rest === null && !first.has(i) };
  });
  const merged = contractible(steps);
  if (merged.size === 0) return flow;
  const passing = blocks.map((block): Block => {
    const { end } = block;
    const point = end.to === 'boundary' && merged.has(end.boundary) ? boundaries[end.boundary] : undefined;
    return point === undefined ? block : { ...block, end: { to: 'passed', block: point.block } };
  });
  return compact({ ...flow, blocks: passing });
}

/**
 * The boundaries to take out: those of local steps, one by one, unless that would make a step lead from some boundary
 * back to itself where none did. Such a step would be one that leads nowhere, and a process that goes around in
 * circles would look like one that is stuck; and a circle of local steps alone would never end.
 */
function contractible(steps: readonly LocalStep[]): ReadonlySet<number> {
  const next = steps.map((step) => new Set(step.next));
  const previous = steps.map(() => new Set<number>());
  for (const [from, targets] of next.entries()) for (const to of targets) previous[to]?.add(from);
  const merged = new Set<number>();
  for (const [i, { local }] of steps.entries()) {
    const before = previous[i];
    const after = next[i];
    if (!local || before === undefined || after === undefined) continue;
    if ([...before].some((each) => after.has(each))) continue;
    merged.add(i);
    for (const from of before) {
      next[from]?.delete(i);
      for (const to of after) next[from]?.add(to);
    }
    for (const to of after) {
      previous[to]?.delete(i);
      for (const from of before) previous[to]?.add(from);
    }
  }
  return merged;
}

/** The step that starts with a block: where it may end, and whether it only computes with locals. */
function stepFrom(flow: Flow, start: number): LocalStep {
  const seen = new Set<number>();
  const next: number[] = [];
  const stack = [start];
  let local = true;
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    const block = flow.blocks[at];
    if (block === undefined || seen.has(at)) continue;
    seen.add(at);
    local &&= isLocal(block);
    if (block.end.to === 'boundary') next.push(block.end.boundary);
    stack.push(...stepSuccessors(block.end));
  }
  return { next, local };
}

function isLocal(block: Block): boolean {
  const { to } = block.end;
  if (to === 'choose' || to === 'disabled' || to === 'failure') return false;
  if (!block.instrs.every((instr) => instr.do === 'set')) return false;
  let loads = false;
  for (const expr of blockExprs(block))
    visitLoads(expr, () => {
      loads = true;
    });
  return !loads;
}
