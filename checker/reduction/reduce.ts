/**
 * The pipeline of reductions: graph -> sliced graph -> machine, then what changes which states and steps of the machine
 * are explored: partial order as a wrapper of it, symmetry around both.
 */
import { generateMachine, machineSource } from '../compiler/codegen/javascript.js';
import { type Packing, pack } from '../compiler/codegen/packing.js';
import type { Graph } from '../compiler/ir/graph.js';
import type { Machine, StateTree } from '../compiler/machine.js';
import type { ReductionName, ReductionSettings } from './settings.js';

/** What the search is asked besides the predicates and failures of the graph: it decides what must be kept. */
export interface Question {
  /** Whether a state in which nothing can move is a violation. */
  readonly deadlock: boolean;
}

/** A state space and how to explore it. */
export interface Model {
  readonly graph: Graph;
  readonly packing: Packing;
  readonly machine: Machine;
}

export interface Reduced {
  /** The machine to search. */
  readonly machine: Machine;
  /**
   * All states and all steps of the sliced graph: a search of it finds shortest traces as they are. Steps, choices,
   * verdicts and lengths are those of the graph that was given.
   */
  readonly plain: Model;
  /** Those that have changed something. */
  readonly applied: readonly ReductionName[];
  /** Whether a finding of the search of `machine` is at its least depth, counted in steps of `plain`. */
  readonly shortest: boolean;
}

/**
 * @param initial the shared state of the graph to begin with
 * @param remember makes something or has it from an earlier run, for what takes long: by name, and the settings
 */
export function reduce(
  graph: Graph,
  initial: StateTree,
  question: Question,
  settings: ReductionSettings,
): Reduced {
  const plain = modelOf(graph, initial);
  const applied: ReductionName[] = [];
  if (settings.merging) applied.push('merging');
  if (settings.liveness) applied.push('liveness');
  return { machine: plain.machine, plain, applied, shortest: true };
}

export function modelOf(graph: Graph, initial: StateTree): Model {
  const packing = pack(graph);
  const source = machineSource(graph, packing, false);
  return { graph, packing, machine: generateMachine(graph, initial, packing, source) };
}
