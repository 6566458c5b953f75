/** What TLC says. */

export interface TlcOutput {
  /** Null if it did not come to its end; after an error, what it had seen by then. */
  readonly counts: { readonly generated: number; readonly distinct: number } | null;
  readonly isComplete: boolean;
  /** How often each property was failed by a step, in a counting run. */
  readonly failures: ReadonlyMap<string, number>;
  readonly error: TlcError | null;
}

export interface TlcError {
  readonly kind: 'invariant' | 'step' | 'assertion' | 'other';
  readonly message: string;
  /** States of the trace. */
  readonly states: number;
}

export function readTlcOutput(text: string): TlcOutput {
  const counts = /^(\d+) states generated, (\d+) distinct states found, (\d+) states left/m.exec(text);
  const failures = new Map<string, number>();
  for (const [, property = ''] of text.matchAll(/^<<"a step fails", "(.*)">>$/gm))
    failures.set(property, (failures.get(property) ?? 0) + 1);
  return {
    counts: counts === null ? null : { generated: Number(counts[1]), distinct: Number(counts[2]) },
    isComplete: /^Model checking completed\. No error has been found\.$/m.test(text),
    failures,
    error: errorIn(text),
  };
}

function errorIn(text: string): TlcError | null {
  const states = Math.max(1, [...text.matchAll(/^State \d+: /gm)].length);
  const asserted = /The first argument of Assert evaluated to FALSE; the second argument was:\s*"(.*)"/.exec(
    text,
  );
  if (asserted !== null) return { kind: 'assertion', message: asserted[1] ?? '', states };
  const message = /^Error: (.*)$/m.exec(text)?.[1];
  if (message === undefined) return null;
  // An invariant that is the same in all states is not looked at state by state.
  if (/^Invariant .* is violated|^The invariant of .* is equal to FALSE/.test(message))
    return { kind: 'invariant', message, states };
  if (/^Action property .* is violated/.test(message)) return { kind: 'step', message, states };
  return { kind: 'other', message, states };
}
