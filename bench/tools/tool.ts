/** What every tool that takes part must be able to do. */
import type { Mode, Tool } from '../rows.js';

/** What one run said of itself. */
export interface Answer {
  readonly states: number;
  readonly transitions: number | null;
  readonly searchSeconds: number;
  readonly wallSeconds: number;
  readonly peakBytes: number | null;
  readonly bytesPerState: number | null;
}

/** A scenario made ready to be run again and again. */
export interface Prepared {
  readonly options: string;
  readonly compileSeconds: number;
  run(): Promise<Answer | { readonly unfinished: string }>;
}

export interface Limits {
  readonly timeoutSeconds: number;
  readonly memoryBytes: number;
}

export interface Contestant {
  readonly tool: Tool;
  readonly modes: readonly Mode[];
  /** Null if it is not installed. */
  version(): Promise<string | null>;
  /**
   * One entry per way of doing it: a tool may have several that could be its best.
   * @param states how many there are, for tools that want to know the size of their tables beforehand
   * @param folder an empty one to work in
   */
  prepare(
    scenario: string,
    mode: Mode,
    states: number,
    folder: string,
    limits: Limits,
  ): Promise<readonly Prepared[]>;
}
