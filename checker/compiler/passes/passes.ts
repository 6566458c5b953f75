/** The passes by name. Each is a pure function from graph to graph, so that a test can put a wrong one in its place. */
import type { Graph } from '../ir/graph.js';
import { fold } from './fold.js';
import { merge } from './merge.js';
import { resetDeadLocals } from './resets.js';
import { slots } from './slots.js';

export type Pass = (graph: Graph) => Graph;

export interface Passes {
  /** Folds constants, drops code that is never reached or whose result is never used. */
  readonly fold: Pass;
  /** Takes out boundaries whose step touches only locals. */
  readonly merge: Pass;
  /** Lets locals that are never live together share a slot of the state. */
  readonly slots: Pass;
  /** Gives locals that are dead at a boundary one fixed value there. */
  readonly liveness: Pass;
}

/** A pass that is switched off. */
export const identity: Pass = (graph) => graph;

/**
 * Slots are shared before dead ones are reset: a reset writes the slot, and would keep two locals apart that meet
 * nowhere else.
 */
export const passOrder = ['fold', 'merge', 'slots', 'liveness'] as const satisfies readonly (keyof Passes)[];

export const allPasses: Passes = { fold, merge, slots, liveness: resetDeadLocals };
