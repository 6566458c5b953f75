/** What a search finds, as plain data. */

export interface Finding {
  /** Null: a model error of no property's. */
  readonly property: string | null;
  readonly kind: 'invariant' | 'step' | 'failure' | 'deadlock';
  /** The number of transitions of the shortest trace, a failing last one included. */
  readonly depth: number;
  /** Index of the machine's failure, if it is one. */
  readonly failure: number | null;
}

/** Indexes without a gap. */
export interface Run {
  readonly first: number;
  readonly count: number;
}

/** The states at one distance from the initial one. */
export interface Layer {
  readonly runs: readonly Run[];
  readonly states: number;
}
