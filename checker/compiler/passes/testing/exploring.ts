/** Everything that a graph can do, by brute force. For tests. */
import type { Graph } from '../../ir/graph.js';
import { initialState, type InterpretedState, isResting, transitions } from '../../ir/interpret.js';
import type { RecordType } from '../../ir/program.js';
import type { StateTree } from '../../machine.js';
import { buildGraph, type GraphRequest } from '../build-graph.js';
import { pathText } from '../layout.js';
import type { Passes } from '../passes.js';
import { type FunctionSpec, program } from './programs.js';

/** A request for one process per function name, without arguments and predicates. */
export function running(...functions: readonly string[]): GraphRequest {
  return {
    config: {},
    processes: functions.map((name) => ({ name, function: name, args: [] })),
    invariants: [],
    stepPredicates: [],
    witnesses: [],
  };
}

export function graphOf(
  root: RecordType,
  specs: Readonly<Record<string, FunctionSpec>>,
  request: Partial<GraphRequest> = {},
  passes?: Partial<Passes>,
): Graph {
  const names = Object.keys(specs).slice(-1);
  return buildGraph(program(root, specs), { ...running(...names), ...request }, passes);
}

/** The state of lowest values. */
export function zeroTree(graph: Graph): StateTree {
  const root: Record<string, unknown> = {};
  for (const { path, domain } of graph.cells) {
    let at: Record<string | number, unknown> = root;
    for (const [i, part] of path.entries()) {
      const last = i === path.length - 1;
      at[part] ??= last ? (domain.names?.[0] ?? domain.lo) : {};
      at = Object(at[part]);
    }
  }
  return root;
}

export interface Exploration {
  /** Every reachable shared state, `x=1 pt[0].y=2`. */
  readonly states: readonly string[];
  /** The messages of the failures that some transition ends in. */
  readonly failures: readonly string[];
  /** Every pair of different shared states, one step apart. */
  readonly steps: readonly string[];
  /** Shared states in which every process has finished. */
  readonly finished: readonly string[];
  /** Shared states with a process that neither finished nor rests, and no step of such a one that leads elsewhere. */
  readonly stuck: readonly string[];
  /** The number of full states, with boundaries and locals. */
  readonly size: number;
}

export function explore(graph: Graph, limit = 20_000): Exploration {
  const seen = new Set<string>();
  const states = new Set<string>();
  const failures = new Set<string>();
  const steps = new Set<string>();
  const finished = new Set<string>();
  const stuck = new Set<string>();
  const queue: InterpretedState[] = [];
  const visit = (state: InterpretedState): string => {
    const key = JSON.stringify(state);
    if (!seen.has(key)) queue.push(state);
    seen.add(key);
    return key;
  };
  visit(initialState(graph, zeroTree(graph)));
  for (let state = queue.pop(); state !== undefined; state = queue.pop()) {
    if (seen.size > limit) throw new RangeError('the program has too many states');
    const shared = sharedText(graph, state);
    states.add(shared);
    let moves = false;
    for (const { target, failure, resting } of transitions(graph, state)) {
      if (failure !== null) failures.add(graph.failures[failure]?.message ?? '?');
      if (target === null) {
        moves ||= !resting;
        continue;
      }
      const next = sharedText(graph, target);
      if (next !== shared) steps.add(`${shared} > ${next}`);
      const elsewhere = visit(target) !== JSON.stringify(state);
      moves ||= elsewhere && !resting;
    }
    const open = state.processes.filter(
      ({ boundary }, i) => boundary !== null && !isResting(graph, state, i),
    );
    if (state.processes.every(({ boundary }) => boundary === null)) finished.add(shared);
    if (open.length > 0 && !moves) stuck.add(shared);
  }
  const sorted = (set: ReadonlySet<string>): readonly string[] => [...set].sort();
  return {
    states: sorted(states),
    failures: sorted(failures),
    steps: sorted(steps),
    finished: sorted(finished),
    stuck: sorted(stuck),
    size: seen.size,
  };
}

function sharedText(graph: Graph, state: InterpretedState): string {
  return graph.cells.map(({ path }, i) => `${pathText(path)}=${state.cells[i]}`).join(' ');
}
