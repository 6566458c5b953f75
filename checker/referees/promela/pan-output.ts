/** What SPIN's verifier prints, read. */
import type { PropertyResult } from '../referee.js';

export interface PanReport {
  readonly states: number;
  readonly transitions: number;
  readonly violations: readonly (PropertyResult & { readonly verdict: 'violated' })[];
  readonly seconds: number;
  readonly limit: 'memory' | null;
}

/**
 * @param properties by the names that they have in the export
 * @throws Error if the output is of no search, or says something that was not expected
 */
export function readPanOutput(output: string, properties: ReadonlyMap<string, string>): PanReport {
  if (output.includes('max search depth too small'))
    throw new Error('pan: the search was cut off by its depth');
  const shortest = new Map<string, number>();
  const violated = (property: string, length: number): void => {
    shortest.set(property, Math.min(length, shortest.get(property) ?? Number.POSITIVE_INFINITY));
  };
  for (const line of output.split('\n')) {
    const error = /^pan:\d+: (.*) \(at depth (\d+)\)/.exec(line);
    if (error !== null) {
      const [, message = '', depth = ''] = error;
      const name = /^assertion violated holds\.(\w+)$/.exec(message)?.[1];
      const property = name === undefined ? undefined : properties.get(name);
      if (property === undefined) throw new Error(`pan: ${message}`);
      // One step of these is the setting up.
      violated(property, Number(depth) - 1);
    }
    const judged = /^judged: (.*) violated after (\d+) steps$/.exec(line);
    if (judged !== null) violated(judged[1] ?? '', Number(judged[2]));
  }
  const number = (pattern: RegExp): number => {
    const found = pattern.exec(output)?.[1];
    if (found === undefined) throw new Error(`pan said nothing of ${pattern.source}:\n${output.slice(-500)}`);
    return Number(found);
  };
  const failed = number(/judged: (\d+) states in which a step has failed/);
  const reports = number(/errors: (\d+)/);
  return {
    states: number(/^ *([\d.e+]+) states, stored/m) - 1 - failed,
    // Beginning to exist counts as one, setting up as another.
    transitions: number(/^ *([\d.e+]+) transitions/m) - 2 - reports,
    violations: [...shortest].map(([property, length]) => ({ property, verdict: 'violated', length })),
    seconds: Number(/elapsed time ([\d.e+-]+) seconds/.exec(output)?.[1] ?? 0),
    limit: /reached -DMEMLIM|out of memory/.test(output) ? 'memory' : null,
  };
}
