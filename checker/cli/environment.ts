/** Everything that a command may touch outside itself: given by `main.ts` for real, by tests as doubles. */

export interface Output {
  write(text: string): void;
  /** Whether a person watches: lines may be rewritten. */
  readonly terminal: boolean;
  readonly columns: number;
  readonly colour: boolean;
}

export interface Environment {
  /** Results. */
  readonly stdout: Output;
  /** Progress, warnings and errors. */
  readonly stderr: Output;
  readonly cwd: string;
  /** The root of this package: its version, and the model that it brings along. */
  readonly packageRoot: string;
  /** Milliseconds, from anywhere on. */
  readonly now: () => number;
  /** Aborted by Ctrl-C, or when nobody reads the results any more. */
  readonly signal: AbortSignal;
  readonly processors: number;
  /** Bytes that may be taken without pushing others out. */
  readonly freeMemory: () => number;
  /** Writes a whole file or leaves nothing behind. */
  readonly writeFile: (path: string, text: string) => Promise<void>;
  /** Whether to remember compiled models in the project's folder. */
  readonly remember: boolean;
  /** The module that a worker thread starts with; null where there is none (sources that Node cannot run). */
  readonly workerModule: URL | null;
}

/** Whether to colour, by the conventions of no-color.org and FORCE_COLOR. */
export function wantsColour(
  terminal: boolean,
  variables: Readonly<Record<string, string | undefined>>,
): boolean {
  if (variables['NO_COLOR']) return false;
  const forced = variables['FORCE_COLOR'];
  if (forced !== undefined && forced !== '') return forced !== '0' && forced !== 'false';
  return terminal && variables['TERM'] !== 'dumb';
}
