/** Reads a command's arguments against its table of options. Everything that is wrong is reported at once. */
import { parseArgs } from 'node:util';
import { type Diagnostic, InputError } from '../diagnostics.js';
import { closest, suggestion } from '../workspace/suggest.js';

export interface OptionSpec {
  /** Without the dashes. */
  readonly name: string;
  readonly short?: string;
  /** Placeholder of its value in the help (`FILE`); absent for a switch. */
  readonly value?: string;
  readonly repeatable?: true;
  /** Values that it may take, if they can be listed. */
  readonly oneOf?: readonly string[];
  readonly help: string;
}

export interface PositionalSpec {
  /** As the usage line shows it: `[SCENARIO...]`. */
  readonly usage: string;
  readonly least: number;
  readonly most: number;
  /** Values that it may take, if they can be listed. */
  readonly oneOf?: readonly string[];
  readonly help?: string;
}

export interface Arguments {
  readonly positionals: readonly string[];
  flag(name: string): boolean;
  /** The value of an option that may be given once. */
  value(name: string): string | undefined;
  /** All values of a repeatable option. */
  values(name: string): readonly string[];
}

export function parseArguments(
  argv: readonly string[],
  options: readonly OptionSpec[],
  positionalSpec: PositionalSpec,
  help: string,
): Arguments {
  const { tokens } = parseArgs({
    args: [...argv],
    strict: false,
    tokens: true,
    allowPositionals: true,
    options: Object.fromEntries(
      options.map(({ name, short, value }) => [
        name,
        {
          type: value === undefined ? 'boolean' : 'string',
          multiple: true,
          ...(short && { short }),
        } as const,
      ]),
    ),
  });
  const problems: Diagnostic[] = [];
  const complain = (message: string, advice: string) => problems.push({ span: null, message, advice });
  const found = new Map<string, string[]>();
  const positionals: string[] = [];

  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const spec = options.find(({ name }) => name === token.name);
    if (spec === undefined) {
      const near = closest(
        token.name,
        options.map(({ name }) => name),
      );
      complain(`unknown option ${token.rawName}`, near === null ? `See ${help}.` : `Did you mean --${near}?`);
      continue;
    }
    const given = found.get(spec.name);
    if (given !== undefined && spec.value !== undefined && !spec.repeatable)
      complain(`--${spec.name} is given twice`, 'Give it once.');
    if (spec.value === undefined) {
      if (token.value !== undefined) complain(`--${spec.name} takes no value`, `Write just --${spec.name}.`);
      found.set(spec.name, []);
      continue;
    }
    const value = token.value;
    if (value === undefined || (!token.inlineValue && value.startsWith('-') && value !== '-')) {
      complain(`--${spec.name} needs a value`, `Write --${spec.name} ${spec.value}.`);
    } else if (value === '') {
      complain(`--${spec.name} has an empty value`, `Write --${spec.name} ${spec.value}.`);
    } else if (spec.oneOf !== undefined && !spec.oneOf.includes(value)) {
      complain(`--${spec.name} cannot be "${value}"`, suggestion(value, spec.oneOf));
    } else {
      found.set(spec.name, [...(given ?? []), value]);
    }
  }
  if (positionals.length < positionalSpec.least)
    complain(`missing argument: ${positionalSpec.usage}`, `See ${help}.`);
  if (positionals.length > positionalSpec.most) {
    const excess = positionals.slice(positionalSpec.most).map((each) => `"${each}"`);
    complain(`unexpected argument ${excess.join(', ')}`, `See ${help}.`);
  }
  for (const word of positionals.slice(0, positionalSpec.most)) {
    if (positionalSpec.oneOf !== undefined && !positionalSpec.oneOf.includes(word))
      complain(`unknown ${positionalSpec.usage} "${word}"`, suggestion(word, positionalSpec.oneOf));
  }
  if (problems.length > 0) throw new InputError(problems);

  return {
    positionals,
    flag: (name) => found.has(name),
    value: (name) => found.get(name)?.[0],
    values: (name) => found.get(name) ?? [],
  };
}

/** A whole number above zero, with `_` between digits if one likes: `1_000_000`. */
export function parseCount(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const count = /^\d+(_\d+)*$/.test(text) ? Number(text.replaceAll('_', '')) : 0;
  if (count > 0 && Number.isSafeInteger(count)) return count;
  throw InputError.of(
    `--${option} is not a count: "${text}"`,
    `Give a whole number above 0, as in --${option} 1000000.`,
  );
}

const UNITS: Readonly<Record<string, number>> = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };

/** A size in bytes: `512M`, `2G`, `1.5GiB`; powers of 1024. */
export function parseSize(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const match = /^(\d+(?:\.\d+)?)([KMGT]?)(?:i?B)?$/i.exec(text);
  const bytes = match ? Math.floor(Number(match[1]) * (UNITS[(match[2] ?? '').toUpperCase()] ?? 1)) : 0;
  if (bytes > 0 && Number.isSafeInteger(bytes)) return bytes;
  throw InputError.of(
    `--${option} is not a size: "${text}"`,
    `Give a size as in --${option} 512M or --${option} 2G.`,
  );
}
