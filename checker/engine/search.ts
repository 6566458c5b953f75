/** The two ways to search: to the end at once, or giving way to other tasks and with the help of other threads. */
import type { Machine } from '../compiler/machine.js';
import { Exploration } from './exploration.js';
import type { SearchOptions, SearchResult } from './options.js';

/** Searches to the end. */
export function search(machine: Machine, options: SearchOptions): SearchResult {
  const exploration = new Exploration(machine, {
    ...options,
    helpers: { count: 0, start: () => ({ stop() {} }) },
  });
  while (!exploration.advance());
  return exploration.result();
}

/** The same, giving way to other tasks (a signal handler, for one) every `interval` milliseconds, and with helpers. */
export async function searchAsync(
  machine: Machine,
  options: SearchOptions,
  interval = 50,
): Promise<SearchResult> {
  const now = options.now ?? (() => performance.now());
  const exploration = new Exploration(machine, options);
  try {
    for (let paused = now(); !exploration.advance(); ) {
      if (now() - paused < interval) continue;
      await new Promise((resolve) => setImmediate(resolve));
      paused = now();
    }
    return exploration.result();
  } finally {
    exploration.stop();
  }
}
