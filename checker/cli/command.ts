/** What a command is: how it is called, and what it does with its arguments. */
import type { Environment } from './environment.js';
import type { ExitCode } from './exit-codes.js';
import type { Arguments, OptionSpec, PositionalSpec } from './options.js';

export type RunCommand = (args: Arguments, environment: Environment) => Promise<ExitCode>;

export interface CommandSpec {
  /** One or two words. */
  readonly name: string;
  readonly summary: string;
  readonly positionals: PositionalSpec;
  readonly options: readonly OptionSpec[];
  readonly examples: readonly (readonly [command: string, what: string])[];
  /** Loads the command's own module and nothing else: starting is quick because the rest stays on disk. */
  readonly load: () => Promise<RunCommand>;
}
