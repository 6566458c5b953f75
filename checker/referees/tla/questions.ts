/** What TLC is asked: the exported module as it is, or with other meanings of failing and fewer properties. */
import { CONFIGURATION } from './exporter.js';

export interface Files {
  readonly module: string;
  readonly configuration: string;
}

/** The exported text as it is: everything is checked, and TLC stops at the first violation. */
export function filesOf(text: string): Files {
  const at = text.indexOf(CONFIGURATION);
  if (at < 0) throw new Error('the text has no configuration behind its end');
  return { module: text.slice(0, at), configuration: text.slice(text.indexOf('\n', at) + 1) };
}

/** How much there is: a failure is told, and its transition given up. */
export function counting(text: string): Files {
  const { module, configuration } = filesOf(text);
  return {
    module: withFailures(module, (property) => `PrintT(<<"${FAILED}", "${property}">>) /\\ FALSE`),
    configuration: linesFor(configuration, null),
  };
}

/** One property alone. Failures of others end a step, as if it were not enabled. */
export function only(text: string, property: string, isDeadlock: boolean, finished: Finished): Files {
  const { module, configuration } = filesOf(text);
  const variables = /^vars == <<pc(?:, )?(.*)>>$/m.exec(module)?.[1] ?? '';
  // Where deadlock is asked for, a failure is something that can happen: it leads to where everybody has finished.
  const abandoned = [
    `Abandoned == /\\ pc' = [${finished.map(({ process, label }) => `${process} |-> "${label}"`).join(', ')}]`,
    `             /\\ UNCHANGED <<${variables}>>`,
  ].join('\n');
  const changed = withFailures(module, (failing) => {
    if (failing === property) return 'Assert(FALSE, message)';
    return isDeadlock ? 'Abandoned' : 'FALSE';
  });
  return {
    module: changed.replace(/^(vars == .*)$/m, (line) => `${line}\n\n${abandoned}`),
    configuration: linesFor(configuration, property),
  };
}

/** The first part of what is printed of a failure. */
export const FAILED = 'a step fails';

export type Finished = readonly { readonly process: string; readonly label: string }[];

function withFailures(module: string, meaning: (property: string) => string): string {
  return module.replace(
    /^(\w+\(message\)) == Assert\(FALSE, message\) \\\* (.*)$/gm,
    (_, head: string, property: string) => `${head} == ${meaning(property)} \\* ${property}`,
  );
}

/** What is not about a property, and what is about this one. */
function linesFor(configuration: string, property: string | null): string {
  return configuration
    .split('\n')
    .filter((line) => {
      const about = /\\\* (.*)$/.exec(line)?.[1];
      return about === undefined || about === property;
    })
    .join('\n');
}
