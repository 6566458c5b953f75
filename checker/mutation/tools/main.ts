/** The program behind `npm run mutants`. Ends with 1 if a mutant is neither killed nor explained, or an explanation is stale. */
import { parseArgs } from 'node:util';
import { selectScenarios } from '../../check/select.js';
import { reportError } from '../../cli/errors.js';
import { EXIT, type ExitCode } from '../../cli/exit-codes.js';
import { outputOf } from '../../cli/output.js';
import { openProject, scenarioFileOf } from '../../cli/project.js';
import { InputError } from '../../diagnostics.js';
import { Campaign } from '../campaign.js';
import { type Attempt, type Known, ledgerOf } from '../ledger.js';
import { type Job, work } from './crew.js';
import { MutationFiles } from './files.js';
import { summaryOf, tableOf } from './table.js';

const USAGE = `npm run mutants -- [SCENARIO...] [options]

  --filter PATTERN   only mutants whose key contains this (\`: swap\`)
  --all              try a mutant in every scenario that reaches it, also after it was killed
  --known            run nothing: report what earlier runs have found
  --confirm          run only the scenarios that are known to kill something, each for those mutants
  --keep             write the killers down in the model's mutation/killers.json
  --max-states N     leave out scenarios with more states (default: 50000)
  --memory MIB       for each search (default: 1024)
  --patience S       seconds after which a mutant is taken to go in circles within one step (default: 120)
  --workers N        threads (default: 1)
  --journal FILE     where results are remembered (default: .mmucheck/mutants.jsonl)
  --json             print one JSON document`;

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<ExitCode> {
  try {
    return await score(args);
  } catch (error) {
    return reportError(error, { stderr: outputOf(process.stderr), cwd: process.cwd() });
  }
}

async function score(args: readonly string[]): Promise<ExitCode> {
  const { values, positionals } = parsed(args);
  if (values.help === true) {
    process.stdout.write(`${USAGE}\n`);
    return EXIT.ok;
  }
  const cwd = process.cwd();
  const project = openProject({ cwd, packageRoot: cwd, remember: true });
  const files = new MutationFiles(cwd, project.settings.model, values.journal ?? null);
  const vocabulary = files.vocabulary();
  const killers = files.killers();
  const explanations = files.explanations();
  const filter = values.filter ?? '';
  const campaign = new Campaign({
    killers,
    attempts: files.attempts(),
    filter,
    everywhere: values.all === true,
    confirms: values.confirm === true,
  });
  const maxStates = number(values['max-states'], '--max-states', 50_000);
  const memoryBytes = number(values.memory, '--memory', 1024) * 2 ** 20;

  const jobs = selectScenarios(project, positionals, [], scenarioFileOf(cwd)).entries.flatMap(
    (each): Job[] =>
      'error' in each || each.variant !== null ? [] : [{ scenario: each.name, file: each.file }],
  );
  const controller = new AbortController();
  process.once('SIGINT', () => controller.abort());
  const note = (line: string): void => void process.stderr.write(`${line}\n`);

  let problems = 0;
  let isKept = true;
  const keep = (attempt: Attempt): void => {
    try {
      if (isKept) files.keep(attempt);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      // What cannot be remembered is found all the same.
      isKept = false;
      note(`${error.message}: a later run will try again`);
    }
  };
  const base = {
    settings: { root: cwd, vocabulary },
    threads: number(values.workers, '--workers', 1),
    patienceSeconds: number(values.patience, '--patience', 120),
    signal: controller.signal,
    onMutants: (found: readonly Known[], identity: string, { scenario }: Job) =>
      campaign.read(scenario, found, identity),
    onProgress: () => {},
    onProblem({ scenario }: Job, problem: string) {
      problems++;
      note(`${scenario} cannot be tried: ${problem}`);
    },
  };
  const read = (job: Job) => ({ ...job, maxStates, memoryBytes, skip: null, filter, only: null, known: [] });
  note(`reading ${jobs.length} scenarios`);
  await work(jobs, { ...base, order: read, onAttempt: () => {} });

  if (values.known !== true) {
    const order = campaign.inOrder(jobs);
    const started = performance.now();
    let count = 0;
    await work(order, {
      ...base,
      order(job) {
        count++;
        return { ...job, maxStates, memoryBytes, filter, ...campaign.selectionFor(job.scenario) };
      },
      onProgress(job, at) {
        const seconds = Math.round((performance.now() - started) / 1000);
        const [killed, all] = [campaign.killed, campaign.keys.length];
        if (at === 'compiling')
          note(`${seconds} s: ${job.scenario} (${count} of ${order.length}), ${killed} of ${all} killed`);
      },
      onAttempt: (attempt) => keep(campaign.take(attempt)),
    });
  }

  const isOfAll = values.filter === undefined && positionals.length === 0;
  const keys = new Set(campaign.keys);
  const asked = Object.entries(explanations).filter(([key]) => isOfAll || keys.has(key));
  const ledger = ledgerOf(campaign.mutants, campaign.valid, Object.fromEntries(asked));
  if (values.keep === true) {
    const found = ledger.mutants.flatMap(({ mutant, killer }) =>
      killer === null ? [] : [[mutant, { scenario: killer.scenario, property: killer.property }] as const],
    );
    // What was not tried this time keeps its killer.
    const isWhole = isOfAll && !controller.signal.aborted && problems === 0;
    const all = new Map([...(isWhole ? [] : Object.entries(killers)), ...found]);
    await files.keepKillers(Object.fromEntries([...all].sort(([left], [right]) => (left < right ? -1 : 1))));
  }
  process.stdout.write(values.json === true ? `${JSON.stringify(ledger, null, 2)}\n` : tableOf(ledger));
  if (values.json === true) note(summaryOf(ledger));
  if (controller.signal.aborted) return EXIT.interrupted;
  if (problems > 0) return EXIT.internal;
  const unexplained = ledger.survived + ledger.unreached - ledger.explained;
  return unexplained > 0 || ledger.stale.length > 0 ? EXIT.violation : EXIT.ok;
}

function number(given: string | undefined, name: string, otherwise: number): number {
  const value = Number(given ?? otherwise);
  if (!Number.isInteger(value) || value < 1)
    throw InputError.of(`${name} is ${given}`, 'Give a whole number of at least 1.');
  return value;
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        filter: { type: 'string' },
        all: { type: 'boolean' },
        known: { type: 'boolean' },
        confirm: { type: 'boolean' },
        keep: { type: 'boolean' },
        'max-states': { type: 'string' },
        memory: { type: 'string' },
        patience: { type: 'string' },
        workers: { type: 'string' },
        journal: { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw InputError.of(error instanceof Error ? error.message : String(error), 'See --help.');
  }
}
