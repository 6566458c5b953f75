/**
 * What temporal questions are asked of: states, steps between them, and what atoms and fairness say of both. Every run is infinite:
 * a state that runs may stay in has an edge to itself for that.
 */

/** What is true of a state, or of an edge. Equal ones are one. */
export interface StateKind {
  /** Its atoms, as bits. */
  readonly letter: number;
  /** The fairness requirements whose steps can be taken here, as bits. */
  readonly enabled: number;
}

export interface EdgeKind {
  readonly letter: number;
  /** The fairness requirements that have one of their steps taken. */
  readonly taken: number;
  /** For who reads the trace: the step of the machine; -1 for staying. */
  readonly step: number;
}

export interface Requirement {
  /** `vcpu0`, `vcpu0:write_lock` */
  readonly name: string;
  /** Weak: taken again and again if it stays possible. Strong: if it is possible again and again. */
  readonly kind: 'weak' | 'strong';
}

export interface Kripke {
  readonly states: number;
  readonly initial: number;
  /** The edges of state s are those from `offsets[s]` to `offsets[s + 1] - 1`. */
  readonly offsets: Uint32Array;
  readonly targets: Uint32Array;
  readonly edgeKind: Uint16Array | Uint32Array;
  readonly stateKind: Uint16Array | Uint32Array;
  readonly stateKinds: readonly StateKind[];
  readonly edgeKinds: readonly EdgeKind[];
  readonly requirements: readonly Requirement[];
}

/** A run that ends in a cycle: edges, by index. The cycle has at least one. */
export interface Lasso {
  readonly prefix: readonly number[];
  readonly cycle: readonly number[];
}

/** The state that an edge begins in, by bisection. */
export function sourceOf({ offsets }: Kripke, edge: number): number {
  let [low, high] = [0, offsets.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if ((offsets[middle] ?? 0) <= edge) low = middle;
    else high = middle;
  }
  return low;
}
