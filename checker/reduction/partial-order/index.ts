/** Partial-order reduction: a machine that goes through fewer interleavings and finds the same. See README.md. */
import { pack, type Packing } from '../../compiler/codegen/packing.js';
import type { Graph } from '../../compiler/ir/graph.js';
import type { Machine } from '../../compiler/machine.js';
import { Chase, type Chased } from './chase.js';
import { Decisions } from './decisions.js';
import { Independence, type Limits } from './independence.js';
import { Visibility } from './visibility.js';

export type { Chased } from './chase.js';

export interface ReducedMachine extends Machine {
  readonly chased: Chased;
}

const LIMITS: Limits = { facts: 40, blocks: 1000 };

/**
 * The machine, reduced. Preserved: which invariants, step predicates and failures are violated, which states are
 * deadlocks, and which steps are executed (those of `chased.steps` included). Not preserved: lengths of traces, counts,
 * and witnesses that are not reached.
 *
 * Step predicates must hold for a step that changes nothing that they read; merging relies on that too.
 */
export function partialOrder(
  graph: Graph,
  machine: Machine,
  packing: Packing = pack(graph),
  limits: Partial<Limits> = {},
): ReducedMachine {
  const { ample: _, expandOf, portable: __, ...whole } = machine;
  if (expandOf === undefined) throw new Error('the machine cannot take the steps of one process alone');
  const independence = new Independence(graph, packing, { ...LIMITS, ...limits });
  const decisions = new Decisions((process, state, at) => independence.ask(process, state, at));
  const chase = new Chase({ ...whole, expandOf }, decisions, new Visibility(graph, packing));
  return {
    ...whole,
    chased: chase.chased,
    // A chase may end in several states, so this is a guess; `expand` tells when it was not enough.
    expansionLimit: 4 * machine.expansionLimit,
    expand: (source, at, out, outAt) => chase.expand(source, at, out, outAt),
    // What is decided here is code with memory, which cannot be sent to another thread as text.
    portable: null,
  };
}
