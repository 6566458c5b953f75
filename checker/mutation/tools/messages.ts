/** Between the program and its threads. */
import type { Vocabulary } from '../vocabulary.js';
import type { Attempt, Known } from '../ledger.js';

export interface ThreadSettings {
  readonly root: string;
  readonly vocabulary: Vocabulary;
}

export interface Order {
  readonly scenario: string;
  readonly file: string;
  readonly maxStates: number;
  readonly memoryBytes: number;
  /** Mutants that need no trial here; null to say only which there are. */
  readonly skip: readonly string[] | null;
  /** Only mutants whose key contains this. */
  readonly filter: string;
  /** Only these; null for all. */
  readonly only: readonly string[] | null;
  /** What is known already of this scenario. */
  readonly known: readonly Attempt[];
}

export type Report =
  | { readonly mutants: readonly Known[]; readonly identity: string }
  /** What the thread is at, so that one that never ends can be told. */
  | { readonly at: string }
  | { readonly outcome: readonly [key: string, outcome: string] }
  | { readonly attempt: Attempt | null }
  | { readonly problem: string };
