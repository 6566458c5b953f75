/**
 * Finds a trace's next step on a machine that may be of a patched model: the same process, standing at the same place.
 *
 * A patch adds and removes steps. So a process that does not stand where the trace has it may run ahead, alone, over
 * steps that the trace does not know, or the trace may skip steps that are not there any more; whichever is less.
 */
import type { Machine, Transition } from '../checker/compiler/machine.js';
import { framesOf, labelOf } from './build.js';
import type { TraceFrame, TraceStep } from './trace.js';

/** How the process gets to where the step begins. */
export type Alignment =
  | { readonly how: 'here' }
  /** These steps of the process come first. */
  | { readonly how: 'ahead'; readonly steps: readonly Transition[] }
  /** The step is gone: the process stands at a later one of its steps. */
  | { readonly how: 'gone' }
  /** It goes another way, and after so many steps it waits, in this state. */
  | { readonly how: 'stuck'; readonly after: number; readonly state: Uint32Array }
  | { readonly how: 'finished' }
  /** It goes other ways and does not come there. */
  | { readonly how: 'elsewhere' };

const DEPTH = 24;
const WIDTH = 256;

/**
 * @param process index in the machine
 * @param step the step of the trace that is looked for
 * @param later the following steps of the same process in the trace
 */
export function align(
  machine: Machine,
  state: Uint32Array,
  process: number,
  step: TraceStep,
  later: readonly TraceStep[],
): Alignment {
  const here = standing(machine, state, process);
  if (here !== null && samePlace(here, step.stack)) return { how: 'here' };
  const gone = here === null ? -1 : later.findIndex((each) => samePlace(here, each.stack));
  const found = runAhead(machine, state, process, step);
  if (gone >= 0 && (found.how !== 'ahead' || gone + 1 <= found.steps.length)) return { how: 'gone' };
  if (found.how === 'ahead') return found;
  // Better a step of the same function with other arguments or other callers than none.
  if (here?.at(-1)?.function === step.stack.at(-1)?.function) return { how: 'here' };
  return found;
}

/** Where a process stands, outermost frame first; null if it has finished. */
export function standing(
  machine: Machine,
  state: Uint32Array,
  process: number,
): readonly TraceFrame[] | null {
  const point = machine.boundaries(state)[process];
  return point === null || point === undefined ? null : framesOf(point.frames);
}

/** The same functions are running, and the innermost was called in the same words. Lines move when a file is patched. */
function samePlace(left: readonly TraceFrame[], right: readonly TraceFrame[]): boolean {
  return (
    left.length === right.length &&
    left.every((frame, index) => frame.function === right[index]?.function) &&
    labelOf(left) === labelOf(right)
  );
}

/** Breadth first over the steps of one process alone, until it stands where the step begins. */
function runAhead(
  machine: Machine,
  from: Uint32Array,
  process: number,
  step: TraceStep,
): Extract<Alignment, { how: 'ahead' | 'stuck' | 'finished' | 'elsewhere' }> {
  interface Node {
    readonly state: Uint32Array;
    readonly steps: readonly Transition[];
  }
  let level: Node[] = [{ state: from, steps: [] }];
  const seen = new Set([from.join()]);
  let stuck: Node | null = null;
  for (let depth = 0; depth < DEPTH && level.length > 0 && seen.size < WIDTH; depth++) {
    const next: Node[] = [];
    for (const node of level) {
      const stack = standing(machine, node.state, process);
      if (stack === null) {
        if (depth === 0) return { how: 'finished' };
        continue;
      }
      if (depth > 0 && samePlace(stack, step.stack)) return { how: 'ahead', steps: node.steps };
      const own = machine.transitions(node.state).filter((each) => each.process === process);
      if (own.length === 0) stuck ??= node;
      for (const transition of own) {
        const { target } = transition;
        if (target === null || seen.has(target.join())) continue;
        seen.add(target.join());
        next.push({ state: target, steps: [...node.steps, transition] });
      }
    }
    level = next;
  }
  return stuck === null
    ? { how: 'elsewhere' }
    : { how: 'stuck', after: stuck.steps.length, state: stuck.state };
}
