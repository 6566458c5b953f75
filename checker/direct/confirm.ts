/**
 * Whether direct execution agrees that a step ends in a model error.
 *
 * It finds assertions, indexes and domains of the shared state by itself. It cannot find errors about what the model's
 * TypeScript leaves undeclared at run time: the domain of a local or of a field of a local place, the depth of a
 * recursion, 32-bit arithmetic. For those it says how far it got: the step is enabled, and asks for the same choices.
 */
import type { Failure } from '../compiler/ir/graph.js';
import type { DirectExecution } from './execution.js';

export type Confirmation =
  /** The same error. */
  | 'confirmed'
  /** An error that direct execution cannot see, in a step that it can take up to there. */
  | 'reached'
  | 'refuted';

/** Takes the failing step as far as it goes; the execution stays where it is. */
export function confirmFailure(
  execution: DirectExecution,
  step: { readonly process: number; readonly choices: readonly number[]; readonly boundaries: number },
  failure: Failure,
): Confirmation {
  const { outcome, choices, failure: found } = execution.explore(step.process, step.choices, step.boundaries);
  if (outcome === 'failure' && found?.kind === failure.kind && found.property === failure.property) {
    // Compiled code may ask for choices of the same statement first.
    return isPrefix(choices, step.choices) ? 'confirmed' : 'refuted';
  }
  return isUnseen(failure) && isPrefix(step.choices, choices) ? 'reached' : 'refuted';
}

function isPrefix(prefix: readonly number[], of: readonly number[]): boolean {
  return prefix.length <= of.length && prefix.every((choice, index) => of[index] === choice);
}

function isUnseen({ kind }: Failure): boolean {
  // Of the domain of a local nothing tells it from one of the state but that direct execution does not fail.
  return kind === 'recursion' || kind === 'arithmetic' || kind === 'domain';
}
