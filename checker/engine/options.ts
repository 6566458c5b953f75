/** What a search is asked, what it tells while it runs, and what it finds. */
import type { Store } from './store.js';

export interface SearchOptions {
  /** The most states to store. */
  readonly maxStates?: number;
  /** The most transitions from the initial state. */
  readonly maxDepth?: number;
  /** The most memory for states, predecessors and hash table. */
  readonly memoryBytes?: number;
  /** Checked between batches. */
  readonly signal?: { readonly aborted: boolean };
  readonly onProgress?: (progress: Progress) => void;
  /** Milliseconds between two calls of `onProgress`. */
  readonly progressInterval?: number;
  /** Whether a state in which nothing can move is a violation, and of which property. */
  readonly deadlock: boolean;
  readonly deadlockProperty?: string;
  /** Stop when each of these properties is violated. */
  readonly stopWhenDecided?: readonly string[];
  /** A clock in milliseconds. */
  readonly now?: () => number;
}

export interface Progress {
  readonly states: number;
  readonly transitions: number;
  readonly depth: number;
  /** States that are still to be expanded. */
  readonly frontier: number;
  readonly seconds: number;
  readonly memoryBytes: number;
  readonly memoryLimit: number;
  readonly statesPerSecond: number;
}

export interface Finding {
  /** Null: a model error of no property's. */
  readonly property: string | null;
  readonly kind: 'invariant' | 'step' | 'failure' | 'deadlock';
  /** The number of transitions of the shortest trace, a failing last one included. */
  readonly depth: number;
  /** Index of the violating state (invariant, deadlock) or of the state that the violating step starts from. */
  readonly source: number;
  /** Index of the machine's failure, if it is one. */
  readonly failure: number | null;
}

/** Why a search ended: nothing is left, all is decided, or a limit was hit. */
export type End = 'exhausted' | 'decided' | 'states' | 'depth' | 'memory' | 'interrupted';

export interface SearchResult {
  readonly states: number;
  /** Enabled steps with their choices, self-loops and duplicates included. */
  readonly transitions: number;
  /** The largest distance of a stored state from the initial one. */
  readonly depth: number;
  readonly seconds: number;
  readonly memoryBytes: number;
  readonly end: End;
  /** The first, and so a shortest, per property, and per failure that belongs to none. In the order of discovery. */
  readonly findings: readonly Finding[];
  /** By the machine's witnesses. */
  readonly witnessesReached: readonly boolean[];
  /** By the machine's steps: nonzero if executed. */
  readonly stepsExecuted: Uint8Array;
  readonly store: Store;
}
