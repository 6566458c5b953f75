/** The program behind `npm run referees`: compares our engine with other model checkers. Ends with 1 if they differ. */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { selectScenarios } from '../../check/select.js';
import { reportError } from '../../cli/errors.js';
import { EXIT, type ExitCode } from '../../cli/exit-codes.js';
import { outputOf } from '../../cli/output.js';
import { openProject, scenarioFileOf } from '../../cli/project.js';
import { InputError } from '../../diagnostics.js';
import type { Scenario } from '../../workspace/scenarios.js';
import { type Asked, type CrossCheck, crossCheck } from '../cross-check.js';
import { DEFAULT_MAX_STATES, REFEREES } from '../registry.js';
import { agrees, documentOf, Table } from '../report.js';
import { withTemporaryFolder } from './files.js';

const NAMES = Object.keys(REFEREES);
const USAGE = `npm run referees -- [SCENARIO...] [options]

  --referee NAME    ask only this one: ${NAMES.join(', ')} (repeatable)
  --require NAMES   fail if one of these is not installed: spin,rumur
  --max-states N    ask about scenarios with at most N states (default: ${Object.entries(DEFAULT_MAX_STATES)
    .map(([name, most]) => `${most} for ${name}`)
    .join(', ')})
  --timeout S       seconds for one run of another checker (default: 600)
  --memory MIB      for each, and for our own search (default: 2048)
  --jobs N          scenarios at a time (default: one per processor)
  --json            print one JSON document`;

interface Options {
  readonly scenarios: readonly string[];
  readonly asked: ReadonlySet<string>;
  readonly required: ReadonlySet<string>;
  readonly maxStates: number | null;
  readonly timeoutSeconds: number;
  readonly memoryBytes: number;
  readonly jobs: number;
  readonly json: boolean;
}

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<ExitCode> {
  try {
    const options = optionsOf(args);
    if (options === null) {
      process.stdout.write(`${USAGE}\n`);
      return EXIT.ok;
    }
    return await compare(options);
  } catch (error) {
    return reportError(error, { stderr: outputOf(process.stderr), cwd: process.cwd() });
  }
}

async function compare(options: Options): Promise<ExitCode> {
  const print = (line: string): void =>
    void (options.json ? process.stderr : process.stdout).write(`${line}\n`);
  const versions: Record<string, string | null> = {};
  const referees: Asked[] = [];
  for (const [name, referee] of Object.entries(REFEREES)) {
    if (!options.asked.has(name) && !options.required.has(name)) continue;
    const version = await referee.version();
    versions[referee.name] = version;
    print(`${referee.name}: ${version ?? 'not installed, takes no part'}`);
    if (version !== null)
      referees.push({ referee, maxStates: options.maxStates ?? DEFAULT_MAX_STATES[name] ?? 0 });
    else if (options.required.has(name))
      throw InputError.of(`${referee.name} is required`, `Install it: apt-get install ${name}.`);
  }
  if (referees.length === 0)
    throw InputError.of(
      'no other model checker is installed',
      `Install one: apt-get install ${NAMES.join(' ')}.`,
    );
  const scenarios = scenariosOf(options.scenarios);
  const table = new Table(scenarios, referees);
  print(table.header());
  const checks: CrossCheck[] = [];
  const pending = [...scenarios];
  const work = async (): Promise<void> => {
    for (let scenario = pending.shift(); scenario !== undefined; scenario = pending.shift()) {
      const now = (): number => performance.now();
      const check = await crossCheck(scenario, { ...options, referees, now, inFolder: withTemporaryFolder });
      checks.push(check);
      print(table.row(check));
    }
  };
  await Promise.all(Array.from({ length: options.jobs }, work));
  print(`\n${table.summary(checks)}`);
  if (options.json)
    process.stdout.write(`${JSON.stringify(documentOf(checks, versions, referees), null, 2)}\n`);
  return checks.every(agrees) ? EXIT.ok : EXIT.violation;
}

function scenariosOf(wanted: readonly string[]): readonly Scenario[] {
  const cwd = process.cwd();
  const project = openProject({ cwd, packageRoot: cwd, remember: true });
  return selectScenarios(project, wanted, [], scenarioFileOf(cwd)).entries.map((entry) => {
    if ('error' in entry) throw entry.error;
    return entry;
  });
}

/** Null if help is asked for. */
function optionsOf(args: readonly string[]): Options | null {
  const { values, positionals } = parsed(args);
  if (values.help) return null;
  const number = (name: 'max-states' | 'timeout' | 'memory' | 'jobs', otherwise: number): number => {
    const given = Number(values[name] ?? otherwise);
    if (!Number.isInteger(given) || given < 1)
      throw InputError.of(`--${name} is ${values[name]}`, 'Give a whole number of at least 1.');
    return given;
  };
  const names = (list: readonly string[]): ReadonlySet<string> => {
    const unknown = list.filter((name) => !NAMES.includes(name));
    if (unknown.length > 0)
      throw InputError.of(`there is no referee ${unknown.join(', ')}`, `There are ${NAMES.join(', ')}.`);
    return new Set(list);
  };
  return {
    scenarios: positionals,
    asked: names(values.referee ?? NAMES),
    required: names((values.require ?? '').split(',').filter((name) => name !== '')),
    maxStates: values['max-states'] === undefined ? null : number('max-states', 1),
    timeoutSeconds: number('timeout', 600),
    memoryBytes: number('memory', 2048) * 2 ** 20,
    jobs: number('jobs', availableParallelism()),
    json: values.json === true,
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        referee: { type: 'string', multiple: true },
        require: { type: 'string' },
        'max-states': { type: 'string' },
        timeout: { type: 'string' },
        memory: { type: 'string' },
        jobs: { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw InputError.of(error instanceof Error ? error.message : String(error), 'See --help.');
  }
}
