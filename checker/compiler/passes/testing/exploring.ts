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
  /**
   * Shared states with such a process, from which no sequence of steps of such processes ever changes the shared
   * state, ends a process or brings all to rest. What spins is stuck once no step changes a local that nobody reads.
   */
  readonly spinning: readonly string[];
  /** The number of full states, with boundaries and locals. */
  readonly size: number;
}

/** What the first exploration shows that the second one contradicts. */
export function difference(expected: Exploration, found: Exploration): readonly string[] {
  const without = (a: readonly string[], b: readonly string[], what: string): readonly string[] => {
    const known = new Set(b);
    return a.filter((each) => !known.has(each)).map((each) => `${what}: ${each}`);
  };
  const differing = (['states', 'failures', 'steps', 'finished', 'spinning'] as const).flatMap((part) => [
    ...without(expected[part], found[part], `missing in ${part}`),
    ...without(found[part], expected[part], `unexpected in ${part}`),
  ]);
  return [...differing, ...without(found.stuck, expected.spinning, 'stuck without reason')];
}

export function explore(graph: Graph, limit = 20_000): Exploration {
  const seen = new Set<string>();
  const states = new Set<string>();
  const failures = new Set<string>();
  const steps = new Set<string>();
  const finished = new Set<string>();
  const stuck = new Set<string>();
  const open = new Map<string, string>();
  const useful = new Set<string>();
  const predecessors = new Map<string, string[]>();
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
    const key = JSON.stringify(state);
    let moves = false;
    for (const { target, failure, resting } of transitions(graph, state)) {
      if (failure !== null) failures.add(graph.failures[failure]?.message ?? '?');
      if (target === null) {
        moves ||= !resting;
        if (!resting) useful.add(key);
        continue;
      }
      const next = sharedText(graph, target);
      if (next !== shared) steps.add(`${shared} > ${next}`);
      const nextKey = visit(target);
      if (resting) continue;
      moves ||= nextKey !== key;
      if (next !== shared || ended(target) !== ended(state)) useful.add(key);
      predecessors.set(nextKey, [...(predecessors.get(nextKey) ?? []), key]);
    }
    const waiting = state.processes.some(
      ({ boundary }, i) => boundary !== null && !isResting(graph, state, i),
    );
    if (waiting) open.set(key, shared);
    else useful.add(key);
    if (waiting && !moves) stuck.add(shared);
    if (state.processes.every(({ boundary }) => boundary === null)) finished.add(shared);
  }
  const queueBack = [...useful];
  for (let key = queueBack.pop(); key !== undefined; key = queueBack.pop())
    for (const before of predecessors.get(key) ?? []) {
      if (!useful.has(before)) queueBack.push(before);
      useful.add(before);
    }
  const spinning = new Set([...open].filter(([key]) => !useful.has(key)).map(([, shared]) => shared));
  const sorted = (set: ReadonlySet<string>): readonly string[] => [...set].sort();
  return {
    states: sorted(states),
    failures: sorted(failures),
    steps: sorted(steps),
    finished: sorted(finished),
    stuck: sorted(stuck),
    spinning: sorted(spinning),
    size: seen.size,
  };
}

function ended(state: InterpretedState): number {
  return state.processes.filter(({ boundary }) => boundary === null).length;
}

function sharedText(graph: Graph, state: InterpretedState): string {
  return graph.cells.map(({ path }, i) => `${pathText(path)}=${state.cells[i]}`).join(' ');
}
