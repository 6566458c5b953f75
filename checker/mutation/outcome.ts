/** What a search says of a mutant. */
export interface Kill {
  /** The property that is violated and should hold; `error` for a model error. */
  readonly property: string;
  /** The length of the shortest counterexample. */
  readonly depth: number;
}

export type Outcome =
  | { readonly outcome: 'killed'; readonly kill: Kill }
  | { readonly outcome: 'survived' }
  /** The bound on states, or on memory, came first. */
  | { readonly outcome: 'open' };

export interface TrialOptions {
  /** For each search. */
  readonly maxStates: number;
  readonly memoryBytes: number;
  readonly signal: { readonly aborted: boolean };
}
