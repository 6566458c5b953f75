/** A helper thread of one search. */
import { workerData } from 'node:worker_threads';
import { helpSearch, type Order } from '../engine/index.js';

helpSearch(workerData as Order);
