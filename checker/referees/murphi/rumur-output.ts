/** What a verifier made by Rumur says, with `--output-format machine-readable`. */

export interface RumurOutput {
  /** Null if it did not come to its end. */
  readonly summary: { readonly states: number; readonly rulesFired: number } | null;
  /** The last that it said before it was stopped. */
  readonly progress: { readonly states: number; readonly rulesFired: number } | null;
  readonly errors: readonly RumurError[];
  /** How often each cover was hit, by message. */
  readonly covers: ReadonlyMap<string, number>;
}

export interface RumurError {
  readonly message: string;
  /** Rules fired from the start state on, the failing one included; null without a trace. */
  readonly length: number | null;
}

export function readRumurOutput(text: string): RumurOutput {
  const covers = new Map<string, number>();
  for (const [, message = '', count = '0'] of text.matchAll(
    /<cover_result message="([^"]*)" count="(\d+)"\/>/g,
  )) {
    const key = unescaped(message);
    covers.set(key, (covers.get(key) ?? 0) + Number(count));
  }
  const errors = [...text.matchAll(/<error includes_trace="(true|false)">([\s\S]*?)<\/error>/g)].map(
    ([, traced, body = '']): RumurError => ({
      message: unescaped(/<message>([\s\S]*?)<\/message>/.exec(body)?.[1] ?? ''),
      // The start state is listed as the first transition.
      length: traced === 'true' ? [...body.matchAll(/<transition>/g)].length - 1 : null,
    }),
  );
  return {
    summary: countsIn(/<summary states="(\d+)" rules_fired="(\d+)"/.exec(text)),
    progress: countsIn(
      [...text.matchAll(/<progress states="(\d+)"[^>]* rules_fired="(\d+)"/g)].at(-1) ?? null,
    ),
    errors,
    covers,
  };
}

function countsIn(match: RegExpExecArray | null): RumurOutput['summary'] {
  if (match === null) return null;
  return { states: Number(match[1]), rulesFired: Number(match[2]) };
}

function unescaped(text: string): string {
  const entities: Readonly<Record<string, string>> = { quot: '"', lt: '<', gt: '>', amp: '&' };
  return text.replace(/&(quot|lt|gt|amp);/g, (_, name: string) => entities[name] ?? '');
}
