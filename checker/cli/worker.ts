/** A worker thread: does the jobs that it is sent, one at a time. */
import { parentPort, workerData } from 'node:worker_threads';
import { useBuildStore } from '../build-cache.js';
import type { Progress } from '../engine/index.js';
import { buildFolder, userCache } from './build-folder.js';
import type { FromWorker, JobSettings, ToWorker } from './jobs.js';
import { workbench } from './workbench.js';

const port = parentPort;
if (port === null) throw new Error('this module is for worker threads');
const send = (message: FromWorker) => port.postMessage(message);
const settings = workerData as JobSettings;
if (settings.remember) useBuildStore(buildFolder(settings.root, userCache()));
const run = workbench(settings);
let interruption = new AbortController();

port.on('message', async (message: ToWorker) => {
  if ('interrupt' in message) return interruption.abort();
  interruption = new AbortController();
  const onProgress = (progress: Progress) => send({ progress });
  send({ outcome: await run(message.run, interruption.signal, onProgress, message.helpers) });
});
