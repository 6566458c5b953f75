/**
 * A machine: a compiled scenario, as the engine sees it. States are `words` unsigned 32-bit words; the engine knows
 * nothing of what they mean.
 */
import type { BoundaryPoint, Failure, Frame } from './ir/graph.js';

/** A plain tree of the shared state, as the direct execution has it: numbers, booleans, strings, arrays, objects. */
export type StateTree = { readonly [field: string]: unknown };

/** What `expand` appends behind the words of each successor: which step was taken, and two flags. */
export const META_STEP = 0x3fff_ffff;
/** The step was taken from a boundary at which the process was resting: it cannot resolve a deadlock. */
export const META_RESTING = 0x4000_0000;
/** There is no successor: the step ended in a model error; word 0 holds the failure's index. */
export const META_FAILURE = 0x8000_0000;

/** A step: one boundary of one process. */
export interface Step {
  readonly process: number;
  readonly boundary: number;
  readonly frames: readonly Frame[];
}

/** One transition with everything that the packed search does not store; made again when a trace is built. */
export interface Transition {
  readonly process: number;
  readonly step: number;
  /** Answers to the step's choices, in order. */
  readonly choices: readonly number[];
  /** How many boundaries the step ran through, its own included: how often a direct execution must be resumed. */
  readonly boundaries: number;
  /** The successor, or null if the step ended in a model error. */
  readonly target: Uint32Array | null;
  readonly failure: number | null;
  readonly resting: boolean;
}

export interface Machine {
  readonly words: number;
  readonly initial: Uint32Array;
  readonly processes: readonly string[];
  readonly steps: readonly Step[];
  readonly failures: readonly Failure[];
  /** Property ids; bit i of the masks below belongs to entry i. */
  readonly invariants: readonly string[];
  readonly stepPredicates: readonly string[];
  readonly witnesses: readonly string[];
  /**
   * What one `expand` may append, in words, as far as it can be told beforehand. A step that chooses in a loop may need
   * more: then `expand` returns a position beyond the end of `out`, what lay there is lost, and it can be called again.
   */
  readonly expansionLimit: number;

  /**
   * Appends one record of `words + 1` words per transition of the state at `source[at]` to `out`, from `out[outAt]`.
   * Returns the position behind the last. The order is fixed: by process, then by choices.
   */
  expand(source: Uint32Array, at: number, out: Uint32Array, outAt: number): number;
  /** The mask of the invariants that the state violates. */
  violated(source: Uint32Array, at: number): number;
  /** The mask of the step predicates that the step from the first state to the second violates. */
  violatedStep(source: Uint32Array, at: number, target: Uint32Array, targetAt: number): number;
  /** The mask of the witnesses that the state shows. */
  witnessed(source: Uint32Array, at: number): number;
  /** Whether some process is neither finished nor resting. */
  unfinished(source: Uint32Array, at: number): boolean;

  // Reductions; absent where there are none.

  /**
   * The processes whose enabled steps alone need be explored from this state, as a mask; all ones: all of them. Used only as
   * long as one of those steps leads to a state of the next layer (see the explorer), and for machines with `expandOf`.
   */
  readonly ample?: (source: Uint32Array, at: number) => number;
  /** `expand` for the processes in the mask. */
  readonly expandOf?: (
    mask: number,
    source: Uint32Array,
    at: number,
    out: Uint32Array,
    outAt: number,
  ) => number;
  /** Replaces the state at `words[at]` by the representative of all that are symmetric to it. */
  readonly canonical?: (words: Uint32Array, at: number) => void;
  /** From which another thread can make the functions of the search; null where that is impossible. */
  readonly portable?: PortableCode | null;

  /** All transitions of a state, in the order of `expand`. Slow. */
  transitions(state: Uint32Array): readonly Transition[];
  /** The boundary of each process, or null where it has finished. */
  boundaries(state: Uint32Array): readonly (BoundaryPoint | null)[];
  /** The shared state, without program counters and locals. */
  unpack(state: Uint32Array): StateTree;
}

/** What a search calls. */
export type SearchCode = Pick<
  Machine,
  'expand' | 'violated' | 'violatedStep' | 'witnessed' | 'unfinished' | 'ample' | 'expandOf' | 'canonical'
>;

/** The functions of a search as data. */
export interface PortableCode {
  /** The body of a function of one argument, the constants, that returns a `SearchCode`. */
  readonly source: string;
  /** Anything that can be sent to another thread. */
  readonly constants?: unknown;
}

export function searchCodeOf({ source, constants }: PortableCode): SearchCode {
  return new Function('T', source)(constants) as SearchCode;
}
