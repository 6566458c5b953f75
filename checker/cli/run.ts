/** From arguments to an exit code: finds the command, parses, runs, and prints whatever goes wrong. */
import { InputError } from '../diagnostics.js';
import { closest } from '../workspace/suggest.js';
import type { CommandSpec } from './command.js';
import { COMMANDS } from './commands.js';
import type { Environment } from './environment.js';
import { reportError } from './errors.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { commandHelp, overview } from './help.js';
import { parseArguments } from './options.js';
import { styleFor } from './style.js';

const HELP = { name: 'help', short: 'h', help: 'print this' } as const;

export async function run(argv: readonly string[], environment: Environment): Promise<ExitCode> {
  try {
    return await dispatch(argv, environment);
  } catch (error) {
    return reportError(error, environment);
  }
}

async function dispatch(argv: readonly string[], environment: Environment): Promise<ExitCode> {
  const { stdout, stderr } = environment;
  const style = styleFor(stdout);
  const [first, second] = argv;
  if (first === undefined) {
    stderr.write(overview(styleFor(stderr)));
    return EXIT.usage;
  }
  if (first === '--help' || first === '-h') {
    stdout.write(overview(style));
    return EXIT.ok;
  }
  if (first === 'help') return dispatch([...argv.slice(1), '--help'], environment);
  if (first === '--version' || first === '-V') return dispatch(['version'], environment);

  const found = find(argv);
  if (found === null) {
    const family = COMMANDS.filter(({ name }) => name.startsWith(`${first} `));
    if (family.length === 0 || !asksForHelp(argv.slice(1))) throw unknownCommand(first, second);
    stdout.write(family.map((command) => commandHelp(command, style)).join('\n'));
    return EXIT.ok;
  }
  const { command, rest } = found;
  if (asksForHelp(rest)) {
    stdout.write(commandHelp(command, style));
    return EXIT.ok;
  }
  const args = parseArguments(
    rest,
    [...command.options, HELP],
    command.positionals,
    `mmucheck ${command.name} --help`,
  );
  const runCommand = await command.load();
  return runCommand(args, args.flag('no-cache') ? { ...environment, remember: false } : environment);
}

function find(argv: readonly string[]): { command: CommandSpec; rest: readonly string[] } | null {
  for (const words of [2, 1]) {
    const name = argv.slice(0, words).join(' ');
    const command = COMMANDS.find((each) => each.name === name);
    if (command !== undefined) return { command, rest: argv.slice(words) };
  }
  return null;
}

function asksForHelp(rest: readonly string[]): boolean {
  const options = rest.includes('--') ? rest.slice(0, rest.indexOf('--')) : rest;
  return options.includes('--help') || options.includes('-h');
}

function unknownCommand(first: string, second: string | undefined): InputError {
  if (first.startsWith('-'))
    return InputError.of(
      `"${first}" comes before a command`,
      'Write mmucheck COMMAND [OPTIONS]; see mmucheck --help.',
    );
  const family = COMMANDS.filter(({ name }) => name.startsWith(`${first} `));
  if (family.length > 0) {
    const names = family.map(({ name }) => name.slice(first.length + 1));
    const near = second === undefined ? null : closest(second, names);
    return InputError.of(
      second === undefined ? `"${first}" needs a second word` : `unknown command "${first} ${second}"`,
      near === null
        ? `There are: ${names.map((name) => `${first} ${name}`).join(', ')}.`
        : `Did you mean "${first} ${near}"?`,
    );
  }
  const near = closest(first, new Set(COMMANDS.map(({ name }) => name.split(' ')[0] ?? name)));
  return InputError.of(
    `unknown command "${first}"`,
    near === null ? 'See mmucheck --help.' : `Did you mean "${near}"?`,
  );
}
