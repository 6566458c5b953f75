/** Threads for the search of one scenario. */
import { Worker } from 'node:worker_threads';
import type { Helpers } from '../engine/index.js';

/** @param module the address of the module that such a thread starts with */
export function searchHelpers(module: string | null, count: number): Helpers | null {
  if (module === null || count <= 0) return null;
  return {
    count,
    start(order, onFailure) {
      const worker = new Worker(new URL(module), { workerData: order });
      let stopped = false;
      worker.on('error', onFailure);
      worker.on('exit', () => {
        if (!stopped) onFailure(new Error('a thread of the search ended'));
      });
      return {
        stop() {
          stopped = true;
          void worker.terminate();
        },
      };
    },
  };
}
