/**
 * Compares our engine with other model checkers: `npm run referees -- [SCENARIO...] [--referee NAME]... [--require NAMES]
 * [--max-states N] [--timeout SECONDS] [--memory MIB] [--jobs N] [--json]`. Ends with 1 if they differ.
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { selectScenarios } from '../../check/select.js';
import { EXIT, type ExitCode } from '../../cli/exit-codes.js';
import { openProject, scenarioFileOf } from '../../cli/project.js';
import { InputError } from '../../diagnostics.js';
import type { Scenario } from '../../workspace/scenarios.js';
import { type CrossCheck, crossCheck } from '../cross-check.js';
import type { Referee } from '../referee.js';
import { REFEREES } from '../registry.js';
import { agrees, documentOf, Table } from '../report.js';
import { withTemporaryFolder } from './files.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    referee: { type: 'string', multiple: true, default: Object.keys(REFEREES) },
    require: { type: 'string', default: '' },
    'max-states': { type: 'string', default: '150000' },
    timeout: { type: 'string', default: '300' },
    memory: { type: 'string', default: '2048' },
    jobs: { type: 'string', default: String(availableParallelism()) },
    json: { type: 'boolean', default: false },
  },
});

const print = (line: string): void => void (values.json ? process.stderr : process.stdout).write(`${line}\n`);
process.exitCode = await main();

async function main(): Promise<ExitCode> {
  const required = values.require.split(',').filter((name) => name !== '');
  const unknown = [...required, ...values.referee].filter((name) => REFEREES[name] === undefined);
  if (unknown.length > 0) {
    print(`there is no referee ${unknown.join(', ')}; there are ${Object.keys(REFEREES).join(', ')}`);
    return EXIT.usage;
  }
  const present: Referee[] = [];
  const versions: Record<string, string | null> = {};
  for (const name of new Set([...values.referee, ...required])) {
    const referee = REFEREES[name];
    if (referee === undefined) continue;
    const version = await referee.version();
    versions[referee.name] = version;
    print(
      version === null ? `${referee.name} is not installed and takes no part` : `${referee.name}: ${version}`,
    );
    if (version !== null) present.push(referee);
    else if (required.includes(name)) return EXIT.usage;
  }
  try {
    return await compareAll(present, versions);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    for (const { message, advice } of error.diagnostics) print(`error: ${message}\n  ${advice}`);
    return EXIT.usage;
  }
}

async function compareAll(
  referees: readonly Referee[],
  versions: Record<string, string | null>,
): Promise<ExitCode> {
  const cwd = process.cwd();
  const project = openProject({ cwd, packageRoot: cwd, remember: true });
  const { entries } = selectScenarios(project, positionals, [], scenarioFileOf(cwd));
  const scenarios = entries.map((entry): Scenario => {
    if ('error' in entry) throw entry.error;
    return entry;
  });
  const maxStates = Number(values['max-states']);
  const table = new Table(
    scenarios.map(({ name }) => name),
    referees.map(({ name }) => name),
  );
  print(table.header());
  const checks: CrossCheck[] = [];
  const pending = [...scenarios];
  const work = async (): Promise<void> => {
    for (let scenario = pending.shift(); scenario !== undefined; scenario = pending.shift()) {
      const check = await crossCheck(scenario, {
        referees,
        maxStates,
        memoryBytes: Number(values.memory) * 2 ** 20,
        timeoutSeconds: Number(values.timeout),
        inFolder: withTemporaryFolder,
        now: () => performance.now(),
      });
      checks.push(check);
      print(table.row(check));
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Number(values.jobs)) }, work));
  const compared = checks.filter(({ own }) => own !== null);
  const different = compared.filter((each) => !agrees(each));
  print('');
  print(
    `${compared.length} of ${checks.length} scenarios have at most ${maxStates} states; ${
      different.length === 0 ? 'all agree' : `${different.length} differ`
    }`,
  );
  if (values.json)
    process.stdout.write(`${JSON.stringify(documentOf(checks, versions, maxStates), null, 2)}\n`);
  return different.length === 0 ? EXIT.ok : EXIT.violation;
}
