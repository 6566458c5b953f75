/**
 * Threads at work, with somebody who looks at the clock: a mutant may go round within one step for ever, and then its thread
 * is replaced. That a step never ends is as bad as a violation.
 */
import { Worker } from 'node:worker_threads';
import { type Attempt, type Known, killText } from '../ledger.js';
import type { Order, Report, ThreadSettings } from './messages.js';

export interface Job {
  readonly scenario: string;
  readonly file: string;
}

export interface CrewOptions {
  readonly settings: ThreadSettings;
  readonly threads: number;
  /** After so much silence a search is taken to go in circles within one step. */
  readonly patienceSeconds: number;
  readonly signal: AbortSignal;
  /** Asked when the turn of the job has come; null if it need not be done. */
  order(job: Job): Order | null;
  onMutants(mutants: readonly Known[], identity: string, job: Job): void;
  onAttempt(attempt: Attempt): void;
  onProgress(job: Job, at: string): void;
  onProblem(job: Job, problem: string): void;
}

export async function work(jobs: readonly Job[], options: CrewOptions): Promise<void> {
  const waiting = [...jobs];
  const lane = async (): Promise<void> => {
    let thread: Thread | null = null;
    try {
      for (let job = waiting.shift(); job !== undefined && !options.signal.aborted; job = waiting.shift()) {
        const endless: string[] = [];
        for (;;) {
          const order = options.order(job);
          if (order === null) break;
          thread ??= new Thread(options);
          const skip = order.skip === null ? null : [...order.skip, ...endless];
          const stuck = await thread.run(job, { ...order, skip });
          if (stuck === null) break;
          await thread.end();
          thread = null;
          if (options.signal.aborted) break;
          endless.push(stuck);
          options.onAttempt({
            scenario: job.scenario,
            identity: '',
            maxStates: order.maxStates,
            states: 0,
            outcomes: { [stuck]: killText('a step that never ends', 0) },
            unreached: [],
          });
        }
      }
    } finally {
      await thread?.end();
    }
  };
  await Promise.all(Array.from({ length: options.threads }, lane));
}

class Thread {
  readonly #worker: Worker;

  constructor(readonly options: CrewOptions) {
    this.#worker = new Worker(new URL('./thread.js', import.meta.url), {
      workerData: options.settings,
      resourceLimits: { maxOldGenerationSizeMb: 6000, stackSizeMb: 16 },
    });
  }

  /** Returns the mutant at which nothing moved any more, or null. */
  run(job: Job, order: Order): Promise<string | null> {
    const { options } = this;
    return new Promise((resolve, reject) => {
      let at = '';
      const settle = (end: () => void): void => {
        clearTimeout(timer);
        this.#worker.off('message', onMessage).off('error', onError);
        options.signal.removeEventListener('abort', onAbort);
        end();
      };
      const isSearching = (): boolean => at.includes(':');
      const late = (): void => settle(() => resolve(at));
      let timer = setTimeout(() => {}, 0);
      const onMessage = (report: Report): void => {
        clearTimeout(timer);
        if ('mutants' in report) options.onMutants(report.mutants, report.identity, job);
        if ('at' in report) {
          at = report.at;
          options.onProgress(job, at);
        }
        if ('attempt' in report) {
          if (report.attempt !== null) options.onAttempt(report.attempt);
          return settle(() => resolve(null));
        }
        if ('problem' in report) {
          options.onProblem(job, report.problem);
          return settle(() => resolve(null));
        }
        if (isSearching()) timer = setTimeout(late, options.patienceSeconds * 1000);
      };
      const onError = (error: Error): void => settle(() => reject(error));
      const onAbort = (): void => settle(() => resolve(at));
      this.#worker.on('message', onMessage).on('error', onError);
      options.signal.addEventListener('abort', onAbort);
      this.#worker.postMessage(order);
    });
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}
