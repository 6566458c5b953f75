/** What a search is asked, what it tells while it runs, and what it finds. */
import type { Finding, Layer } from './facts.js';
import type { SnapshotKeeper } from './snapshot.js';
import type { Coding, Store } from './store.js';

export interface SearchOptions {
  /** The most states to store. */
  readonly maxStates?: number;
  /** The most transitions from the initial state. */
  readonly maxDepth?: number;
  /** The most memory for states, tables and buffers. */
  readonly memoryBytes?: number;
  /** How states are stored; by default as it suits their size. */
  readonly store?: Coding;
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
  /** Stop when each of these witnesses is reached, by index. */
  readonly stopWhenWitnessed?: readonly number[];
  /** Further threads that help when there is enough to do. Of `searchAsync` only. */
  readonly helpers?: Helpers;
  /** Where to keep snapshots, and the one to go on from. */
  readonly snapshots?: SnapshotKeeper;
  /** A clock in milliseconds. */
  readonly now?: () => number;
}

/** How to get threads; the explorer itself knows of none. */
export interface Helpers {
  readonly count: number;
  /** Starts a thread that calls `helpSearch` with the order. */
  start(order: unknown, onFailure: (error: unknown) => void): { stop(): unknown };
}

export interface Progress {
  readonly states: number;
  readonly transitions: number;
  readonly depth: number;
  /** States that are still to be expanded, as far as they are known. */
  readonly frontier: number;
  /** The sizes of the last complete layers, the one that is being expanded included. */
  readonly layers: readonly number[];
  /** How many states of that layer have been expanded. */
  readonly expanded: number;
  readonly seconds: number;
  readonly memoryBytes: number;
  readonly memoryLimit: number;
  readonly statesPerSecond: number;
  /** Threads at work. */
  readonly threads: number;
}

/** Why a search ended: nothing is left, all that was wanted is found, or a limit was hit. */
export type End = 'exhausted' | 'decided' | 'states' | 'depth' | 'memory' | 'interrupted';

export interface SearchResult {
  /** Of a search that a limit has ended: those of the layers that were found completely. */
  readonly states: number;
  /** Enabled steps with their choices, self-loops and duplicates included. */
  readonly transitions: number;
  /** The largest distance of these states from the initial one. */
  readonly depth: number;
  /** The states of the last layer. */
  readonly frontier: number;
  readonly seconds: number;
  readonly memoryBytes: number;
  readonly end: End;
  /** A shortest one per property, and per failure that belongs to none; shortest first. */
  readonly findings: readonly Finding[];
  /** The probability that a state was overlooked; null if that is impossible. */
  readonly omission: number | null;
  /** By the machine's witnesses. */
  readonly witnessesReached: readonly boolean[];
  /** By the machine's steps: nonzero if executed. */
  readonly stepsExecuted: Uint8Array;
  readonly space: Space;
  /** Lets the next search have the memory. No traces can be made any more. */
  release(): void;
}

/** The states that were found. */
export interface Space {
  readonly store: Store;
  /** By depth. */
  readonly layers: readonly Layer[];
}
