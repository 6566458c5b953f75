/** The trace document itself. */
import { serializeTrace } from '../serialize.js';
import type { Trace } from '../trace.js';

export function json(trace: Trace): string {
  return serializeTrace(trace);
}
