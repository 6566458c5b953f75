/** `mmucheck check` */
import { notRun, type ScenarioReport } from '../check/report.js';
import { viewFor } from './check-view.js';
import type { RunCommand } from './command.js';
import { reportTrouble } from './errors.js';
import { EXIT, type ExitCode, worstExitCode } from './exit-codes.js';
import { runJobs } from './pool.js';
import { progressDisplay, progressText } from './progress.js';
import { jobsOf, openSession } from './session.js';
import { TraceFolder } from './trace-folder.js';
import { workbench } from './workbench.js';

export const check: RunCommand = async (args, environment) => {
  const session = openSession(args, environment, {
    wanted: args.positionals,
    patchFiles: args.values('patch'),
    patched: true,
  });
  const { settings, workspace, scenarios, concurrency, workers } = session;
  const { signal, workerModule } = environment;
  const jobs = jobsOf(session, 'check');
  const traces = new TraceFolder(args.value('out'), environment);
  const progress = progressDisplay(environment);
  const view = viewFor(session, environment, { json: args.flag('json'), traces });
  const codes: ExitCode[] = [];

  view.begin();
  const left = await runJobs(jobs, {
    settings,
    concurrency,
    workers,
    workerModule,
    signal,
    here: workbench(settings, workspace),
    onProgress: (running, finished) => progress.update(() => progressText(running, finished, jobs.length)),
    async onOutcome(_, outcome) {
      progress.clear();
      if (outcome.kind !== 'check') {
        codes.push(reportTrouble(outcome, environment));
        return args.flag('keep-going');
      }
      await traces.write(outcome.report);
      view.report(outcome.report);
      codes.push(exitCodeOf(outcome.report));
      return true;
    },
  });
  progress.clear();
  const names = new Set(left.map(({ scenario }) => scenario));
  view.end(
    scenarios.filter(({ name }) => names.has(name)).map((each) => notRun(each, settings.properties)),
    signal.aborted,
  );
  if (signal.aborted) codes.push(EXIT.interrupted);
  return worstExitCode(codes);
};

/** What a report means for the exit code. */
function exitCodeOf({ results, limit }: ScenarioReport): ExitCode {
  const unexpected = results.filter(({ verdict, expected }) => verdict !== expected);
  if (unexpected.some(({ verdict }) => verdict !== 'incomplete')) return EXIT.violation;
  return unexpected.length > 0 || limit !== null ? EXIT.incomplete : EXIT.ok;
}
