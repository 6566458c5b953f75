/**
 * Does many jobs, several at a time, and hands over what comes out in the order of the jobs: the output of a command
 * does not depend on how many threads it has.
 *
 * As long as there are as many jobs as threads, each thread does a job of its own. A job that begins when there are fewer
 * gets its share of the others for its search.
 *
 * Threads are worth their start (each loads the compiler) for more than one job; a single one runs in this thread.
 */
import { Worker } from 'node:worker_threads';
import type { Progress } from '../engine/index.js';
import type { Job, JobOutcome, JobSettings, RunJob, ToWorker, FromWorker } from './jobs.js';

export interface PoolOptions {
  readonly settings: JobSettings;
  /** How many jobs at a time. */
  readonly concurrency: number;
  /** How many threads in all. */
  readonly workers: number;
  /** The module of a worker thread; null to do everything here. */
  readonly workerModule: URL | null;
  /** Does a job in this thread. */
  readonly here: RunJob;
  readonly signal: AbortSignal;
  onProgress(running: ReadonlyMap<Job, Progress | null>, finished: number): void;
  /** Called once for each job that was begun, in their order. Returns whether to begin more. */
  onOutcome(job: Job, outcome: JobOutcome): boolean | Promise<boolean>;
}

/** Returns the jobs that were never begun, because of an interrupt or because `onOutcome` said so. */
export async function runJobs(jobs: readonly Job[], options: PoolOptions): Promise<readonly Job[]> {
  const { signal, onProgress } = options;
  const waiting = [...jobs];
  const running = new Map<Job, Progress | null>();
  const finished = new Map<Job, JobOutcome>();
  let next = 0;
  let going = true;

  // Hands over what is finished, as far as it is the turn of that.
  let delivery: Promise<void> = Promise.resolve();
  const deliver = async () => {
    for (let job = jobs[next]; job !== undefined; job = jobs[next]) {
      const outcome = finished.get(job);
      if (outcome === undefined) return;
      next++;
      finished.delete(job);
      if (going && !(await options.onOutcome(job, outcome))) going = false;
    }
  };

  const lane = async (run: RunJob) => {
    for (;;) {
      const job = going && !signal.aborted ? waiting.shift() : undefined;
      if (job === undefined) return;
      running.set(job, null);
      const share = Math.floor(options.workers / (waiting.length + running.size));
      const report = (progress: Progress) => {
        running.set(job, progress);
        onProgress(running, jobs.length - waiting.length - running.size);
      };
      const outcome = await run(job, signal, report, Math.max(0, share - 1));
      running.delete(job);
      finished.set(job, outcome);
      delivery = delivery.then(deliver);
      await delivery;
    }
  };

  const threads = Math.min(options.concurrency, jobs.length);
  if (threads <= 1 || options.workerModule === null) {
    await lane(options.here);
    return waiting;
  }
  const workers = Array.from({ length: threads }, () => startWorker(options.workerModule, options.settings));
  try {
    await Promise.all(workers.map(({ run }) => lane(run)));
  } finally {
    await Promise.all(workers.map(({ stop }) => stop()));
  }
  return waiting;
}

function startWorker(
  module: URL | null,
  settings: JobSettings,
): { run: RunJob; stop: () => Promise<unknown> } {
  if (module === null) throw new Error('there is no module to start a thread with');
  const worker = new Worker(module, { workerData: settings });
  const send = (message: ToWorker) => worker.postMessage(message);
  const run: RunJob = (job, signal, onProgress, helpers) =>
    new Promise((resolve) => {
      const interrupt = () => send({ interrupt: true });
      const end = (outcome: JobOutcome) => {
        worker.off('message', onMessage).off('error', onError).off('exit', onExit);
        signal.removeEventListener('abort', interrupt);
        resolve(outcome);
      };
      const onMessage = (message: FromWorker) =>
        'outcome' in message ? end(message.outcome) : onProgress(message.progress);
      const onError = (error: unknown) =>
        end({
          kind: 'failure',
          message: `a worker thread failed in ${job.scenario}: ${error instanceof Error ? error.message : error}`,
          stack: error instanceof Error ? (error.stack ?? '') : '',
        });
      const onExit = () => onError('it ended');
      worker.on('message', onMessage).on('error', onError).on('exit', onExit);
      signal.addEventListener('abort', interrupt);
      send({ run: job, helpers });
      if (signal.aborted) interrupt();
    });
  return { run, stop: () => worker.terminate() };
}
