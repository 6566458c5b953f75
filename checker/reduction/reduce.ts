/**
 * The pipeline of reductions: graph -> sliced graph -> machine, then what changes which states and steps of the machine
 * are explored: partial order as a wrapper of it, symmetry around both.
 */
import { remembered } from '../build-cache.js';
import { generateMachine, machineSource } from '../compiler/codegen/javascript.js';
import { type Packing, pack } from '../compiler/codegen/packing.js';
import type { Graph } from '../compiler/ir/graph.js';
import type { Machine, StateTree } from '../compiler/machine.js';
import { type Chased, partialOrder } from './partial-order/index.js';
import type { ReductionName, SearchReductions } from './settings.js';
import { type Slice, slice } from './slicing/slice.js';
import { type Symmetry, symmetryOf, withSymmetry } from './symmetry/symmetry.js';
import { initialValues } from './values.js';

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
  /** Those that were used, in order. */
  readonly applied: readonly ReductionName[];
  /** The cells that slicing has removed. */
  readonly removed: readonly number[];
  /** What the machine went through without storing it, as far as it was searched; null without partial order. */
  readonly chased: Chased | null;
  /** What is symmetric; null if it was not asked. */
  readonly symmetry: Symmetry | null;
}

/**
 * @param model the graph as it is compiled, with its machine
 * @param origin a key of all that the model was made of, under which to remember what takes long
 */
export function reduce(
  model: { readonly graph: Graph; readonly machine: Machine; readonly origin: string },
  question: Question,
  settings: SearchReductions,
): Reduced {
  const { graph, machine, origin } = model;
  const initial = machine.unpack(machine.initial);
  const applied: ReductionName[] = [];
  let removed: readonly number[] = [];
  let plain: Model = { graph, packing: pack(graph), machine };
  const key = [origin, settings.slicing, question.deadlock];
  if (settings.slicing) {
    const sliced = remembered('slice', key, (): Slice => {
      return slice(graph, initialValues(graph, initial), question.deadlock);
    });
    ({ removed } = sliced);
    plain = modelOf(sliced.graph, initial, key);
    applied.push('slicing');
  }
  let searched = plain.machine;
  let chased: Chased | null = null;
  if (settings.partialOrder) {
    const chasing = partialOrder(plain.graph, plain.machine, plain.packing);
    ({ chased } = chasing);
    searched = chasing;
    applied.push('partialOrder');
  }
  let symmetry: Symmetry | null = null;
  if (settings.symmetry) {
    symmetry = remembered('symmetry', key, () => {
      return symmetryOf(plain.graph, plain.packing, plain.machine.initial);
    });
    if (symmetry.order > 1) {
      searched = withSymmetry(searched, symmetry);
      applied.push('symmetry');
    }
  }
  return { machine: searched, plain, applied, removed, chased, symmetry };
}

function modelOf(graph: Graph, initial: StateTree, key: readonly unknown[]): Model {
  const packing = pack(graph);
  const source = remembered('sliced-code', key, () => machineSource(graph, packing, false));
  return { graph, packing, machine: generateMachine(graph, initial, packing, source) };
}
