/**
 * What Rumur says when something is violated: which property, and how. A referee reads the property back, and asks for
 * other answers to the same model by rewriting the statements that carry these messages.
 */

/** Of step predicates. They are judged when the step is over, so that it is no failure of the step. */
const STEP = 'the step is not allowed';
export const INVARIANT = 'the invariant does not hold';
export const DEADLOCK = 'nothing can move';

export function messageOf(property: string, text: string): string {
  return `${property}: ${text.replace(/["\\\n]/g, "'")}`;
}

export function stepMessage(property: string): string {
  return messageOf(property, STEP);
}

/** What the model is asked. */
export type Question =
  /** How much there is, and what is violated. Rumur counts covers, and does not stop at them. */
  | 'everything'
  /** The shortest way to a violation of one property; those of others are passed over. */
  | { readonly shortest: string };

/** The exported text, asking this. Each of its statements with a message stands on a line of its own. */
export function ask(text: string, question: Question): string {
  const counted = new Set<string>();
  const lines = text.split('\n').map((line) => {
    const match = /^(\s*)(assert|error|invariant) "(([^:"]+): ([^"]*))"(.*);$/.exec(line);
    if (match === null) return line;
    const [, indent = '', word = '', message = '', property = '', said = '', rest = ''] = match;
    const test = rest.trim();
    const isFailure = word === 'error' || (word === 'assert' && said !== STEP);
    if (question === 'everything') {
      if (!isFailure) return `${indent}cover "${message}" !(${test});`;
      counted.add(property);
      const call = `${failureProcedure([...counted], property)}();`;
      return word === 'error' ? indent + call : `${indent}if !(${test}) then ${call} end;`;
    }
    if (property === question.shortest) return line;
    if (!isFailure) return `${indent}-- not asked: ${message}`;
    return `${indent}assume ${word === 'error' ? 'false' : test};`;
  });
  const procedures = [...counted].map((property, index) => [
    `procedure ${failureProcedure([...counted].slice(0, index + 1), property)}();`,
    'begin',
    `  cover "${failedMessage(property)}" true;`,
    '  assume false;',
    'end;',
    '',
  ]);
  const at = lines.findIndex((line) => /^(procedure|startstate)\b/.test(line));
  return [...lines.slice(0, at), ...procedures.flat(), ...lines.slice(at)].join('\n');
}

/** The message of transitions that fail; each is one that Rumur does not count, because it is given up. */
export function failedMessage(property: string): string {
  return messageOf(property, 'a step fails');
}

/** The property that a message is about. */
export function propertyIn(message: string, properties: readonly string[]): string | null {
  return properties.find((property) => new RegExp(`(^|[":] ?)${escaped(property)}: `).test(message)) ?? null;
}

function failureProcedure(properties: readonly string[], property: string): string {
  return `failed_transition_${properties.indexOf(property) + 1}`;
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
