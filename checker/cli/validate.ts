/** `mmucheck validate` */
import { type Comparison, changesOf, isWorse } from '../check/compare.js';
import { comparisonDocument } from '../check/comparison-document.js';
import type { RunCommand } from './command.js';
import { reportTrouble } from './errors.js';
import { EXIT, type ExitCode, worstExitCode } from './exit-codes.js';
import { runJobs } from './pool.js';
import { progressDisplay, progressText } from './progress.js';
import { jobsOf, openSession } from './session.js';
import { printComparisons } from './validate-view.js';
import { workbench } from './workbench.js';

export const validate: RunCommand = async (args, environment) => {
  const session = openSession(args, environment, {
    wanted: args.values('scenario'),
    patchFiles: args.positionals,
    patched: false,
  });
  const { settings, workspace, concurrency, workers } = session;
  const { stdout, signal, workerModule } = environment;
  const jobs = jobsOf(session, 'compare');
  const progress = progressDisplay(environment);
  const comparisons: Comparison[] = [];
  const codes: ExitCode[] = [];

  const left = await runJobs(jobs, {
    settings,
    concurrency,
    workers,
    workerModule,
    signal,
    here: workbench(settings, workspace),
    onProgress: (running, finished) => progress.update(() => progressText(running, finished, jobs.length)),
    onOutcome(_, outcome) {
      progress.clear();
      if (outcome.kind === 'compare') {
        comparisons.push(outcome.comparison);
        return true;
      }
      codes.push(reportTrouble(outcome, environment));
      return false;
    },
  });
  progress.clear();
  const patches = settings.patches.map(({ name }) => name);
  // An error leaves nothing to compare; an interrupt leaves what was compared before.
  if (codes.length === 0) {
    const unfinished = left.map(({ scenario }) => scenario);
    if (args.flag('json'))
      stdout.write(`${JSON.stringify(comparisonDocument(patches, comparisons, unfinished), null, 2)}\n`);
    else printComparisons(comparisons, unfinished, environment);
  }
  codes.push(...comparisons.map(exitCodeOf));
  if (signal.aborted) codes.push(EXIT.interrupted);
  return worstExitCode(codes);
};

function exitCodeOf(comparison: Comparison): ExitCode {
  if (comparison.outcome !== 'compared') return EXIT.ok;
  const { base, patched } = comparison;
  if (changesOf(base, patched).some(({ change }) => isWorse(change))) return EXIT.violation;
  return base.limit !== null || patched.limit !== null ? EXIT.incomplete : EXIT.ok;
}
